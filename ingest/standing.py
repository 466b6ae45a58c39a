"""How one fact stands to what is known of the same thing: old, said before, republished, just happened. Pure questions.

The gate asks them in order; docs/gate.md tells the rules that follow.
"""

from core.readings import ALARM_KINDS, Kind, Replay, Semantics
from ingest.arrival import Arrival, GateLimits
from ingest.conventions.decoded import Decoded
from ingest.memory import Known

REPUBLISHING = frozenset({"zigbee2mqtt"})
"""Conventions whose bridge repeats its memory, unretained, when it restarts."""

_NEVER_CACHED = frozenset({Kind.SOS, Kind.BUTTON})


def is_stale(known: Known | None, arrival: Arrival) -> bool:
    if known is None or arrival.time is None or known.device_time is None:
        return False
    return arrival.time <= known.device_time


def is_republished(known: Known | None, fact: Decoded, arrival: Arrival, limits: GateLimits) -> bool:
    """A bridge repeating what it remembers: nothing new in it, and either an old time or the moment of its restart."""
    if fact.kind in _NEVER_CACHED or (known is not None and fact.value != known.value):
        return False
    if fact.kind in ALARM_KINDS and fact.value is True and known is None:
        return False  # an alarm that we have not heard of is never put down to a bridge's memory
    hinted = fact.replay_hint is Replay.CACHED
    if arrival.time is None:
        return hinted or (arrival.after_restart and arrival.first_since_restart)
    if not arrival.seen_again or not (hinted or arrival.source in REPUBLISHING):
        return hinted and arrival.new_clock
    return hinted or arrival.after_restart or arrival.gap is None or arrival.gap >= limits.repeat_gap


def is_same_reading(known: Known, fact: Decoded, arrival: Arrival) -> bool:
    """The same value at the same device time; or, where nothing tells readings apart, a state redelivered unchanged.

    An event is never taken for an earlier one on such grounds: two of them look alike, and both happened.
    """
    if fact.value != known.value:
        return False
    if arrival.time is not None:
        return arrival.time == known.device_time
    return arrival.message.dup and fact.message_id is None and fact.semantics is not Semantics.EVENT


def is_thin(known: Known, fact: Decoded, arrival: Arrival, limits: GateLimits) -> bool:
    """Strength of a radio, which comes with every frame: kept when it has changed, or once in a while."""
    return (
        isinstance(fact.value, int | float)
        and isinstance(known.value, int | float)
        and abs(fact.value - known.value) < limits.link_step
        and arrival.order - known.at < limits.link_every
    )


def is_late(known: Known, arrival: Arrival, limits: GateLimits) -> bool:
    if arrival.time is None or arrival.order >= known.at:
        return False
    return known.device_time is not None or known.at - arrival.order > limits.slack


def just_happened(fact: Decoded, arrival: Arrival, limits: GateLimits) -> bool:
    """The first value is a baseline, unless the device itself dates it to this moment and it is the active one."""
    active = (fact.value is True or fact.value == "open") and not fact.baseline
    return active and arrival.time is not None and arrival.message.received_at - arrival.time <= limits.fresh
