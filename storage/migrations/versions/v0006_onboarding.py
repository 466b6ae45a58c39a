"""Devices that are removed and keep their history, and the inbox of those that nobody bound yet."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("devices", sa.Column("removed_at", Instant))
    op.create_table(
        "unknown_devices",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("convention", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
    )
    op.create_index("ix_unknown_devices_last", "unknown_devices", ["last_at", "device"])
