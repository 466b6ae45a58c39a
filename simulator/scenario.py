"""Scenario: a TOML file of emergencies, faults and turns of life, read strictly: an unknown word stops the start.

A scenario knows no instant and no home yet; `simulator.binding` gives it both.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from core.places import Room
from simulator.duration import parse_duration

ANY = "any"
COLDEST, HOTTEST = -15.0, 45.0
"""°C that rooms may come to."""
Moment: TypeAlias = timedelta | datetime | time
"""After the start, at a local date and time, or at the next such time of day."""


class ScenarioError(ValueError):
    """The file or what it asks for is wrong; the message says where and what is allowed."""


class What(StrEnum):
    FALL = "fall"
    NOT_UP = "not_up"
    NIGHT_EXIT = "night_exit"
    STOVE_ON = "stove_on"
    SOS = "sos"
    DECLINE = "decline"
    WEEKENDS = "weekends"
    NO_MEALS = "no_meals"
    RESTLESS = "restless"
    WANDERING = "wandering"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"
    WATER = "water"
    HEATING_FAILS = "heating_fails"
    HEAT_WAVE = "heat_wave"
    DOOR_OPEN = "door_open"
    OUTING = "outing"
    VISITOR = "visitor"
    ILLNESS = "illness"
    TRAVEL = "travel"
    DEVICE_DEAD = "device_dead"
    DEVICE_STUCK = "device_stuck"
    BATTERY_LOW = "battery_low"
    GATEWAY_DOWN = "gateway_down"
    BROKER_DOWN = "broker_down"
    DUPLICATES = "duplicates"
    LATE_BURST = "late_burst"
    CLOCK_JUMP = "clock_jump"
    POWER_CUT = "power_cut"


class Then(StrEnum):
    """What becomes of somebody who is found."""

    HOSPITAL = "hospital"
    RECOVERS = "recovers"


class Movement(StrEnum):
    NONE = "none"
    FAINT = "faint"


class Stuck(StrEnum):
    FROZEN = "frozen"
    CHATTERING = "chattering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that will happen. `home` is an id, the n-th home (from 1), or "any"; `device` a native id."""

    what: What
    when: Moment
    home: str | int = ANY
    building: str = ANY
    duration: timedelta | None = None
    room: Room = Room.BATHROOM
    device: str = ANY
    then: Then = Then.HOSPITAL
    movement: Movement = Movement.NONE
    mode: Stuck = Stuck.FROZEN
    offset: timedelta = timedelta(hours=3)
    rate: float = 0.3
    depth: float = 0.6
    to: float | None = None
    later: timedelta = timedelta(hours=1.5)


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    about: str
    events: tuple[Event, ...]


ALLOWED: Mapping[What, frozenset[str]] = {
    What.FALL: frozenset({"home", "room", "duration", "then"}),
    What.NOT_UP: frozenset({"home", "duration", "then", "movement"}),
    What.DECLINE: frozenset({"home", "duration", "depth"}),
    What.WEEKENDS: frozenset({"home", "building", "later"}),
    What.SOS: frozenset({"home"}),
    What.DEVICE_DEAD: frozenset({"home", "device", "duration"}),
    What.DEVICE_STUCK: frozenset({"home", "device", "duration", "mode"}),
    What.BATTERY_LOW: frozenset({"home", "device", "duration"}),
    What.BROKER_DOWN: frozenset({"duration"}),
    What.DUPLICATES: frozenset({"home", "duration", "rate"}),
    What.CLOCK_JUMP: frozenset({"home", "duration", "offset"}),
    What.POWER_CUT: frozenset({"building", "duration"}),
    What.HEATING_FAILS: frozenset({"home", "building", "duration", "to"}),
    What.HEAT_WAVE: frozenset({"home", "building", "duration", "to"}),
}
USUAL = frozenset({"home", "duration"})
ALWAYS = frozenset({"what", "after", "at"})


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"scenario {path}: {error.strerror}") from error
    return parse_scenario(text, name=path.name)


def shipped_scenarios() -> dict[str, str]:
    """The scenarios that come with the simulator: name to TOML text."""
    folder = files("simulator") / "scenarios"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def shipped_scenario(name: str) -> Scenario:
    """One of the shipped scenarios. Raises ScenarioError and names those that there are."""
    texts = shipped_scenarios()
    if name not in texts:
        raise ScenarioError(f"no scenario {name!r} is shipped; there are {', '.join(texts)}")
    return parse_scenario(texts[name], name=name)


def parse_scenario(text: str, *, name: str = "scenario") -> Scenario:
    """Read a scenario from TOML text. Raises ScenarioError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name} is not TOML: {error}") from error
    unknown = set(table) - {"name", "about", "event"}
    if unknown:
        raise ScenarioError(f"{name}: unknown key {_listed(unknown)}; allowed are name, about and [[event]]")
    events = table.get("event", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise ScenarioError(f"{name}: events are written as [[event]] tables")
    return Scenario(
        str(table.get("name", name)),
        str(table.get("about", "")),
        tuple(_event(event, f"{name}, event {number}") for number, event in enumerate(events, 1)),
    )


def _event(table: Mapping[str, Any], where: str) -> Event:
    what = _choice(What)(table.get("what"), f"{where}: what")
    where = f"{where} ({what})"
    allowed = ALLOWED.get(what, USUAL)
    unknown = set(table) - allowed - ALWAYS
    if unknown:
        raise ScenarioError(f"{where}: unknown key {_listed(unknown)}; allowed are {_listed(allowed | ALWAYS)}")
    given = {key: READERS[key](value, f"{where}: {key}") for key, value in table.items() if key in READERS}
    return Event(what=what, when=_when(table, where), **given)


def _when(table: Mapping[str, Any], where: str) -> Moment:
    if ("after" in table) == ("at" in table):
        raise ScenarioError(f"{where}: say either after (a duration) or at (a local time)")
    if "after" in table:
        return _duration(table["after"], f"{where}: after")
    text = table["at"]
    match text:
        case datetime() | time():
            found: datetime | time = text
        case str():
            found = _local(text, f"{where}: at")
        case _:
            raise ScenarioError(f'{where}: at is a local time like "2026-11-24T09:32" or "09:32", not {text!r}')
    if found.tzinfo is not None:
        raise ScenarioError(f"{where}: at is local to the homes and carries no offset")
    return found


def _local(text: str, where: str) -> datetime | time:
    try:
        return datetime.fromisoformat(text) if "T" in text else time.fromisoformat(text)
    except ValueError:
        raise ScenarioError(f'{where} is a local time like "2026-11-24T09:32" or "09:32", not {text!r}') from None


def _choice(words: type[StrEnum]) -> Callable[[Any, str], Any]:
    def read(value: object, where: str) -> StrEnum:
        if not isinstance(value, str) or value not in words._value2member_map_:
            raise ScenarioError(f"{where} must be one of {_listed(words)}, not {value!r}")
        return words(value)

    return read


def _duration(value: object, where: str) -> timedelta:
    length = _signed(value, where)
    if length < timedelta():
        raise ScenarioError(f"{where} cannot be negative: {value!r}")
    return length


def _signed(value: object, where: str) -> timedelta:
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        raise ScenarioError(f"{where} must be a duration like PT2M, PT1H30M or P3D, not {value!r}") from None


def _share(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ScenarioError(f"{where} must be a number above 0 and at most 1, not {value!r}")
    return float(value)


def _degrees(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not COLDEST <= value <= HOTTEST:
        raise ScenarioError(f"{where} must be °C from {COLDEST:g} to {HOTTEST:g}, not {value!r}")
    return float(value)


def _home(value: object, where: str) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ScenarioError(f'{where} must be a home id, a number from 1, or "any", not {value!r}')
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ScenarioError(f"{where} must be text, not {value!r}")
    return value


def _listed(words: Any) -> str:
    return ", ".join(sorted(map(str, words)))


READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "home": _home,
    "building": _text,
    "duration": _duration,
    "room": _choice(Room),
    "device": _text,
    "then": _choice(Then),
    "movement": _choice(Movement),
    "mode": _choice(Stuck),
    "offset": _signed,
    "rate": _share,
    "depth": _share,
    "to": _degrees,
    "later": _signed,
}
