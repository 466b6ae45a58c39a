"""The gate: the only part of ingest with a memory. Decides what time to believe, what is news, what was here before.

Pure but for that memory, which is small, per device, and survives a restart as a snapshot.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from core.decisions import ClockDecision, Decision
from core.readings import ALARM_KINDS, Kind, Novelty, Reading, Replay
from ingest.arrival import Arrival, GateLimits, arrive, note_clock
from ingest.conventions.decoded import Decoded
from ingest.decisions import Admitted
from ingest.memories import Memories
from ingest.memory import FEW, DeviceMemory, Known, identity, remembered
from ingest.message import Message
from ingest.standing import REPUBLISHING, is_late, is_republished, is_same_reading, is_stale, is_thin, just_happened

_MICROSECOND = timedelta(microseconds=1)
_BUMPS = timedelta(milliseconds=1)

_TIMED = frozenset({ClockDecision.TRUSTED, ClockDecision.STEADY_LAG})
_LIVE = frozenset(
    {Decision.FIRST_KNOWN, Decision.JUST_HAPPENED, Decision.CHANGED, Decision.SAME_AGAIN, Decision.LATE_ALARM}
)
_REPLAY = {
    Decision.RETAINED: Replay.RETAINED,
    Decision.STALE: Replay.RETAINED,
    Decision.REPUBLISHED: Replay.CACHED,
    Decision.LATE: Replay.HISTORY,
    Decision.SAID_HISTORY: Replay.HISTORY,
}


class Gate:
    """One gate for all devices; not thread-safe: one pipeline owns it."""

    def __init__(self, limits: GateLimits | None = None) -> None:
        self._limits = limits or GateLimits()
        self._together = replace(self._limits, steady=self._limits.steady_together)
        self._devices = Memories()
        self._lagging: set[str] = set()

    def admit(self, device: str, facts: Sequence[Decoded], message: Message, *, source: str) -> list[Admitted]:
        """Judge what one message says of one device (its platform-wide id), in the order said.

        Dropped readings are in the answer too, with the rule that dropped them. What is not dropped counts as
        unsettled until `settle`, so that no snapshot knows more than the store.
        """
        if not facts:
            return []
        memory = self._devices.of(device)
        first = facts[0]
        gateway = device.partition("/")[0]
        restarted_at = self._restarted_at(gateway) if source in REPUBLISHING else None
        lagging = self._devices.get(f"{gateway}/bridge") if gateway in self._lagging else None
        again = _delivered_before(memory, first, message)
        admitted: list[Admitted] = []
        for together in _by_time(facts):
            arrival = arrive(
                memory, lagging, together[0], message, source, restarted_at=restarted_at, limits=self._limits
            )
            judged = [self._judge(memory, device, fact, arrival, again=again) for fact in together]
            if not again:
                self._note(memory, device, together[0], arrival, judged, begins=together[0] is first)
                self._note_gateway(gateway, together[0], arrival)
            admitted += judged
        return admitted

    def settle(self, readings: Iterable[Reading]) -> None:
        """These are durable now (or were set aside for good)."""
        devices = self._devices
        for reading in readings:
            memory = devices.awake(reading.device)
            if memory is not None and memory.unsettled:
                memory.unsettled -= 1

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """What is known of every device, as plain JSON, except of those with readings that are not durable yet."""
        return dict(self._devices.bodies())

    def changed(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """The same, one by one, for those that changed since they were last in here.

        None for a device with readings that are not durable yet: it comes next time. Admitting may go on in between.
        """
        return self._devices.changed(keep=_is_bridge)

    def restore(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up earlier snapshots. Raises ValueError for a layout that is not known."""
        self._devices.take_up(bodies)
        for device, body in bodies.items():
            if _is_bridge(device) and body["lag"] is not None:
                self._lagging.add(device.partition("/")[0])

    def remember(self, reading: Reading) -> None:
        """Take up a stored reading that is newer than the snapshot: what a restart replays, in order of receipt."""
        memory = self._devices.of(reading.device)
        memory.dirty = True
        memory.heard_at = _later(memory.heard_at, reading.received_at)
        if reading.message_id is not None and (one := identity(reading.message_id)) not in memory.ids:
            memory.ids = remembered(memory.ids, one)
        if reading.replay is Replay.HISTORY:
            return
        if reading.replay is Replay.LIVE:
            memory.clock_seen = _later(memory.clock_seen, reading.device_time)
            if _is_restart(reading.device, reading.kind, reading.value, reading.source):
                memory.restarted_at = _later(memory.restarted_at, reading.received_at)
        known = memory.known.get((reading.channel, reading.kind))
        if known is None or reading.at >= known.at:
            fresh = Known(reading.value, reading.at, reading.received_at, reading.device_time)
            memory.known[reading.channel, reading.kind] = fresh

    def forget(self, device: str) -> None:
        """The device is gone for good."""
        self._devices.forget(device)

    def __len__(self) -> int:
        return len(self._devices)

    def heard_at(self, device: str) -> datetime | None:
        """When the device last said anything, by our clock."""
        memory = self._devices.get(device)
        return None if memory is None else memory.heard_at

    def _restarted_at(self, gateway: str) -> datetime | None:
        bridge = self._devices.get(f"{gateway}/bridge")
        return None if bridge is None else bridge.restarted_at

    def _judge(self, memory: DeviceMemory, device: str, fact: Decoded, arrival: Arrival, *, again: bool) -> Admitted:
        known = memory.known.get((fact.channel, fact.kind))
        decision = Decision.DUPLICATE if again else self._decide(known, fact, arrival)
        at = self._at(known, arrival, decision)
        if known is None or decision is Decision.JUST_HAPPENED:
            novelty = Novelty.CHANGED if decision is Decision.JUST_HAPPENED else Novelty.BASELINE
        else:
            novelty = Novelty.REPEATED if fact.value == known.value else Novelty.CHANGED
        reading = Reading(
            device,
            fact.kind,
            fact.value,
            at,
            arrival.message.received_at,
            fact.channel,
            fact.unit,
            arrival.time,
            arrival.time_source,
            fact.semantics,
            _REPLAY.get(decision, Replay.LIVE),
            novelty,
            fact.message_id,
            arrival.source,
            decision,
            arrival.clock,
        )
        if not decision.drops:
            memory.unsettled += 1
            _learn(memory, known, fact, arrival, decision, at)
        return Admitted(reading, decision, arrival.clock)

    def _decide(self, known: Known | None, fact: Decoded, arrival: Arrival) -> Decision:
        """The rules, in order; the first that holds decides."""
        limits = self._limits
        if arrival.message.retain:
            return Decision.STALE if is_stale(known, arrival) else Decision.RETAINED
        if is_republished(known, fact, arrival, limits):
            return Decision.REPUBLISHED
        if known is not None and is_same_reading(known, fact, arrival):
            return Decision.DUPLICATE
        late = known is not None and is_late(known, arrival, limits)
        history = fact.replay_hint is Replay.HISTORY
        if late or history:
            alarm = fact.kind in ALARM_KINDS and fact.value is True
            if alarm and arrival.message.received_at - arrival.order <= limits.late_alarm:
                return Decision.LATE_ALARM
            if late and known is not None and known.late == arrival.order and known.late_value == fact.value:
                return Decision.DUPLICATE
            return Decision.LATE if late else Decision.SAID_HISTORY
        if known is not None and fact.kind is Kind.LINK and is_thin(known, fact, arrival, limits):
            return Decision.THINNED
        if known is None:
            return Decision.JUST_HAPPENED if just_happened(fact, arrival, limits) else Decision.FIRST_KNOWN
        return Decision.SAME_AGAIN if fact.value == known.value else Decision.CHANGED

    def _at(self, known: Known | None, arrival: Arrival, decision: Decision) -> datetime:
        """The best trusted time, never the same for two distinct readings of one thing."""
        order = arrival.order
        if known is None or decision.drops:
            return order
        if decision in {Decision.LATE, Decision.SAID_HISTORY}:
            late = known.late
            return late + _MICROSECOND if late is not None and order <= late <= order + _BUMPS else order
        if decision is Decision.LATE_ALARM and order <= known.issued:
            order = arrival.message.received_at
        if order > known.issued:
            return order
        # An untimed reading far before the last one means that our own clock was set back: then order is lost anyway.
        stepped_back = arrival.time is None and known.issued - order > self._limits.slack
        return order if stepped_back else known.issued + _MICROSECOND

    def _note(
        self,
        memory: DeviceMemory,
        device: str,
        first: Decoded,
        arrival: Arrival,
        admitted: Sequence[Admitted],
        *,
        begins: bool,
    ) -> None:
        """What the message teaches about the device, for each time that it tells of; by itself it counts once."""
        message = arrival.message
        memory.dirty = True
        memory.heard_at = _later(memory.heard_at, message.received_at)
        if not begins:
            pass
        elif first.message_id is not None:
            memory.ids = remembered(memory.ids, identity(first.message_id))
        elif message.qos and not message.retain:
            mark = hash((message.topic, message.payload))
            memory.prints = remembered(memory.prints, (mark, message.epoch), most=FEW)
        if message.retain:
            return
        note_clock(memory, first.device_time, message.received_at, self._limits)
        if any(one.decision is Decision.REPUBLISHED for one in admitted):
            return
        memory.clock_seen = _later(memory.clock_seen, arrival.time)
        if _is_restart(device, first.kind, first.value, arrival.source):
            memory.restarted_at = message.received_at

    def _note_gateway(self, gateway: str, first: Decoded, arrival: Arrival) -> None:
        """Where the gateway's clock is wrong, all its devices are behind by as much; one that is not clears it."""
        message, claimed = arrival.message, first.device_time
        if claimed is None or message.retain or arrival.clock not in _TIMED:
            return
        behind = message.received_at - claimed > self._limits.delivered_late
        if behind or gateway in self._lagging:
            bridge = self._devices.of(f"{gateway}/bridge")
            note_clock(bridge, claimed, message.received_at, self._together)
            bridge.dirty = True
            (self._lagging.add if behind else self._lagging.discard)(gateway)


def _by_time(facts: Sequence[Decoded]) -> list[Sequence[Decoded]]:
    """Facts that claim the same time, together and in the order said: most messages tell of one time only."""
    first = facts[0]
    if all(one.device_time == first.device_time and one.raw_time == first.raw_time for one in facts):
        return [facts]
    return [list(group) for _, group in groupby(facts, key=lambda one: (one.device_time, one.raw_time))]


def _delivered_before(memory: DeviceMemory, first: Decoded, message: Message) -> bool:
    """The same message by its own id; or, flagged by the broker, one that an earlier connection delivered.

    Each earlier delivery explains one redelivery per connection: of four alike, three known, one is new.
    """
    if first.message_id is not None:
        return bool(memory.ids) and identity(first.message_id) in memory.ids
    if not message.dup:
        return False
    mark = hash((message.topic, message.payload))
    for position, (known, epoch) in enumerate(memory.prints):
        if known == mark and epoch < message.epoch:
            memory.prints = (*memory.prints[:position], (mark, message.epoch), *memory.prints[position + 1 :])
            return True
    return False


def _is_bridge(device: str) -> bool:
    return device.endswith("/bridge")


def _is_restart(device: str, kind: Kind, value: object, source: str) -> bool:
    return kind is Kind.AVAILABILITY and value == "online" and source in REPUBLISHING and _is_bridge(device)


def _learn(
    memory: DeviceMemory, known: Known | None, fact: Decoded, arrival: Arrival, decision: Decision, at: datetime
) -> None:
    received = arrival.message.received_at
    if decision in _LIVE or decision is Decision.RETAINED or (known is None and decision is Decision.REPUBLISHED):
        order = received if decision is Decision.LATE_ALARM else arrival.order
        if known is None:
            known = memory.known[fact.channel, fact.kind] = Known(fact.value, order, received, arrival.time)
        else:
            known.value, known.at, known.received_at, known.device_time = fact.value, order, received, arrival.time
        known.issued = at
    elif known is not None and decision is Decision.REPUBLISHED:
        known.issued = max(known.issued, at)
    elif known is not None:
        known.late, known.late_value = at, fact.value


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
