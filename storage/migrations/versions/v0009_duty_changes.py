"""Dated exceptions to the weekly shifts: leave, cover, swaps, somebody in addition."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "duty_changes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("start", Instant, nullable=False),
        sa.Column("end", Instant, nullable=False),
        sa.Column("out", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id")),
        sa.Column("area", sa.Text, sa.ForeignKey("areas.id")),
        sa.Column("post", sa.Text),
        sa.Column("alone", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint('"start" < "end"', name="ends_after_it_starts"),
        sa.CheckConstraint(
            '"out" IS NOT NULL OR (person IS NOT NULL AND area IS NOT NULL AND post IS NOT NULL)', name="says_who"
        ),
    )
    op.create_index("ix_duty_changes_end", "duty_changes", ["end"])
