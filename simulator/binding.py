"""Binding: a scenario meets a community and an instant, and becomes a script with times and homes."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from math import inf
from random import Random

from core.readings import Kind
from simulator.casting import Cast
from simulator.chance import chance
from simulator.community import Community, Household
from simulator.day import MINUTE
from simulator.emergencies import (
    HOUR,
    Told,
    alarm,
    door_open,
    fall,
    no_meals,
    not_up,
    outing,
    restless,
    sos,
    stove_on,
    visitor,
    wandering,
)
from simulator.faults import befall
from simulator.life import ONE_DAY, Life
from simulator.scenario import Event, Movement, Scenario, Then, What
from simulator.script import Decline, HomeScript, Script, Weather
from simulator.spells import Spell, SpellKind, Weekends
from simulator.truth import Sort, Truth

DAY = 24 * HOUR
LENGTHS = {
    What.NIGHT_EXIT: 2 * HOUR,
    What.STOVE_ON: 1.5 * HOUR,
    What.DOOR_OPEN: 1 * HOUR,
    What.NO_MEALS: 12 * HOUR,
    What.RESTLESS: 5 * HOUR,
    What.WANDERING: 40 * MINUTE,
    What.OUTING: 45 * MINUTE,
    What.VISITOR: 1 * HOUR,
    What.ILLNESS: 3 * DAY,
    What.TRAVEL: 3 * DAY,
    What.DECLINE: 21 * DAY,
    What.SMOKE: 10 * MINUTE,
    What.GAS: 10 * MINUTE,
    What.CO: 30 * MINUTE,
    What.WATER: 20 * MINUTE,
    What.HEATING_FAILS: 14 * HOUR,
    What.HEAT_WAVE: 3 * DAY,
    What.DUPLICATES: 1 * HOUR,
    What.LATE_BURST: 1 * HOUR,
    What.CLOCK_JUMP: 6 * HOUR,
    What.POWER_CUT: 1 * HOUR,
    What.BROKER_DOWN: 10 * MINUTE,
}
"""Seconds, where the file names no duration. What is not listed lasts for ever."""

FAULTS = frozenset(
    {
        *(What.DEVICE_DEAD, What.DEVICE_STUCK, What.BATTERY_LOW, What.GATEWAY_DOWN, What.BROKER_DOWN),
        *(What.DUPLICATES, What.LATE_BURST, What.CLOCK_JUMP, What.POWER_CUT),
    }
)
ROOMS_COME_TO = {What.HEATING_FAILS: 3.0, What.HEAT_WAVE: 36.0}
"""°C, where the file names none."""
SPELLS_OF_LIFE: Mapping[What, Callable[[Life, float, float, Random], Told]] = {
    What.OUTING: outing,
    What.STOVE_ON: stove_on,
    What.DOOR_OPEN: door_open,
    What.NO_MEALS: no_meals,
    What.RESTLESS: restless,
    What.WANDERING: wandering,
}
"""What goes on from one instant to another, and needs nothing else said."""
STAYS = {What.OUTING: "away", What.VISITOR: "visitor"}


def bind(scenario: Scenario, community: Community, *, start: datetime, seed: int) -> Script:
    """Say what befalls which home when. `start` is when live begins: `after` counts from there.

    Raises ScenarioError when a home or building does not exist or lacks the device.
    """
    cast = Cast(scenario, community, seed=seed)
    homes: dict[str, HomeScript] = {}
    truths: list[Truth] = []
    numbered = sorted(enumerate(scenario.events, 1), key=lambda each: each[1].what is not What.WEEKENDS)
    for number, event in numbered:  # weekends first: what else happens, happens in the life that they make
        where = f"{scenario.name}, event {number} ({event.what})"
        at = _instant(event, community, start)
        for household in cast.households(event, at, where):
            script = homes.get(household.home.id, HomeScript())
            part, truth = _happen(event, at, household, seed=seed, weekends=script.weekends)
            homes[household.home.id] = script.joined(part)
            truths += truth
    return Script(homes, tuple(truths))


def _instant(event: Event, community: Community, start: datetime) -> float:
    match event.when:
        case timedelta():
            return (start + event.when).timestamp()
        case datetime():
            return event.when.replace(tzinfo=community.zone).timestamp()
        case time():
            local = start.astimezone(community.zone)
            found = datetime.combine(local.date(), event.when, community.zone)
            return (found if found >= local else found + ONE_DAY).timestamp()


def _happen(
    event: Event, at: float, household: Household, *, seed: int, weekends: tuple[Weekends, ...]
) -> tuple[HomeScript, list[Truth]]:
    home, label = household.home.id, event.what.value
    seconds = event.duration.total_seconds() if event.duration is not None else LENGTHS.get(event.what, inf)
    end = at + seconds
    if event.what in FAULTS:
        part, about = befall(event, at, end, household, seed=seed)
        return part, [Truth(home, Sort.FAULT, label, at, end, about)]
    life = Life(household, seed=seed, weekends=weekends)
    match event.what:
        case What.HEATING_FAILS | What.HEAT_WAVE:
            to = ROOMS_COME_TO[event.what] if event.to is None else event.to
            truth = Truth(home, Sort.EMERGENCY, label, at, end, {"to": f"{to:g}"})
            return HomeScript(weathers=(Weather(at, end, to),)), [truth]
        case What.ILLNESS | What.TRAVEL:  # the days themselves tell of these
            return HomeScript(spells=(_spell(event.what, life, at, seconds),)), []
        case What.WEEKENDS:
            first, later = life.date_of(at) + ONE_DAY, event.later.total_seconds() / MINUTE
            return HomeScript(weekends=(Weekends(first, later),)), []
        case What.DECLINE:
            about = {"days": f"{seconds / DAY:g}", "depth": f"{event.depth:g}"}
            decline = Decline(at, seconds, event.depth)
            return HomeScript(declines=(decline,)), [Truth(home, Sort.EMERGENCY, label, at, inf, about)]
    told = _tell(event, life, at, end, chance(seed, home, label, int(at)))
    sort = Sort.STAY if event.what in STAYS else Sort.EMERGENCY
    about = {"room": event.room.value} if event.what is What.FALL else {}
    truths = [Truth(home, sort, STAYS.get(event.what, label), told.start, told.end, about)]
    if told.away is not None:
        truths.append(Truth(home, Sort.STAY, "away", *told.away))
    return HomeScript(episodes=(told.episode,)), truths


def _spell(what: What, life: Life, at: float, seconds: float) -> Spell:
    """Whole days, from the next waking on."""
    first = life.date_of(at) + ONE_DAY
    kind = SpellKind.ILL if what is What.ILLNESS else SpellKind.TRAVEL
    return Spell(kind, first, first + timedelta(days=max(round(seconds / DAY), 1) - 1))


def _tell(event: Event, life: Life, at: float, end: float, rng: Random) -> Told:
    hospital = event.then is Then.HOSPITAL
    match event.what:
        case What.FALL:
            return fall(life, at, end, event.room, rng, hospital=hospital)
        case What.NOT_UP:
            return not_up(life, at, end, rng, faint=event.movement is Movement.FAINT, hospital=hospital)
        case What.NIGHT_EXIT:
            return outing(life, at, end, rng, from_bed=True)
        case What.SOS:
            return sos(life, at, rng)
        case What.VISITOR:
            return visitor(life, at, end)
        case what if what in SPELLS_OF_LIFE:
            return SPELLS_OF_LIFE[what](life, at, end, rng)
        case what:
            return alarm(Kind(what.value), at, end)
