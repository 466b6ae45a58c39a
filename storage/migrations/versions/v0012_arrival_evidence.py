"""The code that hangs at each home's door, and photos that whoever came adds to an alert."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "doors",
        sa.Column("home", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("alert", sa.Text, sa.ForeignKey("alerts.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("media", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("media IN ('image/jpeg', 'image/png')", name="media"),
    )
    op.create_index("ix_photos_at", "photos", ["at"])
