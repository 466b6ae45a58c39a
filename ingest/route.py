"""Topics: `gw/<gateway>/<convention>/…`, and the native topic that each convention is handed.

A gateway may only write below its own prefix, so the prefix says who speaks, whatever the payload claims.
"""

from dataclasses import dataclass
from functools import lru_cache

PREFIX = "gw"
OWN_TOPICS = frozenset({"homie", "native", "zigbee2mqtt"})
"""Conventions whose native topic begins with their own name; the others' begins after it (tasmota/tele/… → tele/…)."""

LONGEST = 512


@dataclass(frozen=True, slots=True)
class Route:
    """`native` is the topic as the convention itself would have it."""

    gateway: str
    convention: str
    native: str


@lru_cache(maxsize=16_384)
def route(topic: str) -> Route | None:
    """Who speaks, and in which convention; None for a topic that is not of a gateway."""
    if len(topic) > LONGEST:
        return None
    match topic.split("/", 3):
        case [prefix, gateway, convention, rest] if prefix == PREFIX and gateway and rest:
            native = f"{convention}/{rest}" if convention in OWN_TOPICS else rest
            return Route(gateway, convention, native)
        case _:
            return None
