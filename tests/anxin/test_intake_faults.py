"""Tickets about intake itself: opened once, with numbers, and closed when it is over; a restart goes on with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from anxin.intake_faults import IntakeFaults
from anxin.settings import load
from anxin.stores import Stores, open_database
from core.faults import FaultCause
from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Reading
from ingest.allowance import Flood
from storage.readings_sqlite import SqliteReadings
from storage.readings_waiting import WaitingReadings
from tests.storage.test_readings_waiting import Far

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUSE = Inventory.of(
    homes=[Home("h-1", "a", "1")],
    gateways=[Gateway("g-1", "h-1")],
    devices=[Device("g-1/door", "h-1", Room.ENTRANCE, Role.FRONT_DOOR, "g-1")],
)


@dataclass
class Intake:
    """What the faults are looked for in."""

    stores: Stores
    readings: WaitingReadings
    far: Far
    now: datetime = NOON
    floods: tuple[Flood, ...] = ()

    def looking(self) -> IntakeFaults:
        numbers: Iterator[int] = iter(range(1000))
        parts: Any = SimpleNamespace(
            pipeline=SimpleNamespace(report=lambda: SimpleNamespace(floods=self.floods)),
            roster=SimpleNamespace(inventory=HOUSE),
            clock=SimpleNamespace(now=lambda: self.now),
        )
        tickets = self.stores.tickets
        new_id = lambda: f"{self.now.isoformat()}-{next(numbers)}"  # noqa: E731 - a name for each ticket
        return IntakeFaults(parts.pipeline, self.readings, parts.roster, tickets, parts.clock, new_id)

    def open(self) -> list[tuple[FaultCause, str]]:
        return sorted((ticket.cause, ticket.subject) for ticket in self.stores.tickets.tickets())


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    far = Far(tmp_path / "far.db")
    readings = WaitingReadings(far, tmp_path / "near.db", most=200_000)
    with open_database(load(data_dir=tmp_path), migrate=True) as stores:
        yield Intake(stores, readings, far)
    readings.close()


def some(count: int) -> list[Reading]:
    moments = (NOON + timedelta(milliseconds=n) for n in range(count))
    return [Reading("g-1/door", Kind.POWER, float(n), at, NOON) for n, at in enumerate(moments)]


def test_a_gateway_that_floods_is_a_ticket_with_its_homes_until_it_stops(intake: Intake) -> None:
    looking = intake.looking()
    intake.floods = (Flood("g-1", NOON, 1234),)

    opened = looking.look()
    again = looking.look()
    (ticket,) = intake.stores.tickets.tickets()
    intake.floods = ()
    closed = looking.look()

    assert [(change.kind, change.homes) for change in opened] == [("ticket", ("h-1",))]
    assert again == []
    assert (ticket.cause, [(f.name, f.value) for f in ticket.facts]) == (FaultCause.GATEWAY_FLOODS, [("refused", 1234)])
    assert len(closed) == 1
    assert intake.open() == []


def test_a_store_that_is_away_for_minutes_is_a_ticket_and_one_that_is_back_is_none(intake: Intake) -> None:
    looking = intake.looking()
    intake.far.is_away = True
    intake.readings.append(some(10))

    looking.look()
    at_once = intake.open()
    intake.now += 3 * MINUTE
    looking.look()
    later = intake.open()
    intake.far.is_away = False
    intake.readings.carry_on()
    looking.look()

    assert (at_once, later) == ([], [(FaultCause.STORE_AWAY, "readings")])
    assert intake.open() == []


def test_the_alarm_comes_before_the_bound_and_nothing_is_lost_at_it(intake: Intake) -> None:
    from core.ports import StoreUnavailable

    looking = intake.looking()
    intake.far.is_away = True
    told_at, kept = None, 0
    for start in range(0, 40_000, 500):
        try:
            intake.readings.append(some(start + 500)[start:])
        except StoreUnavailable:
            break
        kept = start + 500
        looking.look()
        if told_at is None and (FaultCause.DISK_FILLING, "readings") in intake.open():
            told_at = kept
    intake.far.is_away = False
    intake.readings.carry_on()
    looking.look()

    assert told_at is not None
    assert told_at < kept < 40_000
    assert len(list(SqliteReadings.received_since(intake.far, NOON))) == kept
    assert intake.open() == []


def test_a_new_life_closes_what_an_earlier_one_opened(intake: Intake) -> None:
    intake.floods = (Flood("g-1", NOON, 5),)
    intake.looking().look()
    intake.floods = ()

    intake.looking().look()

    assert intake.open() == []
