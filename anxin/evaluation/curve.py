"""Curve: what one recording showed at each budget that was asked for besides."""

from collections.abc import Iterator, Mapping
from typing import Any

Entry = Mapping[str, Any]


def curve_of(one: Entry, evaluated: Entry) -> Iterator[tuple[float, Entry]]:
    """Each budget with the same recording at it; without those at which it could not be judged."""
    for step in evaluated["curve"]:
        for again in step["recordings"]:
            if again["path"] == one["path"]:
                yield step["budget"], again
