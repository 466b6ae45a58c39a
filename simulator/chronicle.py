"""The chronicle: the truth about a community between two instants, ordered by time, for judging detectors.

What the residents did (asleep, away, visitor, ill) as far as no episode replaced it, and what a script did to them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter

from simulator.community import Community, Household
from simulator.day import OUT, Doing
from simulator.life import ONE_DAY, Life
from simulator.script import Episode, HomeScript, Script
from simulator.telling import lived
from simulator.truth import Sort, Truth

IN_BED = frozenset({Doing.ASLEEP, Doing.NAP})
Window = tuple[float, float]


def chronicle(
    community: Community, *, since: datetime, until: datetime, seed: int, script: Script | None = None
) -> list[Truth]:
    """Everything true that overlaps [since, until), by start."""
    cast = script or Script()
    start, end = since.timestamp(), until.timestamp()
    truths = [truth for truth in cast.truths if truth.start < end and truth.end >= start]
    for household in community.households:
        truths += _stays(household, start, end, seed=seed, script=cast.of(household.home.id))
    return sorted(truths, key=attrgetter("start", "home", "label"))


def _stays(household: Household, start: float, end: float, *, seed: int, script: HomeScript) -> Iterator[Truth]:
    life = Life(household, seed=seed, spells=script.spells, weekends=script.weekends)
    windows: dict[str, list[Window]] = {"asleep": [], "away": [], "visitor": [], "ill": []}
    for planned in life.days(start - ONE_DAY.total_seconds()):
        windows["visitor"] += [inside for visit in life.visits(planned.date) for inside in visit.inside]
        if planned.end <= start:
            continue  # only a guest of the night before matters
        if planned.start >= end:
            break
        day = lived(life, planned, script)
        windows["asleep"] += [(stay.start, stay.end) for stay in day.stays if stay.doing in IN_BED]
        windows["away"] += [(stay.start, stay.end) for stay in day.stays if stay.doing in OUT]
        windows["ill"] += [(day.start, day.end)] if day.ill else []
    for label, found in windows.items():
        for since, until in _joined(_outside(found, script.episodes)):
            if since < end and until > start:
                yield Truth(household.home.id, Sort.STAY, label, since, until)


def _outside(windows: Iterable[Window], episodes: tuple[Episode, ...]) -> list[Window]:
    """The parts of the windows that no episode has replaced."""
    left = list(windows)
    for episode in episodes:
        left = (
            [
                part
                for start, end in left
                for part in ((start, min(end, episode.start)), (max(start, episode.end), end))
                if part[0] < part[1]
            ]
            if episode.end > episode.start
            else left
        )
    return left


def _joined(windows: Iterable[Window]) -> Iterator[Window]:
    """Windows that touch, as one: a journey is one absence however many days it takes."""
    previous: Window | None = None
    for start, end in sorted(windows):
        if previous is not None and start <= previous[1] + 1:
            previous = (previous[0], max(previous[1], end))
            continue
        if previous is not None:
            yield previous
        previous = (start, end)
    if previous is not None:
        yield previous
