"""The column type of an instant, meaning the same on SQLite and PostgreSQL.

An instant is `timestamptz` on PostgreSQL and whole microseconds since 1970 (UTC) on SQLite: both compare and index.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""A zone may still be added to these."""


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970, exact. Raises ValueError for a time without a zone: it names no instant."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone, so it names no instant: give an aware datetime")
    return (instant - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """An instant that no clock can count with becomes the nearest that it can: one bad row must not stop a reader."""
    try:
        return min(max(EPOCH + timedelta(microseconds=microseconds), _FIRST), _LAST)
    except OverflowError:
        return _LAST if microseconds > 0 else _FIRST


class Instant(TypeDecorator[datetime]):
    """An aware datetime, read back in UTC. A naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        microseconds = to_microseconds(value)
        return value.astimezone(UTC) if dialect.name == "postgresql" else microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else from_microseconds(value)
