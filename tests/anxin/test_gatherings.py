"""A building whose heating fails is one alert with a list of doors; red keeps its own; it ends when it is warm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from alerts.concerns import RaisedAs
from alerts.desk import Desk
from alerts.gathering import members
from alerts.reach import Reacher
from anxin.gatherings import FEWEST, Gatherings
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.alerts import Alert, Condition, EntryKind, Found, Outcome
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.people import Bond, Directory, Person, Route, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room, of_area
from core.policies import Policies
from tests.api.scene import HandClock

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
HOMES = [f"b-7/{n:02}" for n in range(20)]
COLD, HOT = ConcernKind.TOO_COLD, ConcernKind.TOO_HOT
YELLOW, ORANGE, RED = Severity.YELLOW, Severity.ORANGE, Severity.RED
INVENTORY = Inventory.of(
    [Area("g-3", AreaKind.GRID, "第三网格"), Area("b-7", AreaKind.BUILDING, "7号楼", "g-3")],
    [Home(home, "b-7", f"7号楼{home[4:]}") for home in HOMES],
    [Gateway(f"gw{home}", home) for home in HOMES],
    [Device(f"gw{home}/t", home, Room.BEDROOM, Role.CLIMATE, f"gw{home}") for home in HOMES],
)
REACHER = Reacher(
    INVENTORY,
    Directory(
        {"chen": Person("chen", "陈楼长", routes=(Route("sms", "1"),))}, (Tie("chen", Bond.CAPTAIN, area="b-7"),)
    ),
    (),
)


class Building:
    """Twenty homes with a thermometer each."""

    def __init__(self, stores: Stores, clock: HandClock) -> None:
        self.stores, self.clock = stores, clock
        numbers = count(1)
        self.desk = Desk(stores.alerts, REACHER, Policies, clock, lambda: f"a{next(numbers)}")
        self.gatherings = Gatherings(self.desk, lambda: INVENTORY, clock)

    def says(self, home: str, severity: Severity = YELLOW, kind: ConcernKind = COLD) -> RaisedAs:
        """A home's detector says that it is too cold; then somebody looks at the building."""
        now = self.clock.now()
        degrees = Fact("temperature", 14.2 if kind is COLD else 33.0, "°C")
        concern = Concern(home, kind, severity, f"{home}@spell", now, now, "temperature", (degrees,), Room.BEDROOM)
        raised = self.desk.raise_concern(concern)
        self.gatherings.look()
        return raised.what

    def warm(self, *homes: str) -> None:
        for home in homes:
            self.desk.clear_concern(home, COLD, f"{home}@spell", "usual")
        self.gatherings.look()

    @property
    def open(self) -> dict[str, Alert]:
        return {alert.home: alert for alert in self.stores.alerts.open_alerts()}

    @property
    def whole(self) -> Alert:
        return self.open[of_area("b-7")]


@contextmanager
def building(folder: Path) -> Iterator[Building]:
    with open_database(load(data_dir=folder), migrate=True) as stores:
        yield Building(stores, HandClock(NOW))


def test_a_building_whose_heating_fails_is_one_alert_and_a_list(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        said = [street.says(home) for home in HOMES]

        assert said == [RaisedAs.OPENED] * 4 + [RaisedAs.GATHERED] * 16  # a fifth of twenty homes
        assert set(street.open) == {*HOMES[:4], of_area("b-7")}
        whole = street.whole
        assert (whole.kind, whole.severity, whole.area) == (ConcernKind.MANY_COLD, YELLOW, "b-7")
        [entered] = [e for e in street.stores.alerts.timeline(whole.id) if e.kind is EntryKind.LEVEL_ENTERED]
        assert entered.detail["people"] == ["chen"]
        assert set(members(street.stores.alerts.timeline(whole.id))) == set(HOMES[4:])
        assert FEWEST == 3


def test_red_is_never_gathered_and_what_is_on_the_list_grows_red_with_an_alert_of_its_own(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:6]:
            street.says(home)

        assert street.says(HOMES[9], RED) is RaisedAs.OPENED
        assert street.says(HOMES[5], RED) is RaisedAs.OPENED
        assert street.open[HOMES[5]].severity is RED
        assert street.open[HOMES[5]].policy.name == "red"


def test_the_building_is_as_urgent_as_its_worst_home_that_is_not_red(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:5]:
            street.says(home)
        street.says(HOMES[8], ORANGE)

        assert street.whole.severity is ORANGE
        assert street.whole.policy.name == "orange.many_cold"
        assert {alert.severity for home, alert in street.open.items() if home in HOMES} == {YELLOW}


def test_saying_the_same_again_writes_nothing_and_worse_is_news(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:5]:
            street.says(home)
        before = len(street.stores.alerts.timeline(street.whole.id))

        again = [street.says(HOMES[4]), street.says(HOMES[4])]
        after = len(street.stores.alerts.timeline(street.whole.id))

        assert again == [RaisedAs.KNOWN, RaisedAs.KNOWN]
        assert after == before
        assert street.says(HOMES[4], ORANGE) is RaisedAs.GATHERED


def test_a_few_homes_are_alerts_of_their_own_and_heat_is_not_cold(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:3]:
            street.says(home)
        street.says(HOMES[7], kind=HOT)

        assert set(street.open) == {*HOMES[:3], HOMES[7]}


def test_it_is_over_when_most_are_warm_again_and_stays_with_the_people(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:8]:
            street.says(home)
        street.warm(*HOMES[4:8], HOMES[0])
        still = street.whole.condition
        street.warm(*HOMES[1:3])

        assert still is Condition.ACTIVE
        assert street.whole.condition is Condition.CLEARED
        assert members(street.stores.alerts.timeline(street.whole.id)) == {}


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=3)])
def test_closed_by_people_it_is_not_raised_again_for_the_same_cold(tmp_path: Path, later: timedelta) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:5]:
            street.says(home)
        street.desk.knocked(street.whole.id, by="chen", home=HOMES[4], found=Found.WELL, text="添了被子")
        street.desk.close(street.whole.id, by="chen", outcome=Outcome.REFERRED, note="锅炉明天修好")

        street.clock.instant += later
        street.gatherings.look()

        assert of_area("b-7") not in street.open


def test_a_home_that_already_has_an_alert_is_told_there(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for home in HOMES[:5]:
            street.says(home)
        at = street.clock.now()
        street.desk.raise_concern(Concern(HOMES[9], ConcernKind.SILENCE, ORANGE, "quiet", at, at, "silence"))

        assert street.says(HOMES[9]) is RaisedAs.MERGED
        assert street.open[HOMES[9]].kinds == {ConcernKind.SILENCE, COLD}
