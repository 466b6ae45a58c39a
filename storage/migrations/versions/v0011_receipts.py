"""What providers say later of the messages that they accepted. Only ever added to."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0011"
down_revision = "0010"

_WHY = "receipts are only ever added to"


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('accepted', 'sent', 'failed', 'delivered', 'read', 'answered')", name="state"),
    )
    op.create_index("ix_attempts_reference", "attempts", ["channel", "provider_id"])
    for name, verb in (("receipt_is_final", "UPDATE"), ("receipt_is_kept", "DELETE")):
        if op.get_bind().dialect.name == "sqlite":
            body = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        else:
            body = f"FOR EACH ROW EXECUTE FUNCTION refuse('{_WHY}')"
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON receipts {body}"))
