"""The evidence as sentences: a fact's name and number become what a responder reads on the stairs."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from alerts.wording.catalogue import knows, say
from alerts.wording.terms import date_of, dated_time, duration, kind, listed, room
from core.alerts import Alert, Condition
from core.concerns import ConcernKind, Fact
from core.people import Language
from core.places import Room

NAMES = (
    "silent_for",
    "usual_longest",
    "days_learned",
    "last_seen_at",
    "last_seen_place",
    "threshold",
    "front_door",
    "front_door_since",
    "company_since",
    "company_until",
    "usually_back_by",
    "presence",
    "seeing_devices",
    "seeing_kinds",
    "waited_times",
    "weekend_later",
    "weekend_sooner",
    "workday_later",
    "workday_sooner",
    "power",
    "on_for",
    "usual_longest_on",
    "open_for",
    "usual_longest_open",
    "device",
    "room",
    "pressed_at",
    "same_value_since",
    "saw_nobody_since",
    "budget",
    "taught_budget",
    "taught_wait",
    "dark_homes",
    "homes",
    "expected",
    "expected_from",
    "expected_by",
    "last_like_it",
    "rising_later",
    "rising_usual",
    "rising_now",
    "breakfast_later",
    "breakfast_usual",
    "breakfast_now",
    "kitchen_usual",
    "kitchen_now",
    "moving_usual",
    "moving_now",
    "night_usual",
    "night_now",
    "changed_since",
    "no_kitchen_since",
    "no_kettle_since",
    "usually_done",
    "up_at_night",
    "up_at_night_usual",
    "up_at_night_most",
    "up_at_night_for",
    "up_at_night_for_usual",
    "bathroom_at_night",
    "nights_known",
    "at_the_door",
    "room_changes",
    "within",
    "never_more_than",
    "co_ppm",
    "co_for",
    "cold_homes",
    "hot_homes",
    "thermometer_homes",
    "temperature",
    "cold_for",
    "hot_for",
    "colder_than",
    "hotter_than",
    "never_below",
    "usual_coldest",
    "usual_warmest",
    "reads",
    "daily_swing",
)
"""What detectors may say. The names are the contract between them and this catalogue."""

_LAST_SEEN = {ConcernKind.SILENCE, ConcernKind.NOT_UP}
_LASTING = frozenset({"silent_for", "on_for", "open_for", "co_for", "cold_for", "hot_for"})
_HOUR, _MINUTE = 3600, 60
_TEXTS = {"front_door": "door", "presence": "presence"}


def fact(value: Fact, language: Language, zone: tzinfo) -> str:
    """One fact as a sentence without a full stop. Times are the home's own."""
    shown = _shown(value, language, zone)
    key = f"fact.{value.name}"
    if value.value == 0 and knows(language, f"{key}_none"):
        return say(language, f"{key}_none")
    if knows(language, key):
        return say(language, key, value=shown)
    return say(language, "fact.unnamed", name=value.name.replace("_", " "), value=shown)


def facts(values: Iterable[Fact], language: Language, zone: tzinfo) -> str:
    return say(language, "list.sentences").join(fact(value, language, zone) for value in values)


def facts_of(detail: Iterable[Any]) -> tuple[Fact, ...]:
    """Facts as a timeline line keeps them."""
    return tuple(Fact(str(f["name"]), f["value"], str(f["unit"])) for f in detail)


def facts_at(alert: Alert, now: datetime) -> tuple[Fact, ...]:
    """The alert's evidence as it stands at `now`: what lasts goes on while the alert is open and the sensors agree."""
    if not alert.is_open or alert.condition is not Condition.ACTIVE:
        return alert.facts
    lasted = (now - alert.since).total_seconds()
    return tuple(
        replace(fact, value=max(lasted, float(fact.value))) if fact.name in _LASTING else fact for fact in alert.facts
    )


def concern_title(alert: Alert, language: Language) -> str:
    """What is wrong, in one line, without who and how urgent."""
    what = kind(alert.kind, language)
    if alert.place is None or alert.kind is ConcernKind.BATHROOM:
        return say(language, "title.plain", kind=what)
    key = "title.last_seen" if alert.kind in _LAST_SEEN else "title.in_room"
    return say(language, key, kind=what, room=room(alert.place, language))


def also(alert: Alert, language: Language) -> str:
    """What else it is for, as a sentence of a message; nothing for one concern alone."""
    others = tuple(dict.fromkeys(part.kind for part in alert.parts if part.kind is not alert.kind))
    return say(language, "message.also", kinds=listed((kind(k, language) for k in others), language)) if others else ""


def _shown(fact: Fact, language: Language, zone: tzinfo) -> str:
    if isinstance(fact.value, str):
        return _text(fact.name, fact.unit, fact.value, language, zone)
    match fact.unit:
        case "s":
            return duration(float(fact.value), language)
        case "d":
            return say(language, "unit.days", value=f"{fact.value:.0f}")
        case "clock":
            return f"{int(fact.value // _HOUR):02d}:{int(fact.value % _HOUR // _MINUTE):02d}"
        case "°C":
            return say(language, "unit.celsius", value=f"{fact.value:.1f}".removesuffix(".0"))
        case "W":
            return say(language, "unit.watts", value=f"{fact.value:.0f}")
        case _:
            return f"{fact.value:g}"


def _text(name: str, unit: str, text: str, language: Language, zone: tzinfo) -> str:
    match unit:
        case "time":
            return _moment(text, language, zone, dated_time)
        case "date":
            return _moment(text, language, zone, date_of)
        case "place":
            return room(Room.parse(text), language)
        case _:
            key = f"{_TEXTS.get(name, '')}.{text}"
            return say(language, key) if knows(language, key) else text


def _moment(text: str, language: Language, zone: tzinfo, said: Callable[[datetime, Language, tzinfo], str]) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if instant.tzinfo is None else said(instant, language, zone)
