"""Measured: which of a recording's delays say something, and which only say for how long it was followed."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

INJECTED: Final = (
    ("bathroom", "min"), ("not_up", "h"), ("night_exit", "h"), ("door_left_open", "min"), ("appliance_left_on", "min"),
    ("later_rising", "d"), ("fewer_meals", "d"), ("no_meals", "h"), ("restless_night", "h"),
    ("at_the_door", "min"), ("pacing", "min"),
)  # fmt: skip
"""What is tried besides falls, and the unit in which its delays stand."""
_SPLITS: Final = ("fall_by_hour", "fall_by_part", "fall_by_room")
Entry = Mapping[str, Any]


def measured(one: Entry, only: str | None) -> Entry:
    """The same, where only one detector is counted without the delays of what that never found: it is not about them,
    and for how long they were followed is no delay.
    """
    if only is None:
        return one
    whole = {name: _blank(one[name]) for name in ("fall", *(name for name, _ in INJECTED)) if name in one}
    parts = {name: {part: _blank(said) for part, said in one[name].items()} for name in _SPLITS if name in one}
    return {**one, **whole, **parts}


def _blank(said: Entry) -> Entry:
    if said["found"]:
        return said
    return {
        name: None if name.startswith(("mean_", "median_", "p90_", "found_")) else kept for name, kept in said.items()
    }


def half(said: Entry, unit: str) -> float | None:
    """Within what half of them were found; None where fewer than half were."""
    found = said["n"] // 2 < said["found"]
    return said[f"median_{unit}"] if found else None


def nine_of_ten(said: Entry, unit: str) -> float | None:
    """Within what nine of ten were found; None where fewer were."""
    return said[f"p90_{unit}"] if 0 < ceil(0.9 * said["n"]) <= said["found"] else None


def part_told(part: str) -> str:
    """A part of the day as it is told: `00-06` is 0–6."""
    return "–".join(f"{int(hour)}" for hour in part.split("-"))
