"""Reception: the door through which readings reach the detectors of one home, each of them once.

It keeps the newest time per device, channel and kind, so that what a restart replays again changes nothing.
"""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from core.places import Device, Role
from core.readings import Kind, Reading, Replay
from detectors.detector import Observation
from detectors.instants import NEVER
from detectors.meter import MeterActivity
from detectors.signs import ON_AND_OFF_WATTS, SignKind, sign_of_life, switched_on

BOUNCE = 3.0
"""Seconds within which a reed switch that opens and closes again was moved once."""


class _Trace:
    """What was received from one device: newest time per channel and kind, when a door last counted, is it on.

    `meter`: what a whole-home meter tells of its people.
    """

    __slots__ = ("contact_at", "device", "meter", "newest", "on")

    def __init__(self, device: Device, timezone: str) -> None:
        self.device = device
        self.meter = MeterActivity(timezone) if device.role is Role.MAIN_METER else None
        self.newest: dict[str, float] = {}
        self.contact_at = NEVER
        self.on = False


class Reception:
    """Turns readings into observations; None for what is old, seen before, or from a device of another home."""

    __slots__ = ("_timezone", "_traces")

    def __init__(self, devices: Iterable[Device], timezone: str) -> None:
        self._timezone = timezone
        self._traces = {device.id: _Trace(device, timezone) for device in devices}

    def use_devices(self, devices: Iterable[Device]) -> None:
        """Devices may be added, moved or given another role; what is known of those that stay is kept."""
        before = self._traces
        self._traces = {device.id: _Trace(device, self._timezone) for device in devices}
        for device_id, trace in self._traces.items():
            known = before.get(device_id)
            if known is not None:
                trace.newest, trace.on = known.newest, known.on
                trace.meter = trace.meter and (known.meter or trace.meter)

    def receive(self, reading: Reading) -> Observation | None:
        if reading.replay is Replay.HISTORY:
            return None
        trace = self._traces.get(reading.device)
        if trace is None:
            return None
        kind = reading.kind
        t = reading.at.timestamp()
        slot: str = kind if reading.channel is None else f"{kind.value}@{reading.channel}"
        newest = trace.newest
        known = newest.get(slot)
        if known is None:
            newest[kind.value if slot is kind else slot] = t
        elif t <= known:
            return None
        else:
            newest[slot] = t
        role = trace.device.role
        sign = sign_of_life(reading, role, was_on=trace.on)
        if kind is Kind.POWER:
            self._follow_switch(trace, reading, role)
            sign = sign or _sign_of_meter(trace.meter, reading, t)
        elif sign is not None and kind is Kind.DOOR:
            if 0 <= t - trace.contact_at < BOUNCE:
                sign = None
            else:
                trace.contact_at = t
        return Observation(reading, trace.device, t, sign)

    def _follow_switch(self, trace: _Trace, reading: Reading, role: Role) -> None:
        if role in ON_AND_OFF_WATTS and isinstance(reading.value, int | float):
            trace.on = switched_on(role, reading.value, was_on=trace.on)

    def snapshot(self) -> dict[str, Any]:
        return {
            device: [
                dict(trace.newest),
                trace.on,
                None if trace.contact_at == NEVER else trace.contact_at,
                *([] if trace.meter is None else [trace.meter.snapshot()]),
            ]
            for device, trace in self._traces.items()
            if trace.newest
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for device, (newest, on, contact_at, *meter) in body.items():
            trace = self._traces.get(device)
            if trace is not None:
                trace.newest = {intern(slot): float(t) for slot, t in newest.items()}
                trace.on = bool(on)
                trace.contact_at = NEVER if contact_at is None else float(contact_at)
                if meter and trace.meter is not None:
                    trace.meter.restore(meter[0])


def _sign_of_meter(meter: MeterActivity | None, reading: Reading, t: float) -> SignKind | None:
    if meter is None or reading.replay is not Replay.LIVE or not isinstance(reading.value, int | float):
        return None
    return SignKind.METER if meter.rose(t, float(reading.value)) else None
