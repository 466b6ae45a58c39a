"""The roster: inventory, people and rotas as they are now, swapped whole when somebody enrolls something.

A revision row says that something changed, so that a running service need not read everything to know that nothing did.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.duty import Rota
from core.family import FamilyStore
from core.people import Directory, Route
from core.places import Inventory
from core.ports import InventoryStore, Snapshot, SnapshotStore
from core.push import PushStore

log = logging.getLogger(__name__)

OWNER, KEY = "inventory", "revision"


def revise(snapshots: SnapshotStore, now: datetime) -> None:
    """Say that the inventory changed; running services take it within seconds."""
    snapshots.save([Snapshot(OWNER, KEY, 1, now, {})])


def with_browsers(directory: Directory, ways: Mapping[str, Route]) -> Directory:
    """Whoever has turned on a browser has one more way, behind all others: whatever an inventory file says."""
    people = dict(directory.people)
    for person, way in ways.items():
        if person in people and way not in people[person].routes:
            people[person] = replace(people[person], routes=(*people[person].routes, way))
    return replace(directory, people=people)


@dataclass
class Roster:
    """Read by everybody, replaced by `refresh` only. `changed` are called after each replacement; `readers` read what
    else may have changed, whenever the roster is read anew, in its thread.
    """

    store: InventoryStore
    snapshots: SnapshotStore
    families: FamilyStore
    push: PushStore
    inventory: Inventory = field(default_factory=Inventory)
    directory: Directory = field(default_factory=Directory)
    rota: Rota = ()
    changed: list[Callable[["Roster"], None]] = field(default_factory=list)
    readers: list[Callable[[], None]] = field(default_factory=list)
    _revision: datetime | None = None

    def load(self) -> None:
        """Read everything. Blocking."""
        self._revision = self._latest()
        self.inventory, self.rota = self.store.inventory(), self.store.rota()
        enrolled = replace(self.store.directory(), families=self.families.families())
        self.directory = with_browsers(enrolled, self.push.ways())
        for read in self.readers:
            read()

    def is_stale(self) -> bool:
        """Has somebody enrolled something since? Blocking, cheap."""
        return self._latest() != self._revision

    async def refresh(self) -> None:
        """Take what was enrolled since, and tell everybody."""
        if await asyncio.to_thread(self.is_stale):
            await asyncio.to_thread(self.load)
            self.tell()

    def tell(self) -> None:
        """Hand the present roster to everybody who keeps one."""
        for hear in self.changed:
            hear(self)
        log.info("roster taken", extra={"homes": len(self.inventory.homes), "devices": len(self.inventory.devices)})

    def _latest(self) -> datetime | None:
        return next((snapshot.as_of for snapshot in self.snapshots.load(OWNER)), None)
