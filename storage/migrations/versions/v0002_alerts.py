"""Alerts, their timers, timelines and outbox."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant
from storage.migrations import where

revision = "0002"
down_revision = "0001"


_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _alerts()
    _alert_indexes()
    _timers()
    _timeline()
    _outbox()


def _key_to_timers() -> list[sa.ForeignKeyConstraint]:
    """Alerts and timers refer to each other. SQLite takes that here; PostgreSQL, later, when both tables are there."""
    if op.get_bind().dialect.name != "sqlite":
        return []
    return [
        sa.ForeignKeyConstraint(
            ["timer", "fence"],
            ["timers.alert", "timers.fence"],
            name="fk_alerts_timer",
            deferrable=True,
            initially="DEFERRED",
        )
    ]


def _alerts() -> None:
    """One open alert per key, closed with its outcome, open with its timer."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("episode", sa.Text, nullable=False),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("policy", sa.JSON, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("handling", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("taken_by", sa.Text),
        sa.Column("taken_at", Instant),
        sa.Column("arrived_by", sa.Text),
        sa.Column("arrived_at", Instant),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_at", Instant),
        sa.Column("outcome", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("predecessor", sa.Text, sa.ForeignKey("alerts.id")),
        sa.Column("timer", sa.Text),
        sa.CheckConstraint("handling IN ('triggered', 'acknowledged', 'on_site', 'closed')", name="handling"),
        sa.CheckConstraint("condition IN ('active', 'cleared')", name="condition"),
        sa.CheckConstraint("severity IN ('red', 'orange', 'yellow')", name="severity"),
        sa.CheckConstraint("fence >= 1 AND level >= 0 AND round >= 0", name="counts"),
        sa.CheckConstraint(
            "(handling = 'closed') = (outcome IS NOT NULL) AND (handling = 'closed') = (closed_by IS NOT NULL)"
            " AND (handling = 'closed') = (closed_at IS NOT NULL)",
            name="closed_with_outcome",
        ),
        sa.CheckConstraint(
            "(handling = 'closed') = (timer IS NULL) AND (timer IS NULL OR timer = id)",
            name="open_with_timer",
        ),
        sa.UniqueConstraint("timer", "fence"),
        *_key_to_timers(),
    )


def _alert_indexes() -> None:
    op.create_index("uq_alerts_open_key", "alerts", ["key"], unique=True, **where("handling <> 'closed'"))
    op.create_index("uq_alerts_episode", "alerts", ["key", "episode"], unique=True, **where("predecessor IS NULL"))
    op.create_index("ix_alerts_opened", "alerts", ["opened_at", "id"])
    op.create_index("ix_alerts_area", "alerts", ["area", "opened_at", "id"])
    op.create_index("ix_alerts_home", "alerts", ["home", "opened_at", "id"])


def _timers() -> None:
    """Exactly one while its alert is open, none after."""
    op.create_table(
        "timers",
        sa.Column("alert", sa.Text, primary_key=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.UniqueConstraint("alert", "fence"),
        sa.ForeignKeyConstraint(
            ["alert", "fence"],
            ["alerts.timer", "alerts.fence"],
            name="fk_timers_alert",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_index("ix_timers_due", "timers", ["due_at"])
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(
            "fk_alerts_timer",
            "alerts",
            "timers",
            ["timer", "fence"],
            ["alert", "fence"],
            deferrable=True,
            initially="DEFERRED",
        )


def _timeline() -> None:
    """In one total order."""
    op.create_table(
        "entries",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("alert", sa.Text, sa.ForeignKey("alerts.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("ix_entries_alert", "entries", ["alert", "seq"])


def _outbox() -> None:
    """What is owed to people, and every try."""
    op.create_table(
        "sends",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("alert", sa.Text, sa.ForeignKey("alerts.id"), nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("ladder", sa.JSON, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", Instant),
        sa.Column("lease", sa.Text),
        sa.Column("unheard", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('queued', 'accepted', 'failed', 'cancelled')", name="state"),
        sa.CheckConstraint("(state = 'queued') = (next_attempt_at IS NOT NULL)", name="queued_has_a_time"),
        sa.CheckConstraint("lease IS NULL OR state = 'queued'", name="lease_only_while_queued"),
    )
    op.create_index("ix_sends_due", "sends", ["next_attempt_at"], **where("state = 'queued'"))
    op.create_index("ix_sends_alert", "sends", ["alert", "seq"])
    op.create_table(
        "attempts",
        sa.Column("send", sa.Text, sa.ForeignKey("sends.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("settlement", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text),
        sa.Column("repeat", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
    )
