"""The company that is probably in a home, beside what else is believed of it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("home_statuses", sa.Column("company", sa.JSON(none_as_null=True)))
