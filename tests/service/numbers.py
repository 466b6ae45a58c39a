"""Numbered readings: published at QoS 1 as fast as wanted, each to be found in the store exactly once.

Some carry a message id, some the device's time, some both: every way to be recognised when delivered again.
"""

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from anxin.clock import parse_epoch
from core.readings import Kind
from storage.readings_sqlite import SqliteReadings

GATEWAY = "g-numbers"
HOME = "h-numbers"
DEVICES = tuple(f"n-{i}" for i in range(8))
WAYS = 3
_BATCH = 5


def roll(area: str) -> str:
    """The inventory file of a home in which nobody lives, with devices that count."""
    return json.dumps(
        {
            "homes": [{"id": HOME, "area": area, "address": "数字户"}],
            "gateways": [{"id": GATEWAY, "home": HOME}],
            "devices": [
                {"id": f"{GATEWAY}/{device}", "home": HOME, "room": "other", "role": "other"} for device in DEVICES
            ],
        }
    )


class Numbers(threading.Thread):
    """Publishes until told to stop. A broker that goes away is waited for, and unanswered messages are sent again."""

    def __init__(self, port: int, *, clock: str, per_second: float) -> None:
        super().__init__(daemon=True, name="numbers")
        self.sent = 0
        self.acknowledged = 0
        self._clock = parse_epoch(clock)
        self._every = _BATCH / per_second
        self._stopping = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="numbers", clean_session=False)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._published
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        while not self._stopping.wait(self._every):
            for _ in range(_BATCH):
                self._publish(self.sent)
                self.sent += 1

    def _publish(self, number: int) -> None:
        said: dict[str, Any] = {"v": 1, "readings": [{"kind": "energy", "unit": "kWh", "value": float(number)}]}
        if number % WAYS != 1:
            said["id"] = f"number {number}"
        if number % WAYS != 0:
            said["at"] = (self._clock.now() + timedelta(microseconds=number % 1000)).isoformat()
        topic = f"gw/{GATEWAY}/native/v1/{DEVICES[number % len(DEVICES)]}/reading"
        self._client.publish(topic, json.dumps(said), qos=1)

    def _published(self, *_: object) -> None:
        self.acknowledged += 1

    def finish(self, *, within: float = 30.0) -> int:
        """Publish no more; how many the broker has, which must be all."""
        self._stopping.set()
        self.join()
        done = threading.Event()
        for _ in range(int(within / 0.05)):
            if self.acknowledged >= self.sent or done.wait(0.05):
                break
        self._client.disconnect()
        self._client.loop_stop()
        assert self.acknowledged == self.sent, f"{self.sent - self.acknowledged} of {self.sent} not taken by the broker"
        return self.sent


def stored(data: Path) -> Counter[int]:
    """How often each number is in the readings of this installation."""
    store = SqliteReadings(data / "readings.db")
    try:
        devices = [f"{GATEWAY}/{device}" for device in DEVICES]
        readings = store.between(devices, datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    finally:
        store.close()
    return Counter(int(float(r.value)) for r in readings if r.kind is Kind.ENERGY)
