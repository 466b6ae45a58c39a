"""In the running service: what was put in effect reaches the watch with the roster, and is there after a restart."""

import asyncio
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from anxin.clock import ScaledClock
from anxin.service import Service, wire
from anxin.settings import Settings, load
from anxin.stores import open_database, open_readings
from api.services import Services
from core.budget_replays import Proposal
from core.places import of_area
from tests.detectors import elder
from tests.detectors.elder import HOME, at, moved

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
