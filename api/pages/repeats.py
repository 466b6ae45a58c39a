"""Repeats, put together for reading: the last level asks again and again, and a page must stay short all the same.

Nothing is left out of the record; the newest is shown open, what came before it behind a fold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from core.alerts import Entry, EntryKind
from core.delivery import Delivery

MOST_FOLDED = 60
"""Lines behind one fold; the interface for programs has them all."""

_OF_A_ROUND = frozenset(
    {
        EntryKind.LEVEL_ENTERED,
        EntryKind.NO_RECIPIENT,
        EntryKind.DELIVERY,
        EntryKind.NOT_SENT,
        EntryKind.UNDELIVERED,
        EntryKind.UNREACHABLE,
    }
)
_STARTS = frozenset({EntryKind.LEVEL_ENTERED, EntryKind.NO_RECIPIENT})


@dataclass(frozen=True, slots=True)
class Told:
    """One person, told for one reason: the newest message, and those before it, newest first."""

    latest: Delivery
    earlier: tuple[Delivery, ...]

    @property
    def times(self) -> int:
        return 1 + len(self.earlier)

    @property
    def first_at(self) -> datetime:
        return (self.earlier[-1] if self.earlier else self.latest).send.created_at


def told(deliveries: Iterable[Delivery]) -> tuple[Told, ...]:
    """Who was told, whoever was told last first. `deliveries` are oldest first."""
    found: dict[tuple[str, str, str], list[Delivery]] = {}
    for delivery in reversed(list(deliveries)):
        send = delivery.send
        found.setdefault((send.person, send.target, send.purpose), []).append(delivery)
    return tuple(Told(latest, tuple(earlier)) for latest, *earlier in found.values())


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a timeline, newest first. Those of `folded` are rounds that only asked once more, `rounds` of them."""

    shown: tuple[Entry, ...]
    folded: tuple[Entry, ...] = ()
    rounds: int = 0


def stretches(timeline: Iterable[Entry]) -> tuple[Stretch, ...]:
    """The timeline, newest first. Of rounds that follow each other with nothing between, the newest is shown.

    `timeline` is oldest first.
    """
    return tuple(_stretch(rounds) for rounds in reversed(list(_runs(timeline))))


def _runs(timeline: Iterable[Entry]) -> Iterator[list[list[Entry]]]:
    """Runs of rounds, each a list of lines; whatever is no part of a repeated round is a run of its own."""
    run: list[list[Entry]] = []
    repeated = False
    for entry in timeline:
        if entry.kind is EntryKind.LEVEL_ENTERED:
            repeated = int(entry.detail.get("round", 0)) > 0
        if not repeated or entry.kind not in _OF_A_ROUND:
            if run:
                yield run
                run = []
            yield [[entry]]
        elif not run or (entry.kind in _STARTS and any(e.kind is EntryKind.LEVEL_ENTERED for e in run[-1])):
            run.append([entry])
        else:
            run[-1].append(entry)
    if run:
        yield run


def _stretch(rounds: list[list[Entry]]) -> Stretch:
    *before, newest = rounds
    folded = tuple(entry for lines in reversed(before) for entry in reversed(lines))
    return Stretch(tuple(reversed(newest)), folded, len(before))
