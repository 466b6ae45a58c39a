"""The code that hangs at each home's door."""

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
