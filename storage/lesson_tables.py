"""What people chose about learning from endings; that no choice ever changes is said by triggers (migration 0018)."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text, UniqueConstraint

from storage.columns import Instant
from storage.tables import SEQUENCE, metadata

lesson_choices = Table(
    "lesson_choices",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("home", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("choice", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("choice IN ('learn', 'stop', 'anew')", name="choice"),
    CheckConstraint("number >= 1", name="counted"),
    UniqueConstraint("home", "kind", "number"),
)
