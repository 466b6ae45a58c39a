"""Zigbee2MQTT 2.x with `last_seen: ISO_8601`, JSON availability and base topic `gw/<gateway>/zigbee2mqtt`.

Every publication repeats the device's cached fields; an action is said once and not cached.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.readings import Kind
from simulator.bridges.bridge import Bridge, Clock
from simulator.chance import spread
from simulator.community import Household
from simulator.kits import Sensor, Sort
from simulator.message import Message
from simulator.sensors import Report
from simulator.wire import dumps

ACTIVE_TIMEOUT = 10 * 60.0
PASSIVE_TIMEOUT = 25 * 3600.0
"""Zigbee2MQTT's own defaults: ten minutes for mains devices, 1500 minutes for battery devices."""
MAINS_VOLTS = 226
LOW_BATTERY = 10
KEYS = {Kind.WATER: "water_leak", Kind.CO: "carbon_monoxide"}
"""What this family calls by another word."""


class Zigbee2MqttBridge(Bridge):
    def __init__(self, household: Household, *, seed: int, clock: Clock) -> None:
        super().__init__(household, seed=seed, clock=clock)
        self._cache = {sensor.name: _first_state(sensor) for sensor in self.sensors}

    def news(self, report: Report, *, late: bool = False) -> Message | None:  # noqa: ARG002 (it never buffers)
        sensor, state = report.sensor, self._cache[report.sensor.name]
        self._refresh(sensor, state, report.at)
        said = state
        match report.kind:
            case None:
                pass
            case Kind.MOTION | Kind.OCCUPANCY:
                state["occupancy"] = report.value
            case Kind.DOOR:
                state["contact"] = report.value == "closed"
            case Kind.POWER:
                state["power"] = report.value
            case Kind.SOS:
                said = {"action": "emergency", **state}
            case kind:
                state[KEYS.get(kind, kind.value)] = report.value
        return self.message(report.at, f"zigbee2mqtt/{sensor.name}", dumps(said), human=report.human)

    def _refresh(self, sensor: Sensor, state: dict[str, Any], at: float) -> None:
        turn = int(at)
        if "battery" in state:
            battery = self.battery(sensor, at) or 0
            state["battery"] = battery
            if "battery_low" in state:
                state["battery_low"] = battery < LOW_BATTERY
        if "illuminance" in state:
            local = datetime.fromtimestamp(at, self.zone)
            daylight = max(0.0, 1 - abs(local.hour + local.minute / 60 - 12.5) / 6.5)
            state["illuminance"] = int(daylight * 320 * (0.6 + 0.4 * spread(sensor.number, turn)))
        if "humidity" in state:
            state["humidity"] = round(50 + 12 * spread(sensor.number, turn // 7200), 1)
        state["last_seen"] = self.iso(at)
        state["linkquality"] = 60 + int(120 * spread(sensor.number, turn // 600))

    def birth(self, at: float) -> Iterator[Message]:
        yield self.message(at, "zigbee2mqtt/bridge/state", b'{"state":"online"}', retain=True)
        for index, sensor in enumerate(self.sensors):
            yield self._available(sensor, b'{"state":"online"}', at + 0.05 + index * 0.004)

    def restarted(self, at: float) -> Iterator[Message]:
        """The cache again, with the old `last_seen` and no link quality, as 2.x does after its start."""
        for index, sensor in enumerate(self.sensors):
            state = self._cache[sensor.name]
            if state["last_seen"] is not None:
                said = dumps({**state, "linkquality": None})
                yield self.message(at + 0.4 + index * 0.004, f"zigbee2mqtt/{sensor.name}", said)

    def will(self, at: float) -> Message:
        return self.message(at, "zigbee2mqtt/bridge/state", b'{"state":"offline"}', retain=True, will=True)

    def availability(self, sensor: Sensor, *, online: bool, at: float) -> Message | None:
        return self._available(sensor, b'{"state":"online"}' if online else b'{"state":"offline"}', at)

    def _available(self, sensor: Sensor, state: bytes, at: float) -> Message:
        return self.message(at, f"zigbee2mqtt/{sensor.name}/availability", state, retain=True)

    def patience(self, sensor: Sensor) -> float:
        return ACTIVE_TIMEOUT if sensor.wired else PASSIVE_TIMEOUT


def _first_state(sensor: Sensor) -> dict[str, Any]:
    """The keys of the model in Zigbee2MQTT's order (sorted), before the device has said anything."""
    unknown: dict[str, Any] = {"last_seen": None, "linkquality": None}
    volts = 2950 + sensor.number % 150
    own: dict[str, Any]
    match sensor.sort:
        case Sort.MOTION:
            own = {"battery": None, "device_temperature": 22, "illuminance": 0, "occupancy": False, "voltage": volts}
        case Sort.CONTACT:
            own = {"battery": None, "contact": True, "device_temperature": 21, "trigger_count": None, "voltage": volts}
        case Sort.BUTTON:
            own = {"battery": None, "battery_low": False, "tamper": False}
        case Sort.PLUG:
            own = {"power": 0, "state": "ON", "voltage": MAINS_VOLTS}
        case Sort.CLIMATE:
            own = {"battery": None, "humidity": None, "temperature": None, "voltage": volts}
        case Sort.VIBRATION:
            own = {"battery": None, "vibration": False, "voltage": volts}
        case Sort.OCCUPANCY:
            own = {"battery": None, "occupancy": False, "voltage": volts}
        case Sort.ALARM:
            key = KEYS.get(sensor.kind, sensor.kind.value)
            own = {"battery": None, "battery_low": False, "tamper": False, key: False}
    return dict(sorted((own | unknown).items()))
