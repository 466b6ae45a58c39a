"""A home's budget is changed while it is watched: from the next sign of life on, and nothing is unlearned or unsaid."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core.ports import Snapshot
from detectors.watch import Watch, WatchSettings
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, HOME, House, at, facts_of, moved, spoke

FELL = at(LEARNED, "22:40")
"""In bed, where waits are long enough to differ."""


def found_after(house: House, *, fell: datetime = FELL) -> timedelta:
    """They stir once more, and lie still until somebody notices."""
    house.tell(moved("bedroom", fell))
    house.pass_until(fell + timedelta(hours=14))
    return house.concerns[0].at - fell


def lived(house: House) -> House:
    house.live_until(FELL, day=LEARNED)
    return house


def test_a_larger_budget_finds_sooner_without_a_restart(another: Callable[[], House]) -> None:
    as_it_was, changed = lived(another()), lived(another())

    changed.watch.use_budgets({HOME: 4.0})

    assert found_after(changed) < found_after(as_it_was)
    assert changed.status.learned_days == as_it_was.status.learned_days == LEARNED
    assert facts_of(changed.concerns[0])["budget"] == 4.0


def test_what_was_changed_holds_after_a_restart_too_and_judges_the_same(another: Callable[[], House]) -> None:
    running, restarted = lived(another()), lived(another())
    running.watch.use_budgets({HOME: 4.0})
    kept = list(restarted.watch.snapshots(restarted.now, dirty_only=False))
    restarted.watch = Watch(restarted.places, restarted.settings, budgets={HOME: 4.0})
    restarted.watch.restore(kept)

    assert found_after(restarted) == found_after(running)


def test_a_quiet_that_has_begun_is_judged_by_what_held_when_it_began(another: Callable[[], House]) -> None:
    as_it_was, changed = lived(another()), lived(another())
    for house in (as_it_was, changed):
        house.tell(moved("bedroom", FELL))
        house.pass_until(FELL + timedelta(minutes=20))

    changed.watch.use_budgets({HOME: 4.0})
    changed.restart()
    for house in (as_it_was, changed):
        house.pass_until(FELL + timedelta(hours=14))

    assert changed.concerns == as_it_was.concerns
    assert facts_of(changed.concerns[0])["budget"] == WatchSettings().false_alarms_per_month


@pytest.mark.parametrize("room", ["bedroom", "bathroom"])
@pytest.mark.parametrize("budget", [0.1, 5.0])
def test_what_was_raised_stays_raised(another: Callable[[], House], room: str, budget: float) -> None:
    house = lived(another())
    house.dead = {f"{GATEWAY}/kitchen"}
    house.tell(moved(room, FELL))
    while not house.concerns:
        house.pass_until(house.now + timedelta(minutes=10))

    house.watch.use_budgets({HOME: budget})
    house.pass_until(house.now + timedelta(hours=2))
    house.tell(spoke(f"{GATEWAY}/living", house.now))
    house.pass_until(house.now + timedelta(hours=1))

    assert house.cleared == []


def test_the_knob_turned_to_and_fro_leaves_no_trace(another: Callable[[], House]) -> None:
    as_it_was, turned = lived(another()), lived(another())
    for budget in (5.0, 0.1, WatchSettings().false_alarms_per_month):
        turned.watch.use_budgets({HOME: budget})
        for house in (as_it_was, turned):
            house.tell(moved("kitchen", FELL + timedelta(seconds=house.now.second)))

    assert found_after(turned, fell=at(LEARNED, "23:00")) == found_after(as_it_was, fell=at(LEARNED, "23:00"))
    assert body(turned) == body(as_it_was)


def body(house: House) -> object:
    (snapshot,) = house.watch.snapshots(house.now, dirty_only=False)
    return snapshot.body["silence"]["routine"]["tables"]


def test_homes_that_are_not_named_keep_the_setting(another: Callable[[], House]) -> None:
    house = lived(another())
    before = house.watch.routine(HOME)
    assert before is not None

    house.watch.use_budgets({"h-9": 4.0})
    house.tell(moved("bedroom", FELL))

    after = house.watch.routine(HOME)
    assert after is not None
    assert after.waits == before.waits


def test_a_snapshot_that_does_not_know_its_budget_is_reckoned_anew(another: Callable[[], House]) -> None:
    """As every version before this one wrote it."""
    as_it_was, old = lived(another()), lived(another())
    (kept,) = old.watch.snapshots(old.now, dirty_only=False)
    routine = {k: v for k, v in kept.body["silence"]["routine"].items() if k != "budget"}
    body = {**kept.body, "silence": {**kept.body["silence"], "routine": routine}}
    old.watch = Watch(old.places, old.settings)
    old.watch.restore([Snapshot(kept.owner, kept.key, kept.version, kept.as_of, body)])

    assert found_after(old) == found_after(as_it_was)


def test_the_mean_wait_is_that_of_the_page_of_the_routine(learned_house: House) -> None:
    house = lived(learned_house)
    shown = house.watch.routine(HOME)
    assert shown is not None

    assert house.watch.mean_wait(HOME) == pytest.approx(shown.buys[shown.budget])
    assert house.watch.mean_wait("h-9") is None
