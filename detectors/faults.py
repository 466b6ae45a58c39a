"""Faults of a home's devices as its visibility sees them: one cause for many symptoms, each ending by itself.

A gateway that is away explains the silence of everything behind it, so only the gateway is named, and an operator's
platform that of every home behind it. A bridge speaks of itself when something changes and is silent for weeks
otherwise: what it says counts, its silence does not.
"""

from collections.abc import Iterator
from datetime import datetime

from core.concerns import Fact
from core.faults import Fault, FaultCause
from core.places import Role
from detectors.health import Health
from detectors.instants import NEVER, instant
from detectors.visibility import BRIDGE_GRACE, HomeVisibility

BROKER = "broker"


def faults_of(home: str, visibility: HomeVisibility, now: datetime) -> Iterator[Fault]:
    """Every fault of this home that stands at `now`, outermost cause only."""
    t = now.timestamp()
    for gateway, path in visibility.paths.items():
        match visibility.path_fails(gateway, t):
            case FaultCause.BRIDGE_OFFLINE as cause if t > path.offline_at + BRIDGE_GRACE:
                yield Fault(cause, gateway, instant(path.offline_at), now, (home,))
            case (FaultCause.GATEWAY_SILENT | FaultCause.PLATFORM_SILENT) as cause:
                yield Fault(cause, gateway, instant(path.heard), now, (home,), (_silent_for(t, path.heard),))
            case None:
                for health in visibility.health.values():
                    if health.device.gateway == gateway and health.device.role is not Role.BRIDGE:
                        yield from _device_faults(home, visibility, health, now)
            case _:
                pass


def _device_faults(home: str, visibility: HomeVisibility, health: Health, now: datetime) -> Iterator[Fault]:
    t, device, homes = now.timestamp(), health.device.id, (home,)
    silent = NEVER < visibility.deadline(health) < t and _gateway_outlived(visibility, health)
    if silent or NEVER < health.offline_at <= t:
        since = health.heard if silent else health.offline_at
        if since == NEVER:
            missed_since = instant(max(visibility.first_heard, health.known_since))
            yield Fault(FaultCause.DEVICE_SILENT, device, missed_since, now, homes)
        else:
            facts = (_silent_for(t, since),) if silent else ()
            yield Fault(FaultCause.DEVICE_SILENT, device, instant(since), now, homes, facts)
    elif NEVER < health.stuck_since <= t:
        yield Fault(FaultCause.DEVICE_STUCK, device, instant(health.stuck_since), now, homes, _unchanged(health))
    elif health.question is not None:
        cause, asked = health.question
        yield Fault(cause, device, now, now, homes, asked)
    if health.low_since != NEVER:
        facts = () if health.battery is None else (Fact("battery", health.battery, "count"),)
        yield Fault(FaultCause.BATTERY_LOW, device, instant(health.low_since), now, homes, facts)


def _gateway_outlived(visibility: HomeVisibility, health: Health) -> bool:
    """Was the gateway heard well after the device was last? Before that, either may be the one that is away."""
    last = max(visibility.first_heard, health.known_since) if health.heard == NEVER else health.heard
    return visibility.paths[health.device.gateway].heard > 0.5 * (last + visibility.deadline(health))


def _unchanged(health: Health) -> tuple[Fact, ...]:
    """Since when it says the same, or has seen nobody: long before that was too long."""
    is_meter = health.device.role is Role.MAIN_METER
    since = health.fixed_since if is_meter else health.sign_at
    name = "same_value_since" if is_meter else "saw_nobody_since"
    return () if since == NEVER else (Fact(name, instant(since).isoformat(), "time"),)


def _silent_for(t: float, since: float) -> Fact:
    return Fact("silent_for", round(t - since), "s")
