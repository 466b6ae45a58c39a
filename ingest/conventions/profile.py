"""Profiles: what a payload cannot say by itself (which switch is the door, which way round it is wired).

A profile maps a key of the payload to a meaning: {"kind": "door", "on": "open", "off": "closed"}.
"""

from dataclasses import dataclass
from typing import Any

from core.readings import Kind, Semantics, Value
from ingest.conventions.decoded import DEFAULT_SEMANTICS, Profile
from ingest.conventions.payload import measure

KINDS = {kind.value: kind for kind in Kind}
SEMANTICS = {semantics.value: semantics for semantics in Semantics}

LONGEST_WORD = 64

ON_WORDS = frozenset({"on", "true", "1", "open", "high", "yes"})
OFF_WORDS = frozenset({"off", "false", "0", "closed", "close", "low", "no"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """One entry: a fixed `value`, or one for each of two states, or a table `values`, or a number with its `unit`."""

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
        table = entry.get("values")
        if isinstance(table, dict):
            return fitting(self.kind, table.get(str(raw)))
        if "on" in entry or "off" in entry:
            word = str(raw).lower()
            side = "on" if word in ON_WORDS else "off" if word in OFF_WORDS else None
            return None if side is None else fitting(self.kind, entry.get(side))
        unit = entry.get("unit")
        return None if not isinstance(unit, str) or self.kind not in NUMBER_KINDS else measure(self.kind, raw, unit)


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
        Kind.BATTERY,
        Kind.BATTERY_VOLTAGE,
    }
)

WORDS: dict[Kind, frozenset[str]] = {
    Kind.DOOR: frozenset({"open", "closed"}),
    Kind.AVAILABILITY: frozenset({"online", "offline"}),
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
