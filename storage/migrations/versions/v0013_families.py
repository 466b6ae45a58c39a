"""What family wishes and may hear, what is expected by when, and the daily word."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0013"
down_revision = "0012"

_WHY = "what the resident agreed to is never changed, only added to"


def upgrade() -> None:
    op.create_table(
        "family_wishes",
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id"), primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("hears", sa.Text, nullable=False),
        sa.Column("responsible", sa.Boolean, nullable=False),
        sa.Column("digest_at", sa.Time),
        sa.Column("paused_until", Instant),
        sa.CheckConstraint("hears IN ('at_once', 'when_taken', 'at_outcome', 'daily')", name="hears"),
    )
    op.create_table(
        "family_consents",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id"), nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.CheckConstraint("scope IN ('nothing', 'state', 'reason', 'day')", name="scope"),
    )
    op.create_index("ix_family_consents_home", "family_consents", ["home", "seq"])
    op.create_table(
        "expectations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("start", sa.Time, nullable=False),
        sa.Column("end", sa.Time, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("weekdays", sa.Text, nullable=False),
        sa.Column("room", sa.Text),
        sa.CheckConstraint('"start" < "end"', name="within_a_day"),
    )
    op.create_table(
        "digests",
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id"), primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_until", Instant, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
    )
    _guard_consents()


def _guard_consents() -> None:
    for verb in ("UPDATE", "DELETE"):
        if op.get_bind().dialect.name == "sqlite":
            guard = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        else:
            guard = f"FOR EACH ROW EXECUTE FUNCTION refuse('{_WHY}')"
        op.execute(sa.text(f"CREATE TRIGGER family_consent_{verb.lower()} BEFORE {verb} ON family_consents {guard}"))
