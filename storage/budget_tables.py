"""Budgets of false alarms as tables: versions, proposals, and what was found when a proposal was replayed.

That versions never change, and what was decided neither, is said by the triggers of migration 0017.
"""

from sqlalchemy import JSON, CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.columns import Instant
from storage.tables import SEQUENCE, metadata

budget_proposals = Table(
    "budget_proposals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("value", Float),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("homes", JSON, nullable=False),
    Column("concerned", Integer, nullable=False),
    Column("since", Instant),
    Column("until", Instant),
    Column("basis", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    CheckConstraint("state IN ('proposed', 'replayed', 'in_effect', 'withdrawn')", name="state"),
    CheckConstraint("(state IN ('in_effect', 'withdrawn')) = (decided_at IS NOT NULL)", name="decided"),
    CheckConstraint("value IS NULL OR (value >= 0.1 AND value <= 5)", name="bounded"),
    Index("ix_budget_proposals_at", "at", "id"),
)

budget_versions = Table(
    "budget_versions",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("place", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("value", Float),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("proposal", Text, ForeignKey("budget_proposals.id")),
    CheckConstraint("number >= 1", name="counted"),
    CheckConstraint("value IS NULL OR (value >= 0.1 AND value <= 5)", name="bounded"),
    UniqueConstraint("place", "number"),
)

budget_replays = Table(
    "budget_replays",
    metadata,
    Column("proposal", Text, ForeignKey("budget_proposals.id"), primary_key=True),
    Column("home", Text, primary_key=True),
    Column("found", JSON, nullable=False),
)
