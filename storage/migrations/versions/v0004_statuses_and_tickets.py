"""What was learned, what is believed, what is broken."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant
from storage.migrations import where

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _learned()
    _tickets()
    _statuses()


def _learned() -> None:
    """Snapshots of streaming parts."""
    op.create_table(
        "snapshots",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("as_of", Instant, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def _tickets() -> None:
    """One open ticket per fault."""
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("homes", sa.JSON, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("closed_at", Instant),
    )
    op.create_index("uq_tickets_open_key", "tickets", ["key"], unique=True, **where("closed_at IS NULL"))
    op.create_index("ix_tickets_opened", "tickets", ["opened_at", "id"])
    op.create_table(
        "ticket_homes",
        sa.Column("ticket", sa.Text, sa.ForeignKey("tickets.id"), primary_key=True),
        sa.Column("home", sa.Text, primary_key=True),
    )
    op.create_index("ix_ticket_homes_home", "ticket_homes", ["home"])


def _statuses() -> None:
    """The last known status of homes and devices."""
    op.create_table(
        "home_statuses",
        sa.Column("home", sa.Text, primary_key=True),
        sa.Column("presence", sa.Text, nullable=False),
        sa.Column("presence_since", Instant),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("visibility_since", Instant),
        sa.Column("visibility_reason", sa.Text, nullable=False),
        sa.Column("last_sign_at", Instant),
        sa.Column("last_sign_room", sa.Text),
        sa.Column("last_sign_device", sa.Text),
        sa.Column("learned_days", sa.Integer, nullable=False),
    )
    op.create_table(
        "device_statuses",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("last_heard_at", Instant),
        sa.Column("online", sa.Boolean),
        sa.Column("battery", sa.Float),
        sa.Column("value", sa.Text),
        sa.Column("kind", sa.Text),
    )
