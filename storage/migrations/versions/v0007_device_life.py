"""When a device's battery is due, and how well its radio reaches us."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("device_statuses", sa.Column("battery_due", Instant))
    op.add_column("device_statuses", sa.Column("link", sa.Float))
