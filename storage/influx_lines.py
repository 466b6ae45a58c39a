"""How a reading is spelled for InfluxDB, and read back: the same reading, whatever its names contain.

A `reading` point carries the value for dashboards (`number` or `text`) and the whole reading (`record`) for us.
A `receipt` point per request says which five minutes it touched: what makes "received since" cheap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote

import orjson

from core.readings import Reading
from storage.columns import from_microseconds, to_microseconds
from storage.readings_rows import KINDS, pack, unpack

RECORDS = "reading"
RECEIPTS = "receipt"
SLOT = timedelta(minutes=5)
_SLOT_US = SLOT // timedelta(microseconds=1)
_LANES = 64
_NANOSECONDS = 1_000
_EMPTY = "%"  # no quoted name is a single percent sign, and InfluxDB has no empty tag
_IN_TAGS = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request's readings: received in `first`..`last`, and lying in these five-minute slots since 1970."""

    first: datetime
    last: datetime
    slots: tuple[int, ...]
    count: int

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> "Receipt":
        received = [reading.received_at for reading in readings]
        slots = {to_microseconds(reading.at) // _SLOT_US for reading in readings}
        return cls(min(received), max(received), tuple(sorted(slots)), len(readings))


def spans(slots: Iterable[int]) -> Iterator[tuple[datetime, datetime]]:
    """The slots as half-open spans of time, neighbours joined."""
    start: int | None = None
    end: int | None = None
    for slot in sorted(set(slots)):
        if end is not None and slot != end:
            yield _begin(start), _begin(end)
            start = slot
        start, end = (slot if start is None else start), slot + 1
    if end is not None:
        yield _begin(start), _begin(end)


def reading_line(reading: Reading) -> str:
    """Point of one reading. The same identity written again replaces it."""
    channel = "" if reading.channel is None else f",channel={_escaped(reading.channel)}"
    return (
        f"{RECORDS}{channel},device={_escaped(reading.device)},kind={reading.kind.value}"
        f' {_for_people(reading)},record="{_record(reading)}" {to_microseconds(reading.at) * _NANOSECONDS}'
    )


def reading_of(row: Mapping[str, str]) -> Reading:
    """The reading of a query's row, which has `_time`, `_value` (the record) and the tags."""
    value, received_at, device_time, flags, unit, source, message_id = orjson.loads(row["_value"])
    semantics, replay, novelty, time_source, decision, clock = unpack(flags)
    channel = row.get("channel")
    return Reading(
        device=_name(row["device"]),
        kind=KINDS[row["kind"]],
        value=value,
        at=datetime.fromisoformat(row["_time"]),
        received_at=from_microseconds(received_at),
        channel=_name(channel) if channel else None,
        unit=unit,
        device_time=None if device_time is None else from_microseconds(device_time),
        time_source=time_source,
        semantics=semantics,
        replay=replay,
        novelty=novelty,
        message_id=message_id,
        source=source,
        decision=decision,
        clock=clock,
    )


def receipt_line(receipt: Receipt, number: int) -> str:
    """Point of one request, at its last receipt. `number` keeps requests of the same microsecond apart."""
    at = to_microseconds(receipt.last) * _NANOSECONDS + number // _LANES % _NANOSECONDS
    body = orjson.dumps([to_microseconds(receipt.first), to_microseconds(receipt.last), receipt.count, receipt.slots])
    return f'{RECEIPTS},lane={number % _LANES} slots="{body.decode()}" {at}'


def receipt_of(row: Mapping[str, str]) -> Receipt:
    first, last, count, slots = orjson.loads(row["_value"])
    return Receipt(from_microseconds(first), from_microseconds(last), tuple(slots), count)


def _begin(slot: int | None) -> datetime:
    return from_microseconds((slot or 0) * _SLOT_US)


def _for_people(reading: Reading) -> str:
    """The field that dashboards draw: truths as 0 and 1, words as they are."""
    match reading.value:
        case str() as words:
            return f'text="{_quoted(words)}"'
        case number:
            return f"number={float(number)!r}"


def _record(reading: Reading) -> str:
    record = (
        reading.value,
        to_microseconds(reading.received_at),
        None if reading.device_time is None else to_microseconds(reading.device_time),
        pack(reading),
        reading.unit,
        reading.source,
        reading.message_id,
    )
    return _quoted(orjson.dumps(record).decode())


def _quoted(text: str) -> str:
    """Inside a string field. (`translate` takes several times as long.)"""
    return text.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=65_536)
def tag_of(name: str) -> str:
    """Percent-encode what line protocol cannot carry in a tag: controls, and the backslash that it cannot escape."""
    if not name:
        return _EMPTY
    return "".join(quote(c, safe="") if c in "%\\" or not c.isprintable() else c for c in name)


@lru_cache(maxsize=65_536)
def _escaped(name: str) -> str:
    return tag_of(name).translate(_IN_TAGS)


def _name(tag: str) -> str:
    return "" if tag == _EMPTY else unquote(tag, errors="strict")
