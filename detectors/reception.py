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
from detectors.signs import ON_AND_OFF_WATTS, sign_of_life, switched_on

BOUNCE = 3.0
"""Seconds within which a reed switch that opens and closes again was moved once."""


class _Trace:
    """What was received from one device: newest time per channel and kind, when a door last counted, is it on."""

    __slots__ = ("contact_at", "device", "newest", "on")

    def __init__(self, device: Device) -> None:
        self.device = device
        self.newest: dict[str, float] = {}
        self.contact_at = NEVER
        self.on = False


class Reception:
    """Turns readings into observations; None for what is old, seen before, or from a device of another home."""

    __slots__ = ("_traces",)

    def __init__(self, devices: Iterable[Device]) -> None:
        self._traces = {device.id: _Trace(device) for device in devices}

    def use_devices(self, devices: Iterable[Device]) -> None:
        """Devices may be added, moved or given another role; what is known of those that stay is kept."""
        before = self._traces
        self._traces = {device.id: _Trace(device) for device in devices}
        for device_id, trace in self._traces.items():
            if device_id in before:
                trace.newest, trace.on = before[device_id].newest, before[device_id].on

    def receive(self, reading: Reading) -> Observation | None:
        if reading.replay is Replay.HISTORY:
            return None
        trace = self._traces.get(reading.device)
        if trace is None:
            return None
        kind = reading.kind
        t = reading.at.timestamp()
        slot = kind.value if reading.channel is None else f"{kind.value}@{reading.channel}"
        if t <= trace.newest.get(slot, NEVER):
            return None
        trace.newest[slot] = t
        role = trace.device.role
        sign = sign_of_life(reading, role, was_on=trace.on)
        if kind is Kind.POWER:
            self._follow_switch(trace, reading, role)
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
            device: [dict(trace.newest), trace.on, None if trace.contact_at == NEVER else trace.contact_at]
            for device, trace in self._traces.items()
            if trace.newest
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        for device, (newest, on, contact_at) in body.items():
            trace = self._traces.get(device)
            if trace is not None:
                trace.newest = {intern(slot): float(t) for slot, t in newest.items()}
                trace.on = bool(on)
                trace.contact_at = NEVER if contact_at is None else float(contact_at)
