"""The lines of a recording's files: in order, as the core speaks them, with a count of those that cannot be used.

A file may be compressed or not, begin with a byte order mark, and name its columns in any order, with others beside.
"""

import csv
import gzip
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Final, TypeVar

from simulator.recorded import Note, Notes, Oddity, Recorded, RecordingError, Refusal
from simulator.recorded_words import behind_gateway, kind_of, value_of

COLUMNS: Final = ["at", "device", "kind", "value"]
MOST_UNREADABLE: Final = 0.05
"""Of all lines: where more cannot be read, the file is not what it should be."""
FAR_OFF: Final = 366 * 86400.0
"""Seconds; a recording that pauses for longer is two, and the one with more lines is meant."""
_GZIP: Final = b"\x1f\x8b"
_BROKEN: Final = (EOFError, OSError, zlib.error, UnicodeDecodeError, csv.Error)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was read: lines in order of time, and what was odd."""

    readings: tuple[Recorded, ...]
    notes: tuple[Note, ...]


def table(path: Path, columns: Sequence[str], besides: Sequence[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Each line that is not empty: where it stands, and its cells in the order of `columns`, then of those `besides`,
    which may be missing. Raises RecordingError.
    """
    try:
        yield from _table(path, columns, besides)
    except _BROKEN as error:
        raise RecordingError(
            f"{path} cannot be read: {error}", Refusal.UNREADABLE_FILE, path=path, error=error
        ) from error


def _table(path: Path, columns: Sequence[str], besides: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    with path.open("rb") as begins:
        opens = gzip.open if begins.read(2) == _GZIP else open
    with opens(path, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        head = [name.strip().lower() for name in next(rows, [])]
        if not set(columns) <= set(head):
            wanted, found = ",".join(columns), ",".join(head)[:80]
            message = f"{path}: the first line must be {wanted}, not {found!r}"
            raise RecordingError(message, Refusal.FIRST_LINE, path=path, wanted=wanted, found=found)
        places = [head.index(name) if name in head else len(head) for name in (*columns, *besides)]
        for row in rows:
            if any(row):
                cells = [row[place].strip() if place < min(len(row), len(head)) else "" for place in places]
                yield f"line {rows.line_num}", cells


def file_in(folder: Path, name: str) -> Path:
    """The compressed file of this name, or the plain one where only that is there."""
    packed, plainly = folder / f"{name}.gz", folder / name
    return plainly if plainly.exists() and not packed.exists() else packed


def hear(path: Path, devices: Collection[str]) -> Heard:
    """The readings of these devices. Raises RecordingError where none, or too few, can be used."""
    found, notes, total = list[Recorded](), Notes(), 0
    for where, (at, name, kind, value) in table(path, COLUMNS):
        total += 1
        device = behind_gateway(name)
        if device not in devices:
            notes.add(Oddity.UNLISTED, f"{where}: {name[:40]!r}")
        elif (known := kind_of(kind)) is None:
            notes.add(Oddity.UNKNOWN_KIND, f"{where}: {kind[:40]!r}")
        else:
            try:
                found.append(Recorded(_epoch(at), device, known, value_of(known, value)))
            except ValueError as error:
                notes.add(Oddity.UNREADABLE, f"{where}: {error}")
    refuse_unreadable(path, notes, total)
    if not found:
        _refuse_unknown(path, notes, total)
    return Heard(tuple(in_order(found, attrgetter("at"), notes)), tuple(notes))


def refuse_unreadable(path: Path, notes: Notes, total: int) -> None:
    """Raises RecordingError where the file holds nothing, or too many of its lines cannot be read."""
    if not total:
        raise RecordingError(f"{path}: no reading in it", Refusal.NO_READING, path=path)
    unreadable = notes.count(Oddity.UNREADABLE)
    if unreadable > MOST_UNREADABLE * total:
        first = notes.first(Oddity.UNREADABLE)
        message = f"{path}: {unreadable} of {total} lines cannot be read; the first is {first}"
        many = {"unreadable": unreadable, "total": total}
        raise RecordingError(message, Refusal.MANY_UNREADABLE, path=path, first=first, **many)


def _refuse_unknown(path: Path, notes: Notes, total: int) -> None:
    unlisted, unknown = notes.count(Oddity.UNLISTED), notes.count(Oddity.UNKNOWN_KIND)
    first = notes.first(Oddity.UNLISTED, Oddity.UNKNOWN_KIND)
    message = (
        f"{path}: none of {total} lines can be used: {unlisted} of devices that home.toml does not name, "
        f"{unknown} of unknown kinds; the first is {first}"
    )
    counts = {"total": total, "unlisted": unlisted, "unknown": unknown}
    raise RecordingError(message, Refusal.NONE_USABLE, path=path, first=first, **counts)


def in_order(found: Sequence[_T], at: Callable[[_T], float], notes: Notes) -> list[_T]:
    """By time, those of one time as they stood; without what is more than a year from most of the others."""
    late = [one for before, one in pairwise(found) if at(one) < at(before)]
    if late:
        notes.add(Oddity.UNORDERED, _instant(at(late[0])), len(late))
    ordered = sorted(found, key=at)
    cuts = [index for index, (one, other) in enumerate(pairwise(ordered), 1) if at(other) - at(one) > FAR_OFF]
    parts = [ordered[begin:end] for begin, end in pairwise([0, *cuts, len(ordered)])]
    kept = max(parts, key=len)
    for part in parts:
        if part and part is not kept:
            notes.add(Oddity.FAR_OFF, _instant(at(part[0])), len(part))
    return kept


def instant(text: str) -> datetime:
    """UTC where it says no offset. Raises ValueError, with what was expected."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"a time is written as 2026-03-01T07:00:00Z, not {text[:40]!r} ({error})") from error


def _epoch(text: str) -> float:
    return instant(text).timestamp()


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
