"""Shifts and changes of the rota, written where every process finds them within seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from anxin.roster import revise
from anxin.stores import Stores
from core.duty import Change, Rota, Shift
from core.shift_edits import FILE, ShiftEdit, stamp


@dataclass(frozen=True, slots=True)
class Duty:
    """`api.services.DutyBook` over the stores."""

    stores: Stores

    def rota(self) -> Rota:
        return self.stores.inventory.rota()

    def change(self, change: Change) -> None:
        self.stores.inventory.save(changes=[change])
        revise(self.stores.snapshots, datetime.now(UTC))

    def edit_shift(self, edit: ShiftEdit, *, seen: str) -> bool:
        done = self.stores.shifts.edit(edit, seen=seen)
        revise(self.stores.snapshots, datetime.now(UTC))
        return done

    def shift_edits(self, area: str) -> list[ShiftEdit]:
        return self.stores.shifts.edits(area)

    def take_back(self, change: str) -> bool:
        found = self.stores.inventory.remove_changes([change])
        revise(self.stores.snapshots, datetime.now(UTC))
        return bool(found)


def take_back_shifts(stores: Stores, shifts: Iterable[Shift]) -> None:
    """What the console had changed is an inventory file's again; the change back is kept like any other."""
    for shift in shifts:
        while True:
            rota = [row for row in stores.inventory.rota() if isinstance(row, Shift)]
            before = next((row for row in rota if row.id == shift.id), None)
            edit = ShiftEdit(shift.area, datetime.now(UTC), FILE, before, shift)
            if stores.shifts.edit(edit, seen=stamp(row for row in rota if row.area == shift.area)):
                break
