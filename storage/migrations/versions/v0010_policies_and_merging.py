"""Escalation policies as versions that are only ever added; when a person was last asked; who holds what; merging."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0010"
down_revision = "0009"

_WHY = "a version of a policy never changes"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.create_table(
        "policy_versions",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("policy", sa.JSON),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint("severity IN ('red', 'orange', 'yellow')", name="severity"),
        sa.CheckConstraint("version >= 1", name="counted"),
        sa.UniqueConstraint("severity", "kind", "version", name="uq_policy_versions_severity_kind_version"),
    )
    op.create_index("ix_sends_person", "sends", ["person", "created_at"])
    op.add_column("alerts", sa.Column("joined", sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "merged_episodes",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("episode", sa.Text, primary_key=True),
        sa.Column("alert", sa.Text, sa.ForeignKey("alerts.id"), nullable=False),
    )
    op.create_index("ix_alerts_episode", "alerts", ["key", "episode"])
    held = sa.text("handling = 'acknowledged'")
    op.create_index("ix_alerts_held", "alerts", ["taken_at"], sqlite_where=held, postgresql_where=held)
    for verb in ("UPDATE", "DELETE"):
        name = f"policy_version_{verb.lower()}"
        if dialect == "sqlite":
            guard = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        else:
            guard = f"FOR EACH ROW EXECUTE FUNCTION refuse('{_WHY}')"
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {verb} ON policy_versions {guard}"))
