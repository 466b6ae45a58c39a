"""Budgets of false alarms: versions that are only ever added, proposals, and what their replays found."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0017"
down_revision = "0016"

_NEVER = "a version of a budget never changes"
_DECIDED = "a proposal that was decided never changes"
_BOUNDED = "value IS NULL OR (value >= 0.1 AND value <= 5)"


def upgrade() -> None:
    _proposals()
    op.create_table(
        "budget_versions",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("proposal", sa.Text, sa.ForeignKey("budget_proposals.id")),
        sa.CheckConstraint("number >= 1", name="counted"),
        sa.CheckConstraint(_BOUNDED, name="bounded"),
        sa.UniqueConstraint("place", "number", name="uq_budget_versions_place_number"),
    )
    op.create_table(
        "budget_replays",
        sa.Column("proposal", sa.Text, sa.ForeignKey("budget_proposals.id"), primary_key=True),
        sa.Column("home", sa.Text, primary_key=True),
        sa.Column("found", sa.JSON, nullable=False),
    )
    for verb in ("UPDATE", "DELETE"):
        _guard(f"budget_version_{verb.lower()}", verb, "budget_versions", _NEVER)
        _guard(f"budget_proposal_{verb.lower()}", verb, "budget_proposals", _DECIDED, "OLD.decided_at IS NOT NULL")


def _proposals() -> None:
    op.create_table(
        "budget_proposals",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("homes", sa.JSON, nullable=False),
        sa.Column("concerned", sa.Integer, nullable=False),
        sa.Column("since", Instant),
        sa.Column("until", Instant),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", Instant),
        sa.CheckConstraint("state IN ('proposed', 'replayed', 'in_effect', 'withdrawn')", name="state"),
        sa.CheckConstraint("(state IN ('in_effect', 'withdrawn')) = (decided_at IS NOT NULL)", name="decided"),
        sa.CheckConstraint(_BOUNDED, name="bounded"),
    )
    op.create_index("ix_budget_proposals_at", "budget_proposals", ["at", "id"])


def _guard(name: str, verb: str, table: str, why: str, when: str = "") -> None:
    """Refuse a change of a row, or of those of which `when` is true."""
    condition = f" WHEN ({when})" if when else ""
    if op.get_bind().dialect.name == "sqlite":
        done = f"{condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    else:
        done = f"FOR EACH ROW{condition} EXECUTE FUNCTION refuse('{why}')"
    op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {done}"))
