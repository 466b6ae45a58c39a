"""A newcomer among homes that are known: what they are like tells what to expect, and its own days take over."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from core.concerns import Concern, ConcernKind
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory
from core.ports import Snapshot
from detectors.instants import DAY, HOUR, MINUTE, seconds
from detectors.likeness import FEWEST, Likeness, likeness_of
from detectors.quiets import ABED, LIVING
from detectors.routine import Routine
from detectors.watch import OWNER, Watch
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import GATEWAY, HOME, KIT, House, at, moved

NEIGHBOURS = tuple(f"n-{number}" for number in range(FEWEST))


@dataclass
class Street(House):
    """A newcomer beside homes that have long been lived in, of which nothing more is heard."""

    neighbours: tuple[Snapshot, ...] = ()

    def __post_init__(self) -> None:
        gateways = {HOME: GATEWAY, **{kept.key: f"g-{kept.key}" for kept in self.neighbours}}
        self.places = Inventory.of(
            [Area("grid", AreaKind.GRID, "grid")],
            [Home(home, "grid", home) for home in gateways],
            [Gateway(gateway, home) for home, gateway in gateways.items()],
            [
                Device(f"{gate}/{name}", home, room, role, gate)
                for home, gate in gateways.items()
                for name, room, role in KIT
            ],
        )
        self.watch = Watch(self.places)
        self.watch.restore(self.neighbours)
        self.now = at(LEARNED, "00:00")

    @property
    def concerns(self) -> list[Concern]:
        return [concern for concern in super().concerns if concern.home == HOME]


@pytest.fixture
def known(learned_house: House) -> tuple[Snapshot, ...]:
    """The same life behind five other doors."""
    (kept,) = (one for one in learned_house.watch.snapshots(learned_house.now, dirty_only=False) if one.owner == OWNER)
    told = json.dumps(dict(kept.body))

    def of(home: str) -> Snapshot:
        body = told.replace(f'"{GATEWAY}/', f'"g-{home}/').replace(f":{GATEWAY}/", f":g-{home}/")
        return replace(kept, key=home, body=json.loads(body))

    return tuple(of(home) for home in NEIGHBOURS)


def routine_of(house: House) -> Routine:
    return house.watch._homes[HOME].silence.routine


def alone() -> Street:
    return Street()


def test_before_its_first_night_a_newcomer_is_waited_for_as_its_neighbours_are(known: tuple[Snapshot, ...]) -> None:
    street = Street(neighbours=known)
    street.tell(moved("living", at(LEARNED, "19:00")))
    neighbour = street.watch._homes[NEIGHBOURS[0]].silence.routine
    evening, noon = seconds(at(LEARNED, "22:30")), seconds(at(LEARNED, "12:30"))

    newcomer = routine_of(street)

    assert newcomer.likened_to == FEWEST
    assert newcomer.days == 0
    for t, place in ((evening, ABED), (noon, LIVING)):
        assert abs(newcomer.threshold(t, place) - neighbour.threshold(t, place)) <= 30 * MINUTE
    assert newcomer.up_by_hour() == pytest.approx(neighbour.up_by_hour(), abs=1e-3)


def test_on_the_third_day_a_fall_is_found_sooner_where_others_are_known(known: tuple[Snapshot, ...]) -> None:
    found: list[float] = []
    for street in (Street(neighbours=known), alone()):
        street.live(2, first=LEARNED)
        assert not street.concerns, "a usual life raises nothing in its first days"
        street.live_until(at(LEARNED + 2, "15:00"), day=LEARNED + 2)
        street.pass_until(at(LEARNED + 3, "00:00"))
        concern = street.concerns[0]
        assert concern.kind is ConcernKind.SILENCE
        found.append(seconds(concern.at) - seconds(concern.since))

    likened, unlike = found
    assert likened < 0.75 * unlike
    assert unlike >= 4 * HOUR


def test_a_restart_keeps_what_it_was_likened_to(known: tuple[Snapshot, ...]) -> None:
    street = Street(neighbours=known)
    street.live(1, first=LEARNED)
    before = routine_of(street)

    kept = list(street.watch.snapshots(street.now, dirty_only=False))
    street.watch = Watch(street.places)
    street.watch.restore(kept)

    assert routine_of(street) is not before
    assert routine_of(street).snapshot() == before.snapshot()
    assert routine_of(street).likened_to == FEWEST


def test_a_newcomer_is_likened_to_nobody_where_few_are_known_or_their_kit_is_another(
    known: tuple[Snapshot, ...],
) -> None:
    few, thin = Street(neighbours=known[1:]), Street(neighbours=known)
    few.tell(moved("living", at(LEARNED, "19:00")))
    rooms = [device for device in thin.places.devices.values() if device.home != HOME or "living" in device.id]
    thin.watch.use_inventory(Inventory.of(
        thin.places.areas.values(), thin.places.homes.values(), thin.places.gateways.values(), rooms
    ))  # fmt: skip
    thin.tell(moved("living", at(LEARNED, "19:00")))

    assert routine_of(few).likened_to == 0
    assert routine_of(thin).likened_to == 0


def test_its_own_days_take_over() -> None:
    late = _lived(None, days=20)
    early = Likeness(9, _lived(None, days=15, shift=-4 * HOUR).weights, (4.0, 0.6), (0.5,) * 24)
    start = 20 * DAY + 21.5 * HOUR

    first, last = (_lived(early, days=days).threshold(start, ABED) for days in (1, 20))
    own = late.threshold(start, ABED)

    assert abs(last - own) < 0.35 * abs(first - own)


def _lived(like: Likeness | None, *, days: int, shift: float = 0.0) -> Routine:
    """Quarter hours by day, and seven hours in bed from half past nine on, a `shift` later."""
    routine = Routine("UTC", budget=0.5, density=1.0, like=like)
    for day in range(days):
        bed, t = day * DAY + 21.5 * HOUR + shift, day * DAY + 4.5 * HOUR + shift
        while t < bed:
            routine.hear(t, LIVING)
            gap = (12 + 7 * (int(t) // 900 % 3)) * MINUTE
            routine.learn(t, t + gap, LIVING)
            t += gap
        routine.learn(bed, bed + (6.5 + day % 3 / 2) * HOUR, ABED)
    return routine


def test_homes_that_are_not_known_yet_say_nothing_of_others() -> None:
    few = [_lived(None, days=2) for _ in range(FEWEST)]

    assert likeness_of(few) is None


def test_what_was_told_by_other_terms_is_let_go() -> None:
    body = Likeness(7, np.ones(12, np.float32), (4.0, 0.6), (0.5,) * 24).to_json()

    assert Likeness.from_json(body) is None
