"""The times that devices claim, read but not yet believed: the gate judges them.

A wall time without an offset is kept as text only: whose wall it hung on is not ours to guess.
"""

from datetime import UTC, datetime, timedelta

from core.readings import TimeSource
from ingest.conventions.decoded import NO_STAMP, Stamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIS_FROM = 100_000_000_000  # as seconds this is the year 5138, as milliseconds 1973
_RAW_KEPT = 40


def stamp(raw: object, source: TimeSource) -> Stamp:
    """From ISO 8601 text or from an epoch in seconds or milliseconds. Without a value there is no stamp at all."""
    if raw is None or raw == "":
        return NO_STAMP
    found = _moment(raw)
    if found is None:
        return Stamp(None, TimeSource.UNTRUSTED, str(raw)[:_RAW_KEPT])
    return Stamp(found, source, None)


def _moment(raw: object) -> datetime | None:
    match raw:
        case bool():
            return None
        case int() | float():
            return _from_epoch(raw)
        case str() if raw.isascii() and raw.isdigit() and len(raw) <= len("1700000000000"):
            return _from_epoch(int(raw))
        case str():
            return _from_text(raw)
        case _:
            return None


def _from_epoch(number: float) -> datetime | None:
    seconds = number / 1000 if abs(number) >= _MILLIS_FROM else number
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def _from_text(raw: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(raw)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
