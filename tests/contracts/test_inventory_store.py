"""What every inventory store promises: places, devices, people, ties and rotas, all or nothing."""

from datetime import UTC, datetime, time

import pytest

from core.duty import EVERY_DAY, Change, Post, Shift
from core.people import Bond, Language, Person, Route, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from core.ports import InventoryStore, StoreRefused
from storage.database import Database
from storage.inventory import SqlInventory

STREET = Area("s", AreaKind.STREET, "和平街道")
GRID = Area("g", AreaKind.GRID, "第三网格", parent="s")
HOME = Home("h-1", "g", "7号楼2单元402", resident="王秀兰", door_note="敲门要响")
GATEWAY = Gateway("g-1", "h-1", "hall cupboard")
DEVICE = Device(
    "g-1/door", "h-1", Room.ENTRANCE, Role.FRONT_DOOR, "g-1", model="MCCGQ11LM", profile={"open": False, "n": 1.5}
)
DAUGHTER = Person("p-1", "小梅", Language.CHINESE, (Route("webhook", "https://x.example/1"), Route("console", "p-1")))
WORKER = Person("p-2", "Li", Language.ENGLISH)
NIGHT = Shift("n", "g", Post.GRID_WORKER, "p-2", time(20, 0), time(8, 30), frozenset({0, 6}), rank=2)


@pytest.fixture
def store(database: Database) -> InventoryStore:
    return SqlInventory(database)


def furnish(store: InventoryStore) -> None:
    store.save(areas=[GRID, STREET], homes=[HOME], gateways=[GATEWAY], devices=[DEVICE], people=[DAUGHTER, WORKER])


def test_an_empty_store_knows_nothing(store: InventoryStore) -> None:
    assert store.inventory() == Inventory()
    assert (dict(store.directory().people), store.directory().ties, store.rota()) == ({}, (), ())


def test_places_and_devices_come_back_as_they_were_whatever_their_order(store: InventoryStore) -> None:
    furnish(store)

    assert store.inventory() == Inventory.of([STREET, GRID], [HOME], [GATEWAY], [DEVICE])


def test_people_ties_and_shifts_come_back_as_they_were(store: InventoryStore) -> None:
    furnish(store)
    ties = (Tie("p-1", Bond.FAMILY, home="h-1", rank=1), Tie("p-2", Bond.CAPTAIN, area="g", rank=3))
    always = Shift("a", "g", Post.DESK, "p-2", time(0), time(0), EVERY_DAY)
    store.save(ties=ties, shifts=[NIGHT, always])

    directory = store.directory()

    assert dict(directory.people) == {"p-1": DAUGHTER, "p-2": WORKER}
    assert set(directory.ties) == set(ties)
    assert set(store.rota()) == {NIGHT, always}


def test_changes_of_the_rota_come_back_and_can_be_taken_back(store: InventoryStore) -> None:
    furnish(store)
    start, end = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    leave = Change("c-1", start, end, out="p-2", note="年假")
    cover = Change("c-2", start, end, out="p-2", person="p-1", area="g", post=Post.GRID_WORKER)
    alone = Change("c-3", start, end, person="p-1", area="g", post=Post.DESK, alone=True)
    store.save(shifts=[NIGHT], changes=[leave, cover, alone])

    assert set(store.rota()) == {NIGHT, leave, cover, alone}

    assert store.remove_changes(["c-3", "c-1", "never"]) == ("c-1", "c-3")
    assert set(store.rota()) == {NIGHT, cover}


def test_saving_again_replaces_by_id(store: InventoryStore) -> None:
    furnish(store)
    moved = Device("g-1/door", "h-1", Room.BALCONY, Role.ROOM_DOOR, "g-1")

    store.save(devices=[moved])

    assert store.inventory().devices["g-1/door"] == moved


def test_a_removed_device_is_gone_and_can_still_be_found(store: InventoryStore) -> None:
    furnish(store)
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)

    assert store.remove_devices(["g-1/door", "g-1/never-there"], at=at) == ("g-1/door",)

    assert store.inventory().devices == {}
    assert store.removed_devices() == ((DEVICE, at),)
    assert store.remove_devices(["g-1/door"], at=at) == ()


def test_a_removed_device_that_is_bound_again_is_back(store: InventoryStore) -> None:
    furnish(store)
    store.remove_devices(["g-1/door"], at=datetime(2026, 5, 1, 12, tzinfo=UTC))

    store.save(devices=[DEVICE])

    assert store.inventory().devices == {"g-1/door": DEVICE}
    assert store.removed_devices() == ()


def test_a_tie_saved_again_changes_its_rank(store: InventoryStore) -> None:
    furnish(store)
    store.save(ties=[Tie("p-1", Bond.FAMILY, home="h-1", rank=1), Tie("p-2", Bond.CAPTAIN, area="g", rank=1)])

    store.save(ties=[Tie("p-1", Bond.FAMILY, home="h-1", rank=2), Tie("p-2", Bond.CAPTAIN, area="g", rank=4)])

    assert sorted((tie.person, tie.rank) for tie in store.directory().ties) == [("p-1", 2), ("p-2", 4)]


@pytest.mark.parametrize(
    "tie", [Tie("p-1", Bond.FAMILY), Tie("p-1", Bond.FAMILY, home="h-1", area="g"), Tie("p-9", Bond.FAMILY, home="h-1")]
)
def test_a_tie_to_no_place_to_two_or_of_nobody_is_refused(store: InventoryStore, tie: Tie) -> None:
    furnish(store)

    with pytest.raises(StoreRefused):
        store.save(ties=[tie])

    assert store.directory().ties == ()


def test_a_wrong_reference_leaves_nothing_of_the_call_behind(store: InventoryStore) -> None:
    with pytest.raises(StoreRefused):
        store.save(areas=[STREET], homes=[Home("h-1", "nowhere", "x")])

    assert store.inventory() == Inventory()


@pytest.mark.parametrize(
    "wrong",
    [
        {"areas": [Area("x", AreaKind.GRID, "x", parent="nowhere")]},
        {"gateways": [Gateway("g-2", "h-9")]},
        {"devices": [Device("g-9/x", "h-1", Room.OTHER, Role.OTHER, "g-9")]},
        {"devices": [Device("g-1/x", "h-9", Room.OTHER, Role.OTHER, "g-1")]},
        {"shifts": [Shift("x", "nowhere", Post.DESK, "p-1", time(0), time(0))]},
        {"shifts": [Shift("x", "g", Post.DESK, "p-9", time(0), time(0))]},
        {"changes": [Change("x", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), out="p-9")]},
    ],
)
def test_nothing_may_refer_to_what_is_not_there(store: InventoryStore, wrong: dict[str, list[object]]) -> None:
    furnish(store)

    with pytest.raises(StoreRefused):
        store.save(**wrong)  # type: ignore[arg-type]
