"""One message at the gate: what holds for all its facts, above all which time to believe.

The rules about clocks stand here; the rules about standing (new, old, seen before) are the gate's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.decisions import ClockDecision
from core.readings import TimeSource
from ingest.conventions.decoded import Decoded
from ingest.memory import DeviceMemory
from ingest.message import Message

FACTORY_YEARS = frozenset({1970, 2000})


@dataclass(frozen=True, slots=True)
class GateLimits:
    """`ahead`: a device clock further ahead than this is wrong. `oldest`: the longest buffering that we believe.

    `delivered_late`: beyond this lag the clock may be wrong; it is wrong if the lag stays within `steady` of itself
    over at least `watched`; all that speaks through a gateway must agree more closely, `steady_together`: a queue that
    is worked off lags by more and less. `restart_window`: how long after a bridge's restart repetitions are expected.
    `repeat_gap`: within it, the same bridge time may carry several real messages. `slack`: between our clock and a
    device's. `link_every`, `link_step`: a radio's strength (%) is kept that seldom while it changes by less.
    `late_alarm`: an alarm of that age is still raised. `fresh`: "just now" by the device's own clock.
    """

    ahead: timedelta = timedelta(minutes=2)
    oldest: timedelta = timedelta(days=45)
    delivered_late: timedelta = timedelta(minutes=10)
    steady: timedelta = timedelta(seconds=90)
    steady_together: timedelta = timedelta(seconds=10)
    watched: timedelta = timedelta(minutes=5)
    restart_window: timedelta = timedelta(seconds=30)
    repeat_gap: timedelta = timedelta(seconds=2)
    slack: timedelta = timedelta(seconds=2)
    late_alarm: timedelta = timedelta(hours=24)
    fresh: timedelta = timedelta(seconds=10)
    link_every: timedelta = timedelta(hours=1)
    link_step: float = 15.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """`time` is the device time if it is believed. `order` is what the reading is ordered by: `time`, else receipt."""

    message: Message
    source: str
    clock: ClockDecision
    time: datetime | None
    time_source: TimeSource
    order: datetime
    seen_again: bool
    new_clock: bool
    after_restart: bool
    first_since_restart: bool
    gap: timedelta | None


def arrive(
    memory: DeviceMemory,
    gateway: DeviceMemory | None,
    fact: Decoded,
    message: Message,
    source: str,
    *,
    restarted_at: datetime | None,
    limits: GateLimits,
) -> Arrival:
    """Judge the clock of this message (all its facts carry the same stamp) against what the device sent before.

    `gateway`: how far behind its devices have been lately, all alike; None while they are not.
    """
    received = message.received_at
    clock = judge_clock(memory, gateway, fact, received, limits, old_is_fine=message.retain)
    time = fact.device_time if clock is ClockDecision.TRUSTED else None
    if time is not None:
        time_source = fact.time_source
    elif clock is ClockDecision.ABSENT:
        time_source = TimeSource.NONE
    else:
        time_source = TimeSource.UNTRUSTED
    heard = memory.heard_at
    return Arrival(
        message,
        source,
        clock,
        time,
        time_source,
        received if time is None or time > received else time,
        time is not None and memory.clock_seen is not None and time <= memory.clock_seen,
        memory.clock_seen is None,
        restarted_at is not None and timedelta(0) <= received - restarted_at <= limits.restart_window,
        restarted_at is not None and (heard is None or heard < restarted_at),
        None if heard is None else received - heard,
    )


def judge_clock(
    memory: DeviceMemory,
    gateway: DeviceMemory | None,
    fact: Decoded,
    received: datetime,
    limits: GateLimits,
    *,
    old_is_fine: bool,
) -> ClockDecision:
    """Which rule about device clocks holds. Everything is relative to receipt, so that recordings can be played."""
    claimed = fact.device_time
    if claimed is None:
        return ClockDecision.UNREADABLE if fact.time_source is TimeSource.UNTRUSTED else ClockDecision.ABSENT
    if claimed.year in FACTORY_YEARS:
        return ClockDecision.FACTORY_DEFAULT
    lag = received - claimed
    if -lag > limits.ahead:
        return ClockDecision.AHEAD
    if old_is_fine or lag <= limits.delivered_late:
        return ClockDecision.TRUSTED
    if lag > limits.oldest:
        return ClockDecision.TOO_OLD
    steady = _is_steady(memory, lag, received, limits.steady, limits)
    if not steady and gateway is not None:
        steady = _is_steady(gateway, lag, received, limits.steady_together, limits)
    return ClockDecision.STEADY_LAG if steady else ClockDecision.TRUSTED


def _is_steady(memory: DeviceMemory, lag: timedelta, received: datetime, within: timedelta, limits: GateLimits) -> bool:
    """A burst of late messages arrives at once with lags that shrink; a wrong clock lags the same for minutes."""
    return (
        memory.lag is not None
        and memory.lag_since is not None
        and abs(lag.total_seconds() - memory.lag) <= within.total_seconds()
        and received - memory.lag_since >= limits.watched
    )


def note_clock(memory: DeviceMemory, claimed: datetime | None, received: datetime, limits: GateLimits) -> None:
    """Remember how far behind the device's clock (or a gateway's) is, and since when it has been that far."""
    if claimed is None:
        return
    lag = (received - claimed).total_seconds()
    if lag <= limits.delivered_late.total_seconds():
        memory.lag, memory.lag_since = None, None
    elif memory.lag is None or abs(lag - memory.lag) > limits.steady.total_seconds():
        memory.lag, memory.lag_since = lag, received
