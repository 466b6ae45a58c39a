"""Places, people, ties and rotas."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import where

revision = "0001"
down_revision = None


_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _places()
    _people()


def _places() -> None:
    """Areas, homes, gateways, devices."""
    op.create_table(
        "areas",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent", sa.Text, sa.ForeignKey("areas.id", deferrable=True, initially="DEFERRED")),
    )
    op.create_table(
        "homes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, sa.ForeignKey("areas.id"), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("resident", sa.Text),
        sa.Column("door_note", sa.Text),
    )
    op.create_table(
        "gateways",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id")),
        sa.Column("label", sa.Text, nullable=False),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id"), nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("gateway", sa.Text, sa.ForeignKey("gateways.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("profile", sa.JSON, nullable=False),
    )


def _people() -> None:
    """Who they are, to whom they belong, when they are on duty."""
    op.create_table(
        "people",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("routes", sa.JSON, nullable=False),
    )
    op.create_table(
        "ties",
        sa.Column("id", _SEQUENCE, primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("bond", sa.Text, nullable=False),
        sa.Column("home", sa.Text, sa.ForeignKey("homes.id")),
        sa.Column("area", sa.Text, sa.ForeignKey("areas.id")),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.CheckConstraint("(home IS NULL) <> (area IS NULL)", name="one_place"),
    )
    op.create_index("uq_ties_home", "ties", ["person", "bond", "home"], unique=True, **where("home IS NOT NULL"))
    op.create_index("uq_ties_area", "ties", ["person", "bond", "area"], unique=True, **where("area IS NOT NULL"))
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, sa.ForeignKey("areas.id"), nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("person", sa.Text, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("start", sa.Time, nullable=False),
        sa.Column("end", sa.Time, nullable=False),
        sa.Column("weekdays", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
    )
