"""What the store of edited shifts promises: SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import text

from anxin.duty import take_back_shifts
from anxin.enroll import Roll, ShiftRow, take
from anxin.settings import load
from anxin.stores import open_database
from core.duty import Post, Shift
from core.people import Person
from core.places import Area, AreaKind
from core.ports import StoreRefused
from core.shift_edits import FILE, ShiftEdit, ShiftStore, stamp
from storage.database import Database
from storage.inventory import SqlInventory
from storage.shift_edits import SqlShifts
from tests.contracts.cases import T0

DAY = Shift("day", "grid-1", Post.GRID_WORKER, "li", time(8), time(20), frozenset({0, 1}), 2)


@pytest.fixture
def inventory(database: Database) -> SqlInventory:
    made = SqlInventory(database)
    made.save(
        areas=[Area("grid-1", AreaKind.GRID, "一网格"), Area("grid-2", AreaKind.GRID, "二网格")],
        people=[Person("li", "李强"), Person("zhao", "赵磊")],
        shifts=[DAY, replace(DAY, id="other", area="grid-2")],
    )
    return made


@pytest.fixture
def store(database: Database, inventory: SqlInventory) -> ShiftStore:
    del inventory
    return SqlShifts(database)


def edit(before: Shift | None, after: Shift | None, by: str = "wu") -> ShiftEdit:
    return ShiftEdit("grid-1", T0, by, before, after)


def test_a_shift_is_changed_added_and_taken_away_and_each_change_is_kept(
    store: ShiftStore, inventory: SqlInventory
) -> None:
    longer, night = replace(DAY, end=time(22)), replace(DAY, id="night", person="zhao", start=time(22))

    assert store.edit(edit(DAY, longer), seen=stamp([DAY]))
    assert store.edit(edit(None, night, "lin"), seen=stamp([longer]))
    assert store.edit(edit(longer, None), seen=stamp([night, longer]))

    rota = [row for row in inventory.rota() if isinstance(row, Shift) and row.area == "grid-1"]
    assert rota == [night]
    assert store.edits("grid-1") == [edit(longer, None), edit(None, night, "lin"), edit(DAY, longer)]
    assert store.edits("grid-2") == []
    assert store.edited() == {"day", "night"}


def test_of_two_who_saw_the_same_one_is_told(store: ShiftStore, inventory: SqlInventory) -> None:
    seen = stamp([DAY])
    assert store.edit(edit(DAY, replace(DAY, end=time(22))), seen=seen)

    assert not store.edit(edit(DAY, replace(DAY, end=time(12))), seen=seen)

    assert next(row for row in inventory.rota() if isinstance(row, Shift) and row.id == "day").end == time(22)
    assert len(store.edits("grid-1")) == 1


def test_somebody_who_is_not_there_is_refused_and_nothing_is_kept(store: ShiftStore) -> None:
    with pytest.raises(StoreRefused):
        store.edit(edit(DAY, replace(DAY, person="nobody")), seen=stamp([DAY]))

    assert store.edits("grid-1") == []


def test_an_edit_is_neither_changed_nor_taken_away(database: Database, store: ShiftStore) -> None:
    store.edit(edit(DAY, None), seen=stamp([DAY]))

    for statement in ("UPDATE shift_edits SET \"by\" = 'x'", "DELETE FROM shift_edits"):
        with pytest.raises(StoreRefused, match="never changed"), database.writing() as connection:
            connection.execute(text(statement))


def test_the_stamp_changes_with_anything_that_counts() -> None:
    others = [
        replace(DAY, person="zhao"),
        replace(DAY, start=time(9)),
        replace(DAY, end=time(9)),
        replace(DAY, weekdays=frozenset({0})),
        replace(DAY, rank=1),
        replace(DAY, id="x"),
    ]

    assert len({stamp([DAY]), stamp([]), *(stamp([other]) for other in others)}) == len(others) + 2
    assert stamp([DAY, others[0]]) == stamp([others[0], DAY])


def test_a_file_does_not_undo_what_the_console_changed_unless_it_is_told_to(tmp_path: Path) -> None:
    """Also a shift that was taken away does not come back."""
    rows = [ShiftRow(id=id_, area="g", post=Post.GRID_WORKER, person="li", start=time(8), end=time(20)) for id_ in "ab"]
    roll = Roll.model_validate(
        {"areas": [{"id": "g", "kind": "grid", "name": "g"}], "people": [{"id": "li", "name": "李"}]}
    ).model_copy(update={"shifts": rows})
    with open_database(load(data_dir=tmp_path), migrate=True) as stores:
        take(roll, stores.inventory, stores.accounts)
        first, second = (row for row in stores.inventory.rota() if isinstance(row, Shift))
        longer = replace(first, end=time(22))
        stores.shifts.edit(ShiftEdit("g", T0, "wu", first, longer), seen=stamp([first, second]))
        stores.shifts.edit(ShiftEdit("g", T0, "wu", second, None), seen=stamp([longer, second]))

        assert take(roll, stores.inventory, stores.accounts, edited=stores.shifts.edited()) == ("a", "b")
        assert stores.inventory.rota() == (longer,)

        take_back_shifts(stores, [first, second])
        assert stores.inventory.rota() == (first, second)
        assert stores.shifts.edited() == frozenset()
        assert [e.by for e in stores.shifts.edits("g")] == [FILE, FILE, "wu", "wu"]
