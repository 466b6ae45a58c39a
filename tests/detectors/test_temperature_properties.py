"""Whatever a thermometer says, in whatever rhythm: what must be told is told, and what must not is not."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.concerns import Concern, ConcernKind, Severity, Verdict
from core.places import Device, Home, Role, Room
from core.readings import Kind
from detectors.detector import Detector
from detectors.home_watch import HomeWatch
from detectors.settings import WatchSettings
from tests.detectors.elder import GATEWAY, HOME, at, reading

ALONE = Device(f"{GATEWAY}/climate", HOME, Room.BEDROOM, Role.CLIMATE, GATEWAY)
START = at(0, "00:00")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Said = Sequence[tuple[float, float]]
"""Minutes since what was said before, and °C."""

WAITS = st.one_of(st.floats(1, 90), st.floats(90, 900))


def said(degrees: st.SearchStrategy[float], *, most: int = 40) -> st.SearchStrategy[Said]:
    return st.lists(st.tuples(WAITS, degrees), min_size=1, max_size=most)


ANY = st.one_of(st.sampled_from([21.0, 15.0, 11.0, 8.0, 3.0, 29.0, 33.0, 36.5]), st.floats(-60, 100))


def fresh() -> HomeWatch:
    return HomeWatch(Home(HOME, "grid", "7-2-402"), (ALONE,), WatchSettings())


def hear(home: HomeWatch, heard: Said, since: datetime = START) -> datetime:
    now = since
    for wait, value in heard:
        now += timedelta(minutes=wait)
        home.observe(reading(ALONE.id, Kind.TEMPERATURE, value, now))
    return now


def detector(home: HomeWatch) -> Detector:
    return home._extras[f"temperature:{HOME}"]


def gist(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.kind, verdict.severity, verdict.episode) if isinstance(verdict, Concern) else ()


@QUICK
@given(heard=said(st.floats(16.1, 27.9)), later=st.floats(0, 4000))
def test_a_home_that_is_warm_enough_and_not_hot_is_never_told(heard: Said, later: float) -> None:
    home = fresh()

    now = hear(home, heard)

    assert not isinstance(detector(home).assess(now + timedelta(minutes=later)), Concern)


def warm_but_for_an_hour(hours: int) -> Said:
    """A day's swing of eight degrees, as on a day with a window open."""
    return [(60.0, 21.0 if n % 24 == 2 else 13.0) for n in range(hours)]


@QUICK
@example(before=warm_but_for_an_hour(69), frost=-15.0, count=8)  # over a midnight
@given(before=said(st.floats(12.1, 22.0)), frost=st.floats(-15.0, 4.0), count=st.integers(3, 20))
def test_frost_in_the_rooms_is_red_whatever_the_habit(before: Said, frost: float, count: int) -> None:
    """Nobody is known to be out, the thermometer hangs well, and for two hours every word is one of frost."""
    home = fresh()
    since = hear(home, before)

    now = hear(home, [(60, frost + 0.3 * (n % 2)) for n in range(count + 1)], since)

    verdict = detector(home).assess(now + timedelta(minutes=1))
    assert isinstance(verdict, Concern)
    assert (verdict.kind, verdict.severity) == (ConcernKind.TOO_COLD, Severity.RED)


@QUICK
@given(heard=said(ANY), probes=st.lists(st.floats(0, 6000), min_size=4, max_size=12))
def test_it_begins_worsens_and_ends_when_it_said_that_it_would(heard: Said, probes: list[float]) -> None:
    home = fresh()
    last = hear(home, heard)
    judge = detector(home)

    for probe in (last + timedelta(minutes=m) for m in probes):
        asked = last
        while (due := judge.due(asked)) is not None and due <= probe:
            assert due > asked
            asked = due
        assert gist(judge.assess(probe)) == gist(judge.assess(asked))


@QUICK
@given(heard=said(ANY), cut=st.integers(0, 40))
def test_a_restart_changes_nothing_to_the_bit(heard: Said, cut: int) -> None:
    unbroken, broken = fresh(), fresh()
    middle = hear(broken, heard[: cut % len(heard)])
    kept = json.loads(json.dumps(broken.snapshot()))
    broken = fresh()
    broken.restore(kept)

    hear(unbroken, heard)
    now = hear(broken, heard[cut % len(heard) :], middle)

    assert broken.snapshot() == unbroken.snapshot()
    for hours in (0, 1, 7, 30, 90):
        probe = now + timedelta(hours=hours)
        assert detector(broken).assess(probe) == detector(unbroken).assess(probe)


@QUICK
@given(
    heard=said(st.floats(0, 40), most=20), wrong=st.sampled_from([-127.0, -40.0, 85.0, 60.0]), where=st.integers(0, 20)
)
def test_what_cannot_be_changes_no_verdict(heard: Said, wrong: float, where: int) -> None:
    n = where % len(heard)
    plain, disturbed = fresh(), fresh()
    cut = [*heard[:n], (heard[n][0] / 2, wrong), (heard[n][0] / 2, heard[n][1]), *heard[n + 1 :]]

    now, same = hear(plain, heard), hear(disturbed, cut)

    assert abs(now - same) < timedelta(seconds=1)
    assert gist(detector(disturbed).assess(same)) == gist(detector(plain).assess(now))
