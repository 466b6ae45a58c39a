"""To whom an alert is handed over, and until when it is put off: red never, held ones never."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0008"
down_revision = "0007"

_ADD = "ALTER TABLE alerts ADD COLUMN {column} BIGINT CONSTRAINT ck_alerts_{name} CHECK ({check})"
_HANDED = "(handed_to IS NULL) = (accept_by IS NULL) AND (handed_to IS NULL OR handling IN ('acknowledged', 'on_site'))"
_SNOOZED = "snoozed_until IS NULL OR (severity <> 'red' AND handling = 'triggered')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    """SQLite takes a constraint over several columns only with a column that is added."""
    op.execute(sa.text("ALTER TABLE alerts ADD COLUMN handed_to TEXT"))
    op.execute(sa.text(_ADD.format(column="accept_by", name="handed_over_by_a_holder", check=_HANDED)))
    op.execute(sa.text(_ADD.format(column="snoozed_until", name="snoozed_never_red", check=_SNOOZED)))


def _on_postgresql() -> None:
    op.add_column("alerts", sa.Column("handed_to", sa.Text))
    op.add_column("alerts", sa.Column("accept_by", Instant))
    op.add_column("alerts", sa.Column("snoozed_until", Instant))
    op.create_check_constraint("handed_over_by_a_holder", "alerts", _HANDED)
    op.create_check_constraint("snoozed_never_red", "alerts", _SNOOZED)
