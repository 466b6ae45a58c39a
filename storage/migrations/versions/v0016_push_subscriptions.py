"""Browsers that somebody has let us write to."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("p256dh", sa.Text, nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
    )
    op.create_index("ix_push_subscriptions_person", "push_subscriptions", ["person", "at"])
