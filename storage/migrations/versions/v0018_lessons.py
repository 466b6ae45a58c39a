"""Lessons: what people chose about learning from endings, only ever added; endings are found by when they were."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0018"
down_revision = "0017"

_NEVER = "a choice never changes"


def upgrade() -> None:
    op.create_table(
        "lesson_choices",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint("choice IN ('learn', 'stop', 'anew')", name="choice"),
        sa.CheckConstraint("number >= 1", name="counted"),
        sa.UniqueConstraint("home", "kind", "number", name="uq_lesson_choices_home_kind_number"),
    )
    closed = sa.text("closed_at IS NOT NULL")
    op.create_index("ix_alerts_closed", "alerts", ["closed_at"], sqlite_where=closed, postgresql_where=closed)
    for verb in ("UPDATE", "DELETE"):
        name = f"lesson_choice_{verb.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            done = f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        else:
            done = f"FOR EACH ROW EXECUTE FUNCTION refuse('{_NEVER}')"
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON lesson_choices {done}"))
