"""The teller: follows the live feed and hands the outlet what each changed home should say now."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.feed import Event, Resync
from api.homes.sight import Sight, sights_of
from api.outward.outlet import Outlet
from api.outward.topics import Topics, discovery, of_areas, of_home
from api.services import Services
from core.alerts import Alert
from core.places import Inventory

GATHERING = 0.2
"""Real seconds in which changes come together."""
EVERYTHING_EVERY = 300.0
"""Real seconds of quiet after which all is looked at again: some of what is told changes with time alone."""
_PART = 500


@dataclass(frozen=True, slots=True)
class _Changed:
    """Homes to look at anew; `cases`: those whose alerts changed. None is all of them."""

    homes: frozenset[str] | None
    cases: frozenset[str] | None


_EVERYTHING = _Changed(None, None)


@dataclass
class Teller:
    """`discovery_prefix` is Home Assistant's; empty: nothing is announced to it."""

    ports: Services
    outlet: Outlet
    discovery_prefix: str = "homeassistant"
    _homes: dict[str, Topics] = field(default_factory=dict)
    _sights: dict[str, Sight] = field(default_factory=dict)
    _newest: dict[str, Alert | None] = field(default_factory=dict)
    _areas: Topics = field(default_factory=dict)
    _announced: Topics = field(default_factory=dict)
    _known: Inventory | None = None

    async def run(self) -> None:
        """Until cancelled, or until the feed closes."""
        with self.ports.feed.subscribe() as heard:
            changed = _EVERYTHING
            while not self.ports.feed.closed:
                await self._tell(changed)
                events = await heard.next(EVERYTHING_EVERY)
                await asyncio.sleep(GATHERING)
                changed = _of(events + self.ports.feed.take(heard))

    async def _tell(self, changed: _Changed) -> None:
        inventory = self.ports.inventory()
        stirred = False
        for ids in _parts(inventory, changed.homes):
            await asyncio.to_thread(self._look, inventory, ids, changed.cases)
            stirred |= self._say(ids)
        gone = self._homes.keys() - inventory.homes.keys()
        for home in gone:
            self.outlet.show({}, instead_of=self._homes.pop(home))
            self._sights.pop(home, None)
        if stirred or gone or inventory is not self._known:
            areas = of_areas(inventory, [one for one in self._sights.values() if one.home.id in inventory.homes])
            self.outlet.show(areas, instead_of=self._areas)
            self._areas = areas
        if inventory is not self._known and self.discovery_prefix:
            announced = discovery(inventory, prefix=self.discovery_prefix)
            self.outlet.show(announced, instead_of=self._announced)
            self._announced = announced
        self._known = inventory

    def _look(self, inventory: Inventory, ids: Sequence[str], cases: frozenset[str] | None) -> None:
        """Blocking: what stands in the stores."""
        for sight in sights_of(self.ports, [inventory.homes[home] for home in ids]):
            home = sight.home.id
            self._sights[home] = sight
            if cases is None or home in cases or home not in self._newest:
                self._newest[home] = next(iter(self.ports.alerts.page(homes=[home], limit=1).alerts), None)

    def _say(self, ids: Sequence[str]) -> bool:
        """Hand over what these homes should say; does any of them say something else than before?"""
        stirred = False
        for home in ids:
            topics = of_home(self._sights[home], self._newest[home])
            if (before := self._homes.get(home)) != topics:
                self.outlet.show(topics, instead_of=before)
                self._homes[home] = topics
                stirred = True
        return stirred


def _parts(inventory: Inventory, homes: frozenset[str] | None) -> Iterable[list[str]]:
    wanted = sorted(inventory.homes if homes is None else homes & inventory.homes.keys())
    return (wanted[start : start + _PART] for start in range(0, len(wanted), _PART))


def _of(events: Sequence[Event]) -> _Changed:
    """Everything, when something was missed, the inventory is another, or nothing was heard for long."""
    homes: set[str] = set()
    cases: set[str] = set()
    for event in events:
        if isinstance(event.what, Resync) or event.what.kind == "inventory":
            return _EVERYTHING
        if event.what.kind in {"alert", "home"}:
            homes.update(event.what.homes)
        if event.what.kind == "alert":
            cases.update(event.what.homes)
    return _Changed(frozenset(homes), frozenset(cases)) if events else _EVERYTHING
