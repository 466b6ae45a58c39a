"""In the running service: what was put in effect, and what endings taught, reach the watch, and outlive a restart."""

import asyncio
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from anxin.clock import ScaledClock
from anxin.service import Service, wire
from anxin.settings import Settings, load
from anxin.stores import open_database, open_readings
from api.services import Services
from core.alerts import Outcome
from core.budget_replays import Proposal
from core.concerns import Concern, ConcernKind, Severity
from core.places import of_area
from detectors.events import ConcernRaised
from tests.detectors import elder
from tests.detectors.elder import DOOR, HOME, at, door, facts_of, moved, spoke

NOON = at(0, "12:00")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load(data_dir=tmp_path)
    inventory = elder.inventory()
    with open_database(settings, migrate=True) as stores:
        stores.inventory.save(
            areas=inventory.areas.values(),
            homes=inventory.homes.values(),
            gateways=inventory.gateways.values(),
            devices=inventory.devices.values(),
        )
    return settings


def wired(stack: ExitStack, settings: Settings) -> Service:
    stores = stack.enter_context(open_database(settings, migrate=False))
    readings = stack.enter_context(open_readings(settings))
    return wire(settings, ScaledClock(NOON, NOON), stores, readings)


def budget_in(service: Service, when: datetime) -> float:
    """By what the home is judged after this sign of life."""
    service.watch.observe([moved("living", when)])
    routine = service.watch.routine(HOME)
    assert routine is not None
    return routine.budget


def test_what_was_put_in_effect_is_judged_by_within_one_look_at_the_roster_and_after_a_restart(
    settings: Settings,
) -> None:
    with ExitStack() as stack:
        service = wired(stack, settings)
        assert budget_in(service, at(0, "12:01")) == settings.false_alarms_per_month
        ports: Services = service.app.state.services
        proposal = ports.budgets.propose(of_area("grid"), 2.0, by="lin", note="why")
        assert isinstance(proposal, Proposal)
        service.stores.budgets.begin(
            proposal.id, homes=[], concerned=0, since=NOON, until=NOON, basis=service.replays.book.basis(proposal.place)
        )
        service.stores.budgets.finish(proposal.id)

        assert ports.budgets.enact(proposal.id, by="lin")
        asyncio.run(service.roster.refresh())

        assert budget_in(service, at(0, "12:02")) == 2.0
    with ExitStack() as stack:
        assert budget_in(wired(stack, settings), at(0, "12:03")) == 2.0


def closed_in_vain(service: Service, number: int) -> None:
    """The front door was open, somebody went there, and all was well."""
    opened = at(0, "12:00") + timedelta(minutes=number)
    concern = Concern(HOME, ConcernKind.DOOR_OPEN, Severity.YELLOW, f"{DOOR}@{number}", opened, opened, "door_open")
    alert = service.alerting.desk.raise_concern(concern).alert
    service.alerting.desk.acknowledge(alert.id, by="li")
    service.alerting.desk.close(alert.id, by="li", outcome=Outcome.WELL_AT_HOME)


def wait_at_night(service: Service) -> float:
    """How long the front door may stand open before it is said, opened at one in the night."""
    told = [door("open", at(1, "01:00")), *(spoke(DOOR, at(1, f"01:{minute}")) for minute in range(10, 60, 10))]
    for reading in told:
        service.watch.observe([reading])
    events = service.watch.run_due(at(1, "01:55"))
    return max(
        float(facts_of(event.concern)["threshold"])
        for event in events
        if isinstance(event, ConcernRaised) and event.concern.kind is ConcernKind.DOOR_OPEN
    )


def test_what_endings_taught_reaches_the_watch(settings: Settings) -> None:
    with ExitStack() as stack:
        service = wired(stack, settings)
        service.watch.observe([moved("living", at(0, "12:01")), door("closed", at(0, "12:02"))])
        for number in range(3):
            closed_in_vain(service, number)

        asyncio.run(service.teaching.step())

        assert wait_at_night(service) == 2.5 * 600
    unmoved = settings.model_copy(update={"learn_from_outcomes": False})
    with ExitStack() as stack:
        service = wired(stack, unmoved)
        asyncio.run(service.teaching.step())
        assert wait_at_night(service) == 600
