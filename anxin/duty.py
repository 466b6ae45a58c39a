"""Changes of the rota, written where every process finds them within seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime

from anxin.roster import revise
from anxin.stores import Stores
from core.duty import Change, Rota


@dataclass(frozen=True, slots=True)
class Duty:
    """`api.services.DutyBook` over the stores."""

    stores: Stores

    def rota(self) -> Rota:
        return self.stores.inventory.rota()

    def change(self, change: Change) -> None:
        self.stores.inventory.save(changes=[change])
        revise(self.stores.snapshots, datetime.now(UTC))

    def take_back(self, change: str) -> bool:
        found = self.stores.inventory.remove_changes([change])
        revise(self.stores.snapshots, datetime.now(UTC))
        return bool(found)
