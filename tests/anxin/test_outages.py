"""A building that goes dark is one alert, whatever the number of homes; it is over when they are seen again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from alerts.desk import Desk
from alerts.reach import Reacher
from anxin.outages import FEWEST, Outages
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.alerts import Alert, Condition, EntryKind, Found, Outcome
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.duty import Post, Shift
from core.faults import Fault, FaultCause
from core.people import Bond, Directory, Person, Route, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room, of_area
from core.policies import Policies
from tests.api.scene import HandClock

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOMES = [f"b-7/{n:02}" for n in range(40)]
INVENTORY = Inventory.of(
    [
        Area("s", AreaKind.STREET, "和平街道"),
        Area("g-3", AreaKind.GRID, "第三网格", "s"),
        Area("b-7", AreaKind.BUILDING, "7号楼", "g-3"),
        Area("b-8", AreaKind.BUILDING, "8号楼", "g-3"),
    ],
    [*(Home(home, "b-7", f"7号楼{home[4:]}") for home in HOMES), Home("b-8/01", "b-8", "8号楼01")],
    [Gateway(f"gw{home}", home) for home in (*HOMES, "b-8/01")],
    [Device(f"gw{home}/pir", home, Room.BATHROOM, Role.ROOM, f"gw{home}") for home in (*HOMES, "b-8/01")],
)
PEOPLE = [Person(p, p, routes=(Route("sms", p),)) for p in ("chen", "li")]
REACHER = Reacher(
    INVENTORY,
    Directory({p.id: p for p in PEOPLE}, (Tie("chen", Bond.CAPTAIN, area="b-7"),)),
    (Shift("day", "g-3", Post.GRID_WORKER, "li", NOW.time(), NOW.time()),),
)


class Building:
    """Forty homes, and what is said of their gateways."""

    def __init__(self, stores: Stores, clock: HandClock) -> None:
        self.stores, self.clock = stores, clock
        numbers = count(1)
        self.desk = Desk(stores.alerts, REACHER, Policies, clock, lambda: f"a{next(numbers)}")
        self.outages = Outages(stores.tickets, self.desk, lambda: INVENTORY, clock)

    def dark(self, *homes: str, ago: timedelta = timedelta(minutes=20)) -> None:
        for home in homes:
            silent = Fact("silent_for", ago.total_seconds(), "s")
            now = self.clock.now()
            fault = Fault(FaultCause.GATEWAY_SILENT, f"gw{home}", now - ago, now, (home,), (silent,))
            self.stores.tickets.open_ticket(fault, ticket_id=f"t{home}{now}")
        self.outages.look()

    def back(self, *homes: str) -> None:
        for home in homes:
            key = f"{FaultCause.GATEWAY_SILENT.value}/gw{home}"
            self.stores.tickets.close_ticket(key, at=self.clock.now())
        self.outages.look()

    def later(self, **span: float) -> None:
        self.clock.instant += timedelta(**span)

    @property
    def open(self) -> list[Alert]:
        return self.stores.alerts.open_alerts()


@contextmanager
def building(folder: Path) -> Iterator[Building]:
    with open_database(load(data_dir=folder), migrate=True) as stores:
        yield Building(stores, HandClock(NOW))


def test_forty_homes_that_go_dark_together_are_one_alert_that_asks_the_captain(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        for n, home in enumerate(HOMES):
            street.dark(home, ago=timedelta(minutes=20, seconds=n))
            street.later(seconds=15)

        [alert] = street.open
        assert (alert.kind, alert.severity, alert.home, alert.area) == (
            ConcernKind.OUTAGE,
            Severity.ORANGE,
            of_area("b-7"),
            "b-7",
        )
        [entered] = [e for e in street.stores.alerts.timeline(alert.id) if e.kind is EntryKind.LEVEL_ENTERED]
        assert entered.detail["people"] == ["chen"]
        assert alert.policy.name == "orange.outage"


def test_a_home_that_was_red_keeps_its_own_alert(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        press = Concern(HOMES[3], ConcernKind.SOS, Severity.RED, "press", NOW, NOW, "sos")
        fall = street.desk.raise_concern(press).alert
        street.dark(*HOMES)

        assert {alert.kind for alert in street.open} == {ConcernKind.SOS, ConcernKind.OUTAGE}
        assert street.stores.alerts.get(fall.id) == fall


def test_a_few_homes_or_homes_that_go_dark_hours_apart_are_tickets_only(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        street.dark(*HOMES[:7])  # of forty, eight are an outage
        street.dark("b-8/01")
        for home in HOMES[7:20]:
            street.later(minutes=20)
            street.dark(home)

        assert street.open == []
        assert FEWEST == 3


def test_it_is_over_when_they_are_seen_again_and_stays_with_the_people(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        street.dark(*HOMES)
        street.later(minutes=30)
        street.back(*HOMES[:30])
        [alert] = street.open
        assert alert.condition is Condition.ACTIVE

        street.back(*HOMES[30:38])

        [alert] = street.open
        assert alert.condition is Condition.CLEARED


def test_closed_while_it_lasts_it_is_not_raised_again_and_the_next_one_is(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        street.dark(*HOMES)
        [alert] = street.open
        street.desk.close(alert.id, by="chen", outcome=Outcome.DEVICE_FAULT, note="停电，都敲过门")

        street.later(minutes=5)
        street.back(HOMES[0])
        assert street.open == []

        street.back(*HOMES[1:])
        street.later(hours=3)
        street.dark(*HOMES)
        [again] = street.open
        assert again.id != alert.id


def test_what_was_found_at_a_door_is_written_down(tmp_path: Path) -> None:
    with building(tmp_path) as street:
        street.dark(*HOMES)
        [alert] = street.open

        street.desk.knocked(alert.id, by="chen", home=HOMES[5], found=Found.WELL, text="在看电视，没电了")

        line = street.stores.alerts.timeline(alert.id)[-1]
        assert (line.detail["home"], line.detail["address"], line.detail["found"]) == (HOMES[5], "7号楼05", "well")
