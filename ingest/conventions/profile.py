"""Profiles: what a payload cannot say by itself (which switch is the door, which way round it is wired).

A profile maps a key of the payload to a meaning: {"kind": "door", "on": "open", "off": "closed"}. docs/profiles.md
tells every form that an entry may have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.readings import Kind, Semantics, Value
from ingest.conventions.decoded import DEFAULT_SEMANTICS, Profile
from ingest.conventions.payload import measure, number

KINDS = {kind.value: kind for kind in Kind}
SEMANTICS = {semantics.value: semantics for semantics in Semantics}

LONGEST_WORD = 64

ON_WORDS = frozenset({"on", "true", "1", "open", "high", "yes"})
OFF_WORDS = frozenset({"off", "false", "0", "closed", "close", "low", "no"})


FIELDS = frozenset(
    {"kind", "channel", "device", "semantics", "value", "values", "on", "off", "unit", "scale", "pulses_per_kwh"}
)
"""What an entry may say besides the raw values themselves."""


def word_of(raw: object) -> str:
    """A raw value as an entry names it: true, false, 0, 1, open …"""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return str(raw).strip().lower()[:LONGEST_WORD]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One entry: a fixed `value`; or a value for each raw one (`values`, `on` and `off`, or the raw words themselves);
    or a number with its `unit`, a `scale` that it is multiplied by, or `pulses_per_kwh`.

    Without any of these a number is in its kind's own unit, and a yes-or-no kind takes yes for yes. A door never does:
    which way round it is must be said.
    """

    kind: Kind
    semantics: Semantics
    entry: Profile
    device: str | None = None
    channel: str | None = None

    def value_of(self, raw: object) -> Value | None:
        """What this raw value means; None where the entry does not cover it."""
        entry = self.entry
        if "value" in entry:
            return fitting(self.kind, entry["value"])
        if self.kind in NUMBER_KINDS:
            return self._number(raw)
        return fitting(self.kind, self._state(word_of(raw), raw))

    def _number(self, raw: object) -> Value | None:
        found, unit = number(raw), self.entry.get("unit")
        pulses = number(self.entry.get("pulses_per_kwh"))
        scale = number(self.entry.get("scale", 1)) if pulses is None else 1 / pulses if pulses else None
        if found is None or scale is None or not (unit is None or isinstance(unit, str)):
            return None
        return measure(self.kind, found * scale if scale != 1 else found, unit)

    def _state(self, word: str, raw: object) -> object:
        """What the entry says of this raw word; where it says nothing of any word, yes is yes."""
        entry = self.entry
        table = entry.get("values")
        if isinstance(table, dict):
            return _looked_up(table, word)
        if "on" in entry or "off" in entry:
            return entry.get("on") if word in ON_WORDS else entry.get("off") if word in OFF_WORDS else None
        if not entry.keys() <= FIELDS:
            return _looked_up({key: one for key, one in entry.items() if key not in FIELDS}, word)
        if self.kind is Kind.BUTTON or self.kind in WORDS:
            return raw if self.kind is not Kind.DOOR else None
        return True if word in ON_WORDS else False if word in OFF_WORDS else None


def _looked_up(table: Mapping[Any, Any], word: str) -> object:
    return next((value for key, value in table.items() if word_of(key) == word), None)


def meaning(profile: Profile, key: str) -> Meaning | None:
    """The meaning noted for this key; None where there is none or where it names no kind that we know."""
    entry: Any = profile.get(key)
    if not isinstance(entry, dict):
        return None
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return None
    device, channel = entry.get("device"), entry.get("channel")
    semantics = entry.get("semantics")
    return Meaning(
        KINDS[kind],
        SEMANTICS.get(str(semantics), DEFAULT_SEMANTICS[KINDS[kind]]),
        entry,
        device if isinstance(device, str) else None,
        channel if isinstance(channel, str) else None,
    )


NUMBER_KINDS = frozenset(
    {
        Kind.POWER,
        Kind.ENERGY,
        Kind.TEMPERATURE,
        Kind.HUMIDITY,
        Kind.ILLUMINANCE,
        Kind.CO_PPM,
        Kind.BATTERY,
        Kind.BATTERY_VOLTAGE,
    }
)

WORDS: dict[Kind, frozenset[str]] = {
    Kind.DOOR: frozenset({"open", "closed"}),
    Kind.AVAILABILITY: frozenset({"online", "offline", "sleeping"}),
}


def fitting(kind: Kind, value: Any) -> Value | None:
    """The value if its kind can have it."""
    if kind in NUMBER_KINDS:
        return measure(kind, value)
    if kind in WORDS:
        return value if isinstance(value, str) and value in WORDS[kind] else None
    if kind is Kind.BUTTON:
        return value if isinstance(value, str) and 0 < len(value) <= LONGEST_WORD else None
    return value if isinstance(value, bool) else None
