"""Houses for the stories: one that is new, and one whose routine is known after twenty-eight usual days."""

from collections.abc import Callable

import pytest

from core.ports import Snapshot
from tests.detectors.elder import House, at

LEARNED = 28


@pytest.fixture
def new_house() -> House:
    return House()


@pytest.fixture(scope="session")
def _schooled() -> tuple[Snapshot, ...]:
    house = House()
    house.live(LEARNED)
    assert not house.concerns
    assert not house.faults
    return tuple(house.watch.snapshots(house.now, dirty_only=False))


@pytest.fixture
def learned_house(_schooled: tuple[Snapshot, ...]) -> House:
    return _take_up(_schooled)


@pytest.fixture
def another(_schooled: tuple[Snapshot, ...]) -> Callable[[], House]:
    """More copies of the learned house, to live on differently."""
    return lambda: _take_up(_schooled)


def _take_up(kept: tuple[Snapshot, ...]) -> House:
    house = House(now=at(LEARNED, "00:00"))
    house.watch.restore(kept)
    return house
