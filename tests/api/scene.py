"""A scene to test and to look at: services over embedded stores with the street of `happenings` in them.

To look at it in a browser: `python -m tests.api.scene --port 8090`, then log in as admin, desk, li, qian or fang.
"""

import argparse
import asyncio
import itertools
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import uvicorn

from alerts.channels.channel import Channel
from alerts.channels.console import ConsoleChannel
from alerts.channels.registry import parse
from alerts.channels.web_push import web_push_of
from alerts.channels.web_push_crypto import new_key, private_text
from alerts.desk import Desk
from alerts.links import Links
from alerts.proving import Proving
from alerts.pushing import Pushing
from alerts.workers import inline
from anxin.budgets.book import BudgetBook
from anxin.clock import ScaledClock, system_clock
from anxin.lessons.book import LessonBook
from anxin.roster import with_browsers
from api.app import create_app
from api.feed import Change, LiveFeed
from api.services import HealthReport, Imported, PartHealth, Services, WebSettings
from core import duty, family
from core.clock import Clock
from core.digest import Digest
from core.inbox import UnknownDevice
from core.places import Device
from core.policies import Policies
from core.policy_versions import PolicyVersion, in_force
from core.ports import StoreRefused
from core.readings import Reading
from core.routine import Doubt, Place, ShownRoutine, WeekShown
from core.shift_edits import ShiftEdit, stamp
from storage.accounts import SqlAccounts
from storage.alerts import SqlAlerts
from storage.budgets import SqlBudgets
from storage.database import Database
from storage.doors import SqlDoors
from storage.ledger import SqlLedger
from storage.lessons import SqlLessons
from storage.phones import SqlPhones
from storage.photos import SqlPhotos
from storage.policies import SqlPolicies
from storage.readings_sqlite import SqliteReadings
from storage.statuses import SqlStatuses
from storage.tickets import SqlTickets
from tests.api import happenings, street
from tests.api.budgets import SETTING, happenings_of_budgets
from tests.api.visitor import ORIGIN
from tests.fakes import MemoryProofs, MemoryPush

_SETTINGS = WebSettings()


@dataclass
class HandClock:
    """Stands still until it is moved."""

    instant: datetime = happenings.NOW

    def now(self) -> datetime:
        return self.instant

    async def sleep_until(self, when: datetime) -> None:
        self.instant = max(self.instant, when)


@dataclass
class Memory:
    """A readings store that holds a list."""

    readings: list[Reading]

    def append(self, readings: Sequence[Reading]) -> None:
        self.readings.extend(readings)

    def between(
        self, devices: Collection[str], since: datetime, until: datetime, *, limit: int | None = None
    ) -> list[Reading]:
        found = [r for r in self.readings if r.device in devices and since <= r.at < until]
        return sorted(found, key=lambda r: r.at)[:limit]

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        return (r for r in self.readings if r.received_at >= instant)

    def forget_before(self, instant: datetime) -> int:
        before = len(self.readings)
        self.readings = [r for r in self.readings if r.at >= instant]
        return before - len(self.readings)

    def ping(self) -> None:
        return None

    def close(self) -> None:
        return None


@dataclass
class Onboarding:
    """What speaks and is bound to nobody, and what was bound; `mistakes` are what is wrong with the next."""

    speaking: list[UnknownDevice] = field(default_factory=lambda: list(happenings.UNBOUND))
    bound: list[Device] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    taken_away: list[str] = field(default_factory=list)
    imported: list[tuple[str, bool]] = field(default_factory=list)

    def unknown(self) -> list[UnknownDevice]:
        here = {device.id for device in self.bound}
        return [one for one in self.speaking if one.device not in here]

    def bind(self, device: Device) -> list[str]:
        if not self.mistakes:
            self.bound.append(device)
        return self.mistakes

    def remove(self, device: str) -> list[str]:
        if not self.mistakes:
            self.taken_away.append(device)
        return self.mistakes

    def removed(self, home: str) -> list[tuple[Device, datetime]]:
        gone = [street.INVENTORY.devices[device] for device in self.taken_away]
        return [(device, happenings.NOW) for device in gone if device.home == home]

    def import_building(self, text: str, *, dry_run: bool) -> Imported:
        self.imported.append((text, dry_run))
        return Imported(mistakes=tuple(self.mistakes)) if self.mistakes else Imported(2, text.count("\n") - 1)


@dataclass
class Health:
    """What the health port says, to be changed by a test."""

    parts: tuple[PartHealth, ...] = field(default_factory=lambda: (PartHealth("broker", ok=True),))

    def __call__(self) -> HealthReport:
        return HealthReport(self.parts)


def furnish(folder: Path) -> None:
    """Write the scene into fresh stores in this folder."""
    database = Database.open(f"sqlite:///{folder / 'scene.db'}")
    database.migrate()
    readings = SqliteReadings(folder / "readings.db")
    logins = SqlAccounts(database)
    for account in street.accounts():
        logins.save_account(account)
    happenings.alerts(SqlAlerts(database), SqlPhones(database))
    happenings_of_budgets(SqlBudgets(database))
    happenings.statuses(SqlStatuses(database))
    happenings.tickets(SqlTickets(database))
    happenings.readings(readings)
    readings.close()
    database.close()


@dataclass
class Book:
    """The rota in memory."""

    rows: duty.Rota
    edits: list[ShiftEdit] = field(default_factory=list)

    def rota(self) -> duty.Rota:
        return self.rows

    def change(self, change: duty.Change) -> None:
        self.rows = (*(row for row in self.rows if row.id != change.id), change)

    def edit_shift(self, edit: ShiftEdit, *, seen: str) -> bool:
        here = [row for row in self.rows if isinstance(row, duty.Shift) and row.area == edit.area]
        if stamp(here) != seen:
            return False
        others = tuple(row for row in self.rows if row.id != edit.shift)
        self.rows = others if edit.after is None else (*others, edit.after)
        self.edits.insert(0, edit)
        return True

    def shift_edits(self, area: str) -> list[ShiftEdit]:
        return [edit for edit in self.edits if edit.area == area]

    def take_back(self, change: str) -> bool:
        before, self.rows = self.rows, tuple(row for row in self.rows if row.id != change)
        return len(before) > len(self.rows)


@dataclass
class Policybook:
    """`api.services.PolicyBook` over a store, without other processes."""

    store: SqlPolicies
    base: Policies = field(default_factory=Policies)

    def current(self) -> Policies:
        return in_force(self.base, self.store.versions())

    def versions(self) -> list[PolicyVersion]:
        return self.store.versions()

    def add(self, version: PolicyVersion) -> bool:
        return self.store.add(version)


@dataclass
class Familybook:
    """Wishes, consent and expectations in memory."""

    wishes: dict[tuple[str, str], family.Wish] = field(default_factory=dict)
    recorded: list[family.Consent] = field(default_factory=list)
    expected: dict[str, family.Expectation] = field(default_factory=dict)
    digests: dict[tuple[str, str], Digest] = field(default_factory=dict)

    def families(self) -> family.Families:
        homes = {one.home for one in self.expected.values()}
        return family.Families(
            dict(self.wishes),
            {(consent.home, consent.person): consent.scope for consent in self.recorded},
            {home: tuple(e for e in self.expected.values() if e.home == home) for home in homes},
        )

    def save_wish(self, wish: family.Wish) -> None:
        self.wishes[wish.home, wish.person] = wish

    def record_consent(self, consent: family.Consent) -> None:
        self.recorded.append(consent)

    def consents(self, home: str) -> list[family.Consent]:
        return [consent for consent in reversed(self.recorded) if consent.home == home]

    def save_expectation(self, expectation: family.Expectation) -> None:
        if sum(each.home == expectation.home for each in self.expected.values()) >= family.MOST_EXPECTED:
            raise StoreRefused("too many windows")
        self.expected[expectation.id] = expectation

    def remove_expectation(self, id_: str) -> bool:
        return self.expected.pop(id_, None) is not None

    def latest_digest(self, home: str, person: str) -> Digest | None:
        return self.digests.get((home, person))


DAYS_KNOWN, DAYS_JUDGED = 23, 58


def routine_of(home: str) -> ShownRoutine | None:
    """One home's routine is known: nights of eight hours, days of one and a half."""
    if home != street.FALLEN:
        return None
    night = [8 * 3600.0 - 600.0 * half for half in range(16)]
    waits = tuple(night + [5400.0] * 26 + [21_600.0] * 6)
    longest = tuple([18_000.0] * 7 + [2700.0] * 15 + [9000.0] * 2)
    return ShownRoutine(
        days=DAYS_KNOWN,
        budget=0.5,
        answered=0.0,
        waits={
            Place.BATHROOM: tuple(0.5 * wait for wait in waits),
            Place.BEDROOM: tuple(1.2 * wait for wait in waits),
            Place.ELSEWHERE: waits,
        },
        longest=dict.fromkeys(Place, longest),
        up=tuple([0.1] * 6 + [0.9] * 15 + [0.5] * 3),
        buys={0.25: 14_000.0, 0.5: 11_400.0, 1.0: 9300.0, 2.0: 7700.0},
        out_after=180.0,
        doubts=(Doubt.ONE_KIND,),
        thin={1.0: 11_400.0, 1.5: 17_700.0, 2.0: 24_100.0},
        week=WEEK,
        at_weekends={
            Place.BATHROOM: tuple(0.6 * wait for wait in waits),
            Place.BEDROOM: tuple(1.5 * wait for wait in waits),
            Place.ELSEWHERE: waits,
        },
    )


WEEK = WeekShown(
    rising=(6 * 3600.0 + 2400.0, 8 * 3600.0),
    days=(17, 6),
    up=(tuple([0.1] * 6 + [0.9] * 15 + [0.5] * 3), tuple([0.1] * 7 + [0.4] + [0.9] * 13 + [0.5] * 3)),
    later=4800.0,
    unsure=False,
)


def mean_wait_of(home: str) -> float | None:
    """That of the routine."""
    routine = routine_of(home)
    return None if routine is None else routine.buys[routine.budget]


PUSH_SERVICE = "http://127.0.0.1:9"
"""Nobody answers there; a test names one of its own."""


def push_to(origin: str, clock: Clock) -> Pushing:
    """Web Push with one push service, and subscriptions in memory."""
    table = f'private_key="{private_text(new_key())}"\nsubject="mailto:desk@anxin.example"\norigins=["{origin}"]'
    channel = web_push_of(parse(f'[push]\nprovider="web_push"\n{table}', clock)["push"])
    assert channel is not None
    channel.store = MemoryPush()
    return Pushing(channel, channel.store, clock)


@contextmanager
def scene(
    folder: Path, *, clock: Clock, settings: WebSettings = _SETTINGS, health: Health | None = None
) -> Iterator[Services]:
    """Services over the stores in a furnished folder, closed afterwards."""
    database = Database.open(f"sqlite:///{folder / 'scene.db'}")
    readings = SqliteReadings(folder / "readings.db")
    alerts, feed, numbers = SqlAlerts(database), LiveFeed("scene"), itertools.count(100)
    policies = Policybook(SqlPolicies(database))
    desk = Desk(
        alerts,
        happenings.REACHER,
        policies.current,
        clock,
        lambda: f"a-{next(numbers)}",
        lambda alert: feed.announce(Change("alert", alert.id, (alert.home,))),
    )
    phones, pushing = SqlPhones(database), push_to(PUSH_SERVICE, clock)
    channels: dict[str, Channel] = {"console": ConsoleChannel(phones, inline), "push": pushing.channel}
    book, families = Book(street.ROTA), Familybook()
    budgets = BudgetBook(SqlBudgets(database), lambda: street.INVENTORY, clock, SETTING)
    try:
        yield Services(
            clock=clock,
            inventory=lambda: street.INVENTORY,
            directory=lambda: with_browsers(
                replace(street.DIRECTORY, families=families.families()), pushing.store.ways()
            ),
            rota=book.rota,
            readings=readings,
            alerts=alerts,
            ledger=SqlLedger(database),
            doors=SqlDoors(database),
            photos=SqlPhotos(database),
            desk=desk,
            tickets=SqlTickets(database),
            statuses=SqlStatuses(database),
            accounts=SqlAccounts(database),
            feed=feed,
            health=health or Health(),
            metrics=lambda: b"anxin_homes 12\n",
            onboarding=Onboarding(),
            duty=book,
            policies=policies,
            budgets=budgets,
            lessons=LessonBook(
                SqlLessons(database),
                clock,
                lambda: budgets.by_home(street.INVENTORY),
                lambda home: DAYS_JUDGED if home in {street.FALLEN, street.WELL} else 0,
            ),
            families=families,
            proving=Proving(MemoryProofs(), channels, clock, inline, ORIGIN),
            pushing=pushing,
            routines=routine_of,
            mean_wait=mean_wait_of,
            phones=phones,
            links=Links(ORIGIN, "a secret of sixteen"),
            settings=settings,
        )
    finally:
        feed.close()
        readings.close()
        database.close()


def main() -> None:
    """Serve the scene, with its clock running from 09:41."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    port = parser.parse_args().port
    clock = ScaledClock(happenings.NOW, system_clock().now())
    with tempfile.TemporaryDirectory() as name:
        furnish(Path(name))
        with scene(Path(name), clock=clock) as services:
            config = uvicorn.Config(create_app(services), host="127.0.0.1", port=port, ws="none", log_level="warning")
            asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
