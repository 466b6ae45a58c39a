"""What every detector promises: the same observations give the same verdicts, however often it is asked or restarted.

Whole homes live random, also senseless, hours; each promise is tried on every detector of theirs.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.concerns import Clear, Concern, Verdict
from core.family import Expectation
from core.places import Device, Home, Role, Room
from core.readings import Kind, Novelty, Reading, Replay, Value
from detectors.detector import Detector
from detectors.events import ConcernCleared, ConcernRaised
from detectors.home_watch import HomeWatch
from detectors.pace import ENOUGH
from detectors.settings import WatchSettings
from detectors.watch import Watch
from tests.detectors.elder import (
    DOOR,
    GATEWAY,
    HOME,
    SMOKE,
    SOS,
    STOVE,
    at,
    devices_of,
    inventory,
    reading,
    spoke,
)

pytestmark = pytest.mark.long(25)

EXPECTED = (
    Expectation("tea", HOME, "tea", time(6), time(9), "min", room=Room.KITCHEN),
    Expectation("stir", HOME, "any", time(13), time(16, 30), "min", frozenset({0, 2, 4})),
)
ALARM = Device(f"{GATEWAY}/co", HOME, Room.KITCHEN, Role.CO, GATEWAY)
WARMTH = tuple(
    Device(f"{GATEWAY}/{room}_climate", HOME, room, Role.CLIMATE, GATEWAY) for room in (Room.BEDROOM, Room.LIVING)
)
PLUGS = tuple(
    Device(f"{GATEWAY}/{role.value}", HOME, Room.KITCHEN, role, GATEWAY) for role in (Role.TOASTER, Role.APPLIANCE)
)
DEVICES = (*devices_of(), ALARM, *WARMTH, *PLUGS)
ROOMS = ("bathroom", "bedroom", "living", "kitchen")
ROUNDING = timedelta(milliseconds=3)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Step:
    """Something that happens `after` minutes."""

    after: float
    device: str
    kind: Kind
    value: Value
    replay: Replay = Replay.LIVE
    novelty: Novelty = Novelty.CHANGED


def _rooms() -> st.SearchStrategy[str]:
    return st.sampled_from([f"{GATEWAY}/{room}" for room in ROOMS])


WAITS = st.one_of(st.floats(0.02, 20), st.floats(20, 400), st.floats(400, 3000))
ANY_DEVICE = st.sampled_from([d.id for d in DEVICES])
REPLAYS = st.sampled_from([Replay.LIVE] * 6 + [Replay.RETAINED, Replay.CACHED, Replay.HISTORY])
HAPPENINGS = st.one_of(
    st.tuples(_rooms(), st.just(Kind.MOTION), st.booleans()),
    st.tuples(_rooms(), st.just(Kind.MOTION), st.just(MOVED := True)),
    st.tuples(st.just(DOOR), st.just(Kind.DOOR), st.sampled_from(["open", "closed"])),
    st.tuples(st.just(SOS), st.just(Kind.SOS), st.just(MOVED)),
    st.tuples(st.just(SMOKE), st.just(Kind.SMOKE), st.booleans()),
    st.tuples(st.just(ALARM.id), st.just(Kind.CO), st.booleans()),
    st.tuples(st.just(ALARM.id), st.just(Kind.CO_PPM), st.sampled_from([0.0, 35.0, 60.0, 140.0, 350.0])),
    *[
        st.tuples(st.sampled_from([each.id for each in WARMTH]), st.just(Kind.TEMPERATURE), degrees)
        for degrees in (st.sampled_from([21.0, 15.3, 11.2, 8.4, 3.9, 29.5, 36.1]), st.floats(-45, 90))
    ],
    st.tuples(
        st.sampled_from([STOVE, *(plug.id for plug in PLUGS)]),
        st.just(Kind.POWER),
        st.sampled_from([0.0, 2.0, 70.0, 900.0]),
    ),
    st.tuples(ANY_DEVICE, st.just(Kind.AVAILABILITY), st.sampled_from(["online", "offline"])),
    st.tuples(ANY_DEVICE, st.just(Kind.BATTERY), st.sampled_from([3.0, 50.0, 90.0])),
)
STEPS = st.lists(
    st.builds(
        lambda after, what, replay, novelty: Step(after, what[0], what[1], what[2], replay, novelty),
        WAITS,
        HAPPENINGS,
        REPLAYS,
        st.sampled_from([Novelty.CHANGED, Novelty.CHANGED, Novelty.REPEATED, Novelty.BASELINE]),
    ),
    min_size=1,
    max_size=40,
)


def _played(steps: Sequence[Step]) -> list[Reading]:
    """With check-ins in between, so that the home is not always blind."""
    now, told = at(0, "06:00"), []
    for step in steps:
        then = now + timedelta(minutes=step.after)
        ids = [d.id for d in DEVICES]
        beats = int((then - now) / timedelta(minutes=40))
        told += [spoke(ids[k % len(ids)], now + (k + 1) * timedelta(minutes=40)) for k in range(beats)]
        now = then + timedelta(milliseconds=1)
        told.append(reading(step.device, step.kind, step.value, now, replay=step.replay, novelty=step.novelty))
    return told


def _home() -> HomeWatch:
    home = HomeWatch(Home(HOME, "grid", "7-2-402"), DEVICES, WatchSettings())
    home.use_expectations(EXPECTED)
    home.company._pace.slots = ENOUGH  # as if known, so that it has something to say
    return home


def _all(home: HomeWatch) -> Iterator[Detector]:
    yield from home.detectors()
    yield home.presence
    yield home.company
    yield home.visibility


def _restarted(home: HomeWatch) -> HomeWatch:
    fresh = _home()
    fresh.restore(json.loads(json.dumps(home.snapshot())))
    return fresh


def _gist(verdict: Verdict) -> tuple[object, ...]:
    if isinstance(verdict, Concern):
        return (verdict.kind, verdict.severity, verdict.episode)
    return (verdict.reason,) if verdict == Clear("company") else ()


def _probes(told: Sequence[Reading]) -> list[datetime]:
    last = told[-1].at
    return [last + timedelta(minutes=m) for m in (0, 1, 25, 61, 130, 400, 1000, 2000, 4000)]


@QUICK
@given(steps=STEPS, cut=st.integers(0, 200))
def test_a_restart_at_any_point_changes_no_later_verdict(steps: list[Step], cut: int) -> None:
    told = _played(steps)
    unbroken, broken = _home(), _home()

    for number, one in enumerate(told):
        unbroken.observe(one)
        broken.observe(one)
        if number == cut % len(told):
            broken = _restarted(broken)

    for probe in _probes(told):
        theirs = {d.name: d.assess(probe) for d in _all(broken)}
        for detector in _all(unbroken):
            assert theirs[detector.name] == detector.assess(probe)
    assert unbroken.snapshot() == broken.snapshot()


@QUICK
@given(steps=STEPS, again=st.integers(0, 200))
def test_observing_again_what_was_observed_changes_nothing(steps: list[Step], again: int) -> None:
    told = _played(steps)
    home = _home()
    for one in told:
        home.observe(one)
    before = json.dumps(home.snapshot())

    for one in told[again % len(told) :]:
        assert home.observe(one) is None

    assert json.dumps(home.snapshot()) == before


@QUICK
@given(steps=STEPS)
def test_asking_changes_nothing(steps: list[Step]) -> None:
    told = _played(steps)
    home = _home()
    for one in told:
        home.observe(one)
    before = json.dumps([d.snapshot() for d in _all(home)])

    for probe in _probes(told):
        for detector in _all(home):
            assert detector.assess(probe) == detector.assess(probe)
            detector.due(probe)

    assert json.dumps([d.snapshot() for d in _all(home)]) == before


@QUICK
@given(steps=STEPS, minutes=st.lists(st.floats(0, 5000), min_size=5, max_size=25))
def test_a_concern_begins_worsens_and_ends_at_due_times_only(steps: list[Step], minutes: list[float]) -> None:
    told = _played(steps)
    home = _home()
    for one in told:
        home.observe(one)
    last = told[-1].at

    for detector in _all(home):
        for probe in (last + timedelta(minutes=m) for m in minutes):
            asked = last
            while (due := detector.due(asked)) is not None and due <= probe:
                assert due > asked
                asked = due
            assert _gist(detector.assess(probe)) == _gist(detector.assess(asked)), detector.name


@QUICK
@given(steps=STEPS)
def test_polling_every_minute_says_the_same_as_asking_when_due(steps: list[Step]) -> None:
    told = _played(steps[:15])
    told = [r for r in told if r.at < told[0].at + timedelta(days=2)]
    end = told[-1].at + timedelta(hours=30)
    expected = {HOME: EXPECTED}
    due, polled = Watch(inventory(DEVICES), expected=expected), Watch(inventory(DEVICES), expected=expected)

    by_due = _by_due(due, told, end)
    by_poll = _by_poll(polled, told, end)

    assert [gist for gist, _ in by_due] == [gist for gist, _ in by_poll]
    for (_, sooner), (_, later) in zip(by_due, by_poll, strict=True):
        assert -ROUNDING <= later - sooner <= timedelta(minutes=1)


def _spoken(events: Sequence[Any]) -> list[tuple[tuple[object, ...], datetime]]:
    out: list[tuple[tuple[object, ...], datetime]] = []
    for event in events:
        match event:
            case ConcernRaised(concern=c):
                out.append((("raised", c.kind, c.episode, c.severity), c.at))
            case ConcernCleared():
                out.append((("cleared", event.kind, event.episode), event.at))
            case _:
                pass
    return out


def _by_due(watch: Watch, told: Sequence[Reading], end: datetime) -> list[tuple[tuple[object, ...], datetime]]:
    events: list[Any] = []
    for until, one in [*((r.at, r) for r in told), (end, None)]:
        while (due := watch.next_due()) is not None and due <= until:
            events += watch.run_due(due)
        if one is not None:
            events += watch.observe([one])
    return _spoken(events)


def _by_poll(watch: Watch, told: Sequence[Reading], end: datetime) -> list[tuple[tuple[object, ...], datetime]]:
    """Asks every home every minute, and once more just before each reading, as a poll at that instant would."""
    events: list[Any] = []
    tick = told[0].at
    for until, one in [*((r.at, r) for r in told), (end, None)]:
        while tick <= until:
            events += _ask(watch, tick)
            tick += timedelta(minutes=1)
        events += _ask(watch, until)
        if one is not None:
            events += watch.observe([one])
            events += _ask(watch, until + timedelta(milliseconds=1))
    return _spoken(events)


def _ask(watch: Watch, now: datetime) -> list[Any]:
    return [event for home in watch._homes.values() for event in home.run(now)]


@pytest.mark.parametrize("room", ROOMS)
def test_the_same_life_twice_gives_the_same_snapshots(room: str) -> None:
    steps = [Step(7.0 * (n % 11) + 1, f"{GATEWAY}/{room}", Kind.MOTION, MOVED) for n in range(200)]
    first, second = _home(), _home()

    for one in _played(steps):
        first.observe(one)
        second.observe(one)

    assert json.dumps(first.snapshot()) == json.dumps(second.snapshot())
