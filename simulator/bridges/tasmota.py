"""Tasmota: a Zigbee bridge named `bridge` speaks for its sensors; plugs and the wired button speak for themselves.

Times are the device's wall clock; half of the homes are set up to add the offset, as in the field. `Total` is left out:
a counter needs all of the past, and this world is told one day at a time.
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

KEEPALIVE_GRACE = 45.0
"""1.5 times Tasmota's keep-alive of 30 s: then the broker publishes a device's own LWT."""
VOLTS = 227


class TasmotaBridge(Bridge):
    def __init__(self, household: Household, *, seed: int, clock: Clock) -> None:
        super().__init__(household, seed=seed, clock=clock)
        self._offset = self.number % 2 == 0
        self._meters = {sensor.name: Meter() for sensor in self.sensors if sensor.sort is Sort.PLUG}

    def _time(self, at: float) -> str:
        local = datetime.fromtimestamp(self.clock(at), self.zone).replace(microsecond=0)
        return local.isoformat() if self._offset else local.replace(tzinfo=None).isoformat()

    def news(self, report: Report, *, late: bool = False) -> Message | None:  # noqa: ARG002 (it never buffers)
        sensor = report.sensor
        match sensor.sort:
            case Sort.PLUG:
                return self._sensor_topic(sensor.name, self._energy(report), report)
            case Sort.BUTTON:
                pressed = "ON" if report.kind is Kind.SOS else "OFF"
                return self._sensor_topic(sensor.name, {"Time": self._time(report.at), "Switch1": pressed}, report)
            case _:
                return self._zigbee(report)

    def _sensor_topic(self, device: str, said: dict[str, Any], report: Report) -> Message:
        return self.message(report.at, f"tasmota/tele/{device}/SENSOR", dumps(said), human=report.human)

    def _energy(self, report: Report) -> dict[str, Any]:
        meter = self._meters[report.sensor.name]
        if report.kind is Kind.POWER:
            meter.watts = float(report.value)
        watts = meter.watts
        return {
            "Time": self._time(report.at),
            "ENERGY": {
                "Power": int(watts),
                "ApparentPower": int(watts * 1.02),
                "ReactivePower": int(watts * 0.2),
                "Factor": 0.98 if watts else 0.0,
                "Voltage": VOLTS,
                "Current": round(watts / VOLTS, 3),
            },
        }

    def _zigbee(self, report: Report) -> Message:
        sensor = report.sensor
        address = sensor.name.rpartition("/")[2]
        fields: dict[str, Any] = {"Device": address, "Name": f"{sensor.room.value}_{sensor.kind.value}"}
        match report.kind:
            case None:
                fields["BatteryPercentage"] = self.battery(sensor, report.at)
            case Kind.TEMPERATURE:
                fields["Temperature"] = report.value
            case Kind.DOOR:
                fields["Contact"] = int(report.value == "open")
            case _:
                fields["Occupancy"] = int(bool(report.value))
        fields |= {"Endpoint": 1, "LinkQuality": 60 + int(120 * spread(sensor.number, int(report.at) // 600))}
        return self._sensor_topic("bridge", {"ZbReceived": {address: fields}}, report)

    def birth(self, at: float) -> Iterator[Message]:
        yield self.message(at, "tasmota/tele/bridge/LWT", b"Online", retain=True)
        for index, sensor in enumerate(self.sensors):
            said = self.availability(sensor, online=True, at=at + 0.05 + index * 0.004)
            if said is not None:
                yield said

    def restarted(self, at: float) -> Iterator[Message]:  # noqa: ARG002 (it keeps no states of others)
        return iter(())

    def will(self, at: float) -> Message:
        return self.message(at, "tasmota/tele/bridge/LWT", b"Offline", retain=True, will=True)

    def availability(self, sensor: Sensor, *, online: bool, at: float) -> Message | None:
        """Only what has its own connection has an LWT."""
        if sensor.sort not in (Sort.PLUG, Sort.BUTTON):
            return None
        return self.message(at, f"tasmota/tele/{sensor.name}/LWT", b"Online" if online else b"Offline", retain=True)

    def patience(self, sensor: Sensor) -> float:  # noqa: ARG002 (the broker's, the same for all)
        return KEEPALIVE_GRACE


class Meter:
    """What a metering plug drew last."""

    def __init__(self) -> None:
        self.watts = 0.0
