"""Alerts, their timers, timeline and outbox as tables. The invariants that a database can hold are held here.

What constraints cannot say (closed alerts and timelines never change) is said by the triggers of migration 0003.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Instant
from storage.tables import SEQUENCE, metadata, partial_index

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("episode", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("place", Text),
    Column("handling", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("taken_by", Text),
    Column("taken_at", Instant),
    Column("arrived_by", Text),
    Column("arrived_at", Instant),
    Column("closed_by", Text),
    Column("closed_at", Instant),
    Column("outcome", Text),
    Column("note", Text, nullable=False),
    Column("told", JSON, nullable=False),
    Column("predecessor", Text, ForeignKey("alerts.id")),
    Column("timer", Text),
    Column("handed_to", Text),
    Column("accept_by", Instant),
    Column("snoozed_until", Instant),
    Column("joined", JSON, nullable=False, server_default="[]"),
    CheckConstraint("handling IN ('triggered', 'acknowledged', 'on_site', 'closed')", name="handling"),
    CheckConstraint("condition IN ('active', 'cleared')", name="condition"),
    CheckConstraint("severity IN ('red', 'orange', 'yellow')", name="severity"),
    CheckConstraint("fence >= 1 AND level >= 0 AND round >= 0", name="counts"),
    CheckConstraint(
        "(handling = 'closed') = (outcome IS NOT NULL) AND (handling = 'closed') = (closed_by IS NOT NULL)"
        " AND (handling = 'closed') = (closed_at IS NOT NULL)",
        name="closed_with_outcome",
    ),
    CheckConstraint(
        "(handling = 'closed') = (timer IS NULL) AND (timer IS NULL OR timer = id)",
        name="open_with_timer",
    ),
    CheckConstraint(
        "(handed_to IS NULL) = (accept_by IS NULL) AND (handed_to IS NULL OR handling IN ('acknowledged', 'on_site'))",
        name="handed_over_by_a_holder",
    ),
    CheckConstraint(
        "snoozed_until IS NULL OR (severity <> 'red' AND handling = 'triggered')",
        name="snoozed_never_red",
    ),
    partial_index("uq_alerts_open_key", "key", where="handling <> 'closed'", unique=True),
    partial_index("uq_alerts_episode", "key", "episode", where="predecessor IS NULL", unique=True),
    partial_index("ix_alerts_held", "taken_at", where="handling = 'acknowledged'"),
    partial_index("ix_alerts_closed", "closed_at", where="closed_at IS NOT NULL"),
    Index("ix_alerts_episode", "key", "episode"),
    Index("ix_alerts_opened", "opened_at", "id"),
    Index("ix_alerts_area", "area", "opened_at", "id"),
    Index("ix_alerts_home", "home", "opened_at", "id"),
    UniqueConstraint("timer", "fence"),
    ForeignKeyConstraint(
        ["timer", "fence"],
        ["timers.alert", "timers.fence"],
        name="fk_alerts_timer",
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
    ),
)

merged_episodes = Table(
    "merged_episodes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("episode", Text, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
)
"""Episodes that became part of an alert which was opened for something else: said again, they raise nothing new."""

timers = Table(
    "timers",
    metadata,
    Column("alert", Text, primary_key=True),
    Column("fence", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    UniqueConstraint("alert", "fence"),
    Index("ix_timers_due", "due_at"),
    ForeignKeyConstraint(
        ["alert", "fence"],
        ["alerts.timer", "alerts.fence"],
        name="fk_timers_alert",
        deferrable=True,
        initially="DEFERRED",
    ),
)
"""A row exists exactly while its alert is open, with the alert's own fence: each table refers to the other."""

entries = Table(
    "entries",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_entries_alert", "alert", "seq"),
)

sends = Table(
    "sends",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("ladder", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),
    Column("lease", Text),
    Column("unheard", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("state IN ('queued', 'accepted', 'failed', 'cancelled')", name="state"),
    CheckConstraint("(state = 'queued') = (next_attempt_at IS NOT NULL)", name="queued_has_a_time"),
    CheckConstraint("lease IS NULL OR state = 'queued'", name="lease_only_while_queued"),
    partial_index("ix_sends_due", "next_attempt_at", where="state = 'queued'"),
    Index("ix_sends_alert", "alert", "seq"),
    Index("ix_sends_person", "person", "created_at"),
)
"""`next_attempt_at` of a leased send is its lease's end. `unheard`: an attempt on this rung ended without a word."""

attempts = Table(
    "attempts",
    metadata,
    Column("send", Text, ForeignKey("sends.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("settlement", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("provider_id", Text),
    Column("repeat", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Index("ix_attempts_reference", "channel", "provider_id"),
)
"""`held`: was the lease still ours when it was settled?"""

receipts = Table(
    "receipts",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("said", Text, nullable=False),
    CheckConstraint("state IN ('accepted', 'sent', 'failed', 'delivered', 'read', 'answered')", name="state"),
)
"""Each state that a provider told of a message, once; `reference` is an attempt's `provider_id`. A receipt may come
before its attempt is written, so there is no foreign key. Rows are only ever added.
"""
photos = Table(
    "photos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint("media IN ('image/jpeg', 'image/png')", name="media"),
    Index("ix_photos_at", "at"),
)
"""Added by whoever came. Unlike timelines they are forgotten in time; the line that tells of one stays."""
