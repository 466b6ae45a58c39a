"""Our own gateway: native convention v1. It keeps what it cannot send and delivers it later, marked as history."""

from collections.abc import Iterator
from typing import Any

from core.readings import Kind
from simulator.bridges.bridge import Bridge
from simulator.kits import Sensor
from simulator.message import Message
from simulator.sensors import Report
from simulator.wire import dumps

PATIENCE = 3 * 3600.0
MOMENTARY = frozenset({Kind.MOTION, Kind.SOS})


class NativeBridge(Bridge):
    buffers = True
    clears = False

    def news(self, report: Report, *, late: bool = False) -> Message | None:
        sensor = report.sensor
        said: dict[str, Any] = {
            "v": 1,
            "id": f"{int(report.at * 1000):x}-{sensor.number % 4096:x}",
            "at": self.iso(report.at),
            "readings": [self._reading(report)],
        }
        if late:
            said["history"] = True
        return self.message(report.at, f"native/v1/{sensor.name}/reading", dumps(said), human=report.human)

    def _reading(self, report: Report) -> dict[str, Any]:
        battery = self.battery(report.sensor, report.at)
        match report.kind:
            case None if battery is None:
                return {"kind": "liveness", "value": True}
            case None:
                return {"kind": "battery", "value": battery, "unit": "%"}
            case Kind.POWER:
                return {"kind": "power", "value": report.value, "unit": "W"}
            case kind if kind in MOMENTARY:
                return {"kind": kind.value, "value": report.value, "semantics": "event"}
            case kind:
                return {"kind": kind.value, "value": report.value}

    def birth(self, at: float) -> Iterator[Message]:
        yield self._state("native/v1/gateway/status", online=True, at=at)
        for index, sensor in enumerate(self.sensors):
            yield self._state(f"native/v1/{sensor.name}/availability", online=True, at=at + 0.05 + index * 0.004)

    def restarted(self, at: float) -> Iterator[Message]:  # noqa: ARG002 (it says nothing that it does not know)
        return iter(())

    def will(self, at: float) -> Message:
        return self.message(at, "native/v1/gateway/status", b'{"v":1,"state":"offline"}', retain=True, will=True)

    def availability(self, sensor: Sensor, *, online: bool, at: float) -> Message | None:
        return self._state(f"native/v1/{sensor.name}/availability", online=online, at=at)

    def _state(self, topic: str, *, online: bool, at: float) -> Message:
        said = {"v": 1, "state": "online" if online else "offline", "at": self.iso(at)}
        return self.message(at, topic, dumps(said), retain=True)

    def patience(self, sensor: Sensor) -> float:  # noqa: ARG002 (one rule for all)
        return PATIENCE
