"""Tests of the ways to people, and what proves each."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "route_trials",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("answered_at", Instant),
        sa.Column("how", sa.Text),
        sa.CheckConstraint("(answered_at IS NULL) = (how IS NULL)", name="answered_somehow"),
    )
    op.create_index("ix_route_trials_person", "route_trials", ["person", "at"])
    op.create_index("ix_route_trials_answered", "route_trials", ["answered_at"])
