"""Who changed which weekly shift, from what to what."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0015"
down_revision = "0014"

_WHY = "what was changed in a rota is never changed, only added to"


def upgrade() -> None:
    op.create_table(
        "shift_edits",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("shift", sa.Text, nullable=False),
        sa.Column("area", sa.Text, sa.ForeignKey("areas.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
    )
    op.create_index("ix_shift_edits_area", "shift_edits", ["area", "seq"])
    for verb in ("UPDATE", "DELETE"):
        if op.get_bind().dialect.name == "sqlite":
            guard = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        else:
            guard = f"FOR EACH ROW EXECUTE FUNCTION refuse('{_WHY}')"
        op.execute(sa.text(f"CREATE TRIGGER shift_edit_{verb.lower()} BEFORE {verb} ON shift_edits {guard}"))
