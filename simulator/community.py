"""Community: a street with its areas, homes, gateways, devices and residents, drawn from one seed.

A home's draw depends on its number and the seed only, so a larger community holds the smaller one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room
from simulator.chance import chance
from simulator.kits import Kit, as_device, draw_kit
from simulator.names import COMMUNITIES, STREET
from simulator.persona import Persona, draw_persona

HOMES_PER_BUILDING = 5
GRIDS = 4
HOMES_PER_COMMUNITY = 200


@dataclass(frozen=True, slots=True)
class Household:
    """One home with who lives there and what hangs on its walls."""

    home: Home
    gateway: Gateway
    persona: Persona
    kit: Kit

    @property
    def devices(self) -> tuple[Device, ...]:
        """The sensors, and the gateway's own voice last."""
        sensors = tuple(as_device(s, home=self.home.id, gateway=self.gateway.id) for s in self.kit.sensors)
        return (*sensors, bridge_of(self.gateway.id, self.home.id))


@dataclass(frozen=True)
class Community:
    seed: int
    timezone: str
    areas: tuple[Area, ...]
    households: tuple[Household, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def homes(self) -> tuple[Home, ...]:
        return tuple(household.home for household in self.households)

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        return tuple(household.gateway for household in self.households)

    @property
    def devices(self) -> tuple[Device, ...]:
        return tuple(device for household in self.households for device in household.devices)

    @property
    def personas(self) -> dict[str, Persona]:
        """The resident of each home id."""
        return {household.home.id: household.persona for household in self.households}

    @cached_property
    def inventory(self) -> Inventory:
        return Inventory.of(self.areas, self.homes, self.gateways, self.devices)

    def household(self, home: str) -> Household:
        """Raises KeyError for a home that is not here."""
        return self._by_home[home]

    @cached_property
    def _by_home(self) -> dict[str, Household]:
        return {household.home.id: household for household in self.households}


def bridge_of(gateway: str, home: str) -> Device:
    return Device(f"{gateway}/bridge", home, Room.OTHER, Role.BRIDGE, gateway, label="网关")


def build_community(homes: int, *, seed: int, timezone: str = "Asia/Shanghai") -> Community:
    """A street of `homes` homes: communities of up to 200 homes, four grids each, buildings of up to five homes.

    Raises ValueError for fewer than one home.
    """
    if homes < 1:
        raise ValueError(f"homes must be at least 1, not {homes}")
    areas = [Area("street", AreaKind.STREET, STREET)]
    households: list[Household] = []
    for number in range(-(-homes // HOMES_PER_COMMUNITY)):
        here = min(HOMES_PER_COMMUNITY, homes - number * HOMES_PER_COMMUNITY)
        quarter = _Quarter(number, here, seed, timezone)
        areas.extend(quarter.areas())
        households.extend(quarter.households(len(households)))
    return Community(seed, timezone, tuple(areas), tuple(households))


@dataclass(frozen=True, slots=True)
class _Quarter:
    """One community (社区) of the street."""

    number: int
    homes: int
    seed: int
    timezone: str

    @property
    def id(self) -> str:
        return f"community-{self.number + 1}"

    @property
    def name(self) -> str:
        turn, which = divmod(self.number, len(COMMUNITIES))
        return COMMUNITIES[which] + (f"{turn + 1}区" if turn else "")

    @property
    def buildings(self) -> int:
        return max(1, -(-self.homes // HOMES_PER_BUILDING))

    def building_id(self, building: int) -> str:
        return f"building-{self.number * (HOMES_PER_COMMUNITY // HOMES_PER_BUILDING) + building + 1}"

    def areas(self) -> Iterator[Area]:
        yield Area(self.id, AreaKind.COMMUNITY, f"{self.name}社区", "street")
        for grid in range(GRIDS):
            yield Area(self.grid_id(grid), AreaKind.GRID, f"{self.name}第{'一二三四'[grid]}网格", self.id)
        for building in range(self.buildings):
            grid = building * GRIDS // max(self.buildings, GRIDS)
            yield Area(self.building_id(building), AreaKind.BUILDING, f"{building + 1}号楼", self.grid_id(grid))

    def grid_id(self, grid: int) -> str:
        return f"grid-{self.number * GRIDS + grid + 1}"

    def households(self, first: int) -> Iterator[Household]:
        for within in range(self.homes):
            yield self._household(first + within, within // HOMES_PER_BUILDING, within % HOMES_PER_BUILDING)

    def _household(self, index: int, building: int, door: int) -> Household:
        home, gateway = f"h-{index + 1:04d}", f"g-{index + 1:04d}"
        rng = chance(self.seed, home, "address")
        floor = door + 1 + rng.randrange(2)  # never two homes behind one door: the floor rises with the door
        unit = 1 + door % 3
        address = f"{building + 1}号楼{unit}单元{floor}0{rng.randint(1, 3)}"
        if self.number:
            address = self.name + address
        persona = draw_persona(seed=self.seed, home=home, index=index)
        return Household(
            Home(home, self.building_id(building), address, self.timezone, persona.name, _door_note(self.seed, home)),
            Gateway(gateway, home, f"{address}网关"),
            persona,
            draw_kit(seed=self.seed, gateway=gateway),
        )


def _door_note(seed: int, home: str) -> str | None:
    notes = ("听力不好，请用力敲门", "钥匙在楼长处", "门锁密码问家属", "家里有只小狗")
    return chance(seed, home, "door note").choice((None, None, *notes))
