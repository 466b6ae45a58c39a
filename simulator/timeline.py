"""The timeline: every message of a community in order of time, generated lazily, one day per home at a time.

Stopping anywhere and going on later with the same seed gives the same messages: history and live have no seam.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from heapq import merge
from itertools import chain
from operator import attrgetter

from simulator.bridges import bridge_for
from simulator.community import Community, Household
from simulator.day import Day
from simulator.life import ONE_DAY, Life
from simulator.message import Message
from simulator.script import NOTHING, HomeScript, Script
from simulator.sensors import Report, SensorModel
from simulator.telling import tell
from simulator.traces import Traces
from simulator.trouble import Trouble
from simulator.warmth import Warmth

WHEN = attrgetter("at")


def messages(
    community: Community,
    *,
    since: datetime,
    until: datetime | None = None,
    seed: int,
    script: Script | None = None,
    announce: bool = True,
) -> Iterator[Message]:
    """All messages with since <= at < until, in order of time; endless without `until`.

    `announce`: begin as gateways do that connect at `since`: bridge and devices say that they are online.
    """
    cast = script or Script()
    streams = [
        HomeStream(household, seed=seed, script=cast.of(household.home.id)).messages(since, until, announce=announce)
        for household in community.households
    ]
    return merge(*streams, key=WHEN)


def wills(community: Community, *, seed: int) -> dict[str, Message]:
    """The last will that each gateway leaves with the broker, by gateway id."""
    bridges = (bridge_for(household, seed=seed, clock=float) for household in community.households)
    return {bridge.gateway: bridge.will(0.0) for bridge in bridges}


def _none_before(at: datetime, told: Iterator[Message]) -> Iterator[Message]:
    """What was on its way when the gateway connected comes after its greeting."""
    return (replace(message, at=at) if message.at < at else message for message in told)


class HomeStream:
    """One home's messages."""

    def __init__(self, household: Household, *, seed: int, script: HomeScript = NOTHING) -> None:
        self.script = script
        self.life = Life(household, seed=seed, spells=script.spells, weekends=script.weekends)
        self.bridge = bridge_for(household, seed=seed, clock=lambda at: at + script.skew(at))
        warmth = Warmth(household, seed=seed, weathers=script.weathers)
        self.models = [SensorModel(s, clears=self.bridge.clears, warmth=warmth) for s in household.kit.sensors]
        self.trouble = None if script == NOTHING else Trouble(script, self.bridge)

    def messages(self, since: datetime, until: datetime | None = None, *, announce: bool = False) -> Iterator[Message]:
        """The day before `since` is lived through unheard, so that every device is in the state it would be in."""
        told = self._told(since, until or datetime.max.replace(tzinfo=UTC))
        first = list(self._announced(since)) if announce else []
        return chain(first, _none_before(first[-1].at, told)) if first else told

    def _announced(self, since: datetime) -> Iterator[Message]:
        at = since.timestamp()
        if self.script.outage(at) is None:
            yield from self.bridge.birth(at)

    def _told(self, since: datetime, until: datetime) -> Iterator[Message]:
        held: list[Message] = []
        for day in self.life.days(since.timestamp() - ONE_DAY.total_seconds()):
            held += self._day(day)
            held.sort(key=WHEN)
            end = min(datetime.fromtimestamp(day.end, UTC), until)
            yield from (message for message in held if since <= message.at < end)
            if end == until:
                return
            held = [message for message in held if message.at >= end]

    def _day(self, day: Day) -> list[Message]:
        traces = tell(self.life, day, self.script)
        if self.trouble is not None:
            return self._troubled(self.trouble, day, traces)
        reports = list(chain.from_iterable(model.reports(day.start, day.end, traces) for model in self.models))
        reports.sort(key=WHEN)
        return [message for report in reports if (message := self.bridge.news(report)) is not None]

    def _troubled(self, trouble: Trouble, day: Day, traces: Traces) -> list[Message]:
        reports: list[Report] = []
        for model in self.models:
            ailment = partial(trouble.ailed, model.sensor, day.start, day.end)
            reports += model.reports(day.start, day.end, traces, ailment=ailment)
        return trouble.day(day.start, day.end, reports)
