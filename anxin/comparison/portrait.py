"""Portrait: one home in figures: its features, its pauses and its activity by the hour, and who goes where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from anxin.comparison.features import MINUTE, Feature, features, pauses, whole_days
from anxin.comparison.rooms import changes, stays
from anxin.comparison.witness import Seen
from core.places import Room

HOURS = 24
SLOTS_AN_HOUR = 6
"""Of ten minutes: so a sensor that chatters and one that rests between two triggers count the same."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """`by_hour`: minutes of the pauses that began in each hour of day, in order. `active`: of each hour's ten-minute
    slots, the share with a sign. `changes`: from which room to which, and how often.
    """

    days: float
    signs: int
    features: tuple[Feature, ...]
    by_hour: tuple[tuple[float, ...], ...]
    active: tuple[float, ...]
    changes: Counter[tuple[Room, Room]]

    def feature(self, name: str) -> Feature | None:
        return next((one for one in self.features if one.name == name), None)


def portrait(seen: Seen, rooms: frozenset[Room]) -> Portrait:
    by_hour: list[list[float]] = [[] for _ in range(HOURS)]
    for pause in pauses(seen):
        by_hour[pause.hour].append(pause.seconds / MINUTE)
    signs = seen.signs
    return Portrait(
        days=(signs[-1].at - signs[0].at) / 86400 if signs else 0.0,
        signs=len(signs),
        features=tuple(features(seen, rooms)),
        by_hour=tuple(tuple(sorted(hour)) for hour in by_hour),
        active=_active(seen),
        changes=changes(stays(seen, rooms)) if len(rooms) > 1 else Counter(),
    )


def _active(seen: Seen) -> tuple[float, ...]:
    dates = set(whole_days(seen))
    slots = {
        (local.date(), local.hour, local.minute * SLOTS_AN_HOUR // 60)
        for sign in seen.signs
        if (local := seen.local(sign.at)).date() in dates
    }
    counts = Counter(hour for _, hour, _ in slots)
    return tuple(counts[hour] / (SLOTS_AN_HOUR * max(len(dates), 1)) for hour in range(HOURS))


def pooled(samples: Sequence[tuple[float, ...]]) -> list[float]:
    """All values of several homes."""
    return [value for sample in samples for value in sample]
