"""Since when somebody who is out should have been home."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("home_statuses", sa.Column("overdue_since", Instant))
