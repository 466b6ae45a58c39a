"""Casting: which home an event befalls. "any" becomes one that has the device and where it can happen just then."""

from collections.abc import Iterator

from core.places import AreaKind, Role
from simulator.chance import chance
from simulator.community import Community, Household
from simulator.day import MINUTE, OUT, Doing
from simulator.kits import Sort
from simulator.life import Life
from simulator.scenario import ANY, Event, Scenario, ScenarioError, What

NEEDS = {
    What.STOVE_ON: Role.STOVE,
    What.SOS: Role.SOS,
    What.SMOKE: Role.SMOKE,
    What.GAS: Role.GAS,
    What.CO: Role.CO,
    What.WATER: Role.WATER,
    What.HEATING_FAILS: Role.CLIMATE,
    What.HEAT_WAVE: Role.CLIMATE,
    What.DOOR_OPEN: Role.FRONT_DOOR,
    What.OUTING: Role.FRONT_DOOR,
    What.NIGHT_EXIT: Role.FRONT_DOOR,
    What.WANDERING: Role.FRONT_DOOR,
}
AT_HOME = frozenset({What.FALL, What.STOVE_ON, What.SOS, What.DOOR_OPEN, What.OUTING, What.VISITOR, What.NO_MEALS})
CALM = 30 * MINUTE
"""For as long the resident must be in and up around the instant, where the home may be any."""
NOT_UP_AND_IN = OUT | {Doing.ASLEEP, Doing.RESTING, Doing.NAP}


class Cast:
    """Gives out homes; what one event took, no other event gets by "any"."""

    def __init__(self, scenario: Scenario, community: Community, *, seed: int) -> None:
        self.community = community
        self.name = scenario.name
        self.seed = seed
        self.taken = {self._named(event.home) for event in scenario.events if event.home != ANY}

    def _named(self, home: str | int) -> str:
        households = self.community.households
        if isinstance(home, int) and 1 <= home <= len(households):
            return households[home - 1].home.id
        return str(home)

    def households(self, event: Event, at: float, where: str) -> Iterator[Household]:
        """Whom it befalls. Raises ScenarioError if there is nobody."""
        if event.what is What.BROKER_DOWN:
            yield from self.community.households
        elif event.what is What.POWER_CUT:
            yield from self._building(event.building, where)
        elif event.building != ANY:
            yield from (one for one in self._building(event.building, where) if equipped(event, one))
        elif event.home == ANY:
            yield self._any(event, at, where)
        else:
            yield self._given(event, where)

    def _building(self, building: str, where: str) -> list[Household]:
        known = [area.id for area in self.community.areas if area.kind is AreaKind.BUILDING]
        if building == ANY:
            quiet = [one for one in known if not any(h.home.id in self.taken for h in self._in(one))]
            building = chance(self.seed, self.name, where).choice(quiet or known)
        if building not in known:
            raise ScenarioError(f"{where}: no building {building!r}; there are {', '.join(known)}")
        self.taken |= {household.home.id for household in self._in(building)}
        return self._in(building)

    def _in(self, building: str) -> list[Household]:
        return [household for household in self.community.households if household.home.area == building]

    def _given(self, event: Event, where: str) -> Household:
        households = self.community.households
        home = self._named(event.home)
        found = next((household for household in households if household.home.id == home), None)
        if found is None:
            raise ScenarioError(
                f"{where}: no home {event.home!r}; there are {len(households)}, h-0001 to {households[-1].home.id}"
            )
        if not equipped(event, found):
            raise ScenarioError(f"{where}: {home} has no device that this needs")
        return found

    def _any(self, event: Event, at: float, where: str) -> Household:
        """Preferably where it fits the day; at night there may be none, and then people do what they must."""
        order = list(self.community.households)
        chance(self.seed, self.name, where).shuffle(order)
        able = [one for one in order if one.home.id not in self.taken and equipped(event, one)]
        if not able:
            raise ScenarioError(f"{where}: no home is left to which this can happen; simulate more homes or name one")
        chosen = next((one for one in able if self._fits(event, at, one)), able[0])
        self.taken.add(chosen.home.id)
        return chosen

    def _fits(self, event: Event, at: float, household: Household) -> bool:
        life = Life(household, seed=self.seed)
        if event.what in AT_HOME:
            busy = life.is_doing(at - CALM, at + CALM) & NOT_UP_AND_IN
            return not busy and not life.is_visited(at - CALM, at + 4 * CALM)
        return life.spell(life.date_of(at)) is None


def equipped(event: Event, household: Household) -> bool:
    """Has this home the sensor without which nobody would notice?"""
    kit = household.kit
    if event.what is What.FALL:
        return kit.sensor_in(event.room) is not None
    if event.what in (What.DEVICE_DEAD, What.DEVICE_STUCK, What.BATTERY_LOW) and event.device != ANY:
        return any(sensor.name == event.device for sensor in kit.sensors)
    if event.what is What.BATTERY_LOW:
        return any(sensor.sort is not Sort.PLUG for sensor in kit.sensors)
    needed = NEEDS.get(event.what)
    return needed is None or kit.sensor_for(needed) is not None
