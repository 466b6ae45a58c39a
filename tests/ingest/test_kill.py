"""kill -9 at random moments: what was acknowledged is durable, and what was published is not lost.

ANXIN_KILLS sets how many times (10 by default).
"""

import logging
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.ingest.killed_intake import DEVICES
from tests.servers.mosquitto import Mosquitto

AHEAD = 500
"""Messages that may await acknowledgement: always some, whenever the kill comes."""
AT_ONCE, PER_SECOND = 20, 1000
ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.real, pytest.mark.kill, pytest.mark.timeout(7200)]


class Publisher(threading.Thread):
    """Publishes numbered native readings at QoS 1 until told to stop, never far ahead of what was acknowledged."""

    def __init__(self, port: int, acknowledged: set[str]) -> None:
        super().__init__(daemon=True)
        self._acknowledged = acknowledged
        self.stopping = threading.Event()
        self.sent = 0
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(200)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._outstanding: list[paho.MQTTMessageInfo] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            payload = f'{{"v":1,"id":"{self.sent}","readings":[{{"kind":"motion","value":true}}]}}'
            topic = f"gw/g/native/v1/{DEVICES[self.sent % len(DEVICES)]}/reading"
            self._outstanding.append(self._client.publish(topic, payload, qos=1))
            self.sent += 1
            if self.sent % AT_ONCE == 0:
                self.stopping.wait(AT_ONCE / PER_SECOND)
            while self.sent - len(self._acknowledged) >= AHEAD and not self.stopping.is_set():
                self.stopping.wait(0.01)

    def finish(self) -> None:
        self.stopping.set()
        self.join()
        for one in self._outstanding[-1000:]:
            one.wait_for_publish(10)
        self._client.disconnect()
        self._client.loop_stop()


class Intake:
    """One life of the process."""

    def __init__(self, port: int, database: Path, acknowledged: set[str]) -> None:
        command = [sys.executable, "-m", "tests.ingest.killed_intake", str(port), str(database)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.connected = threading.Event()
        self.acknowledged = acknowledged
        self.before = len(acknowledged)
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "connected\n":
                self.connected.set()
            elif line.endswith("\n"):
                self.acknowledged.update(line.split())

    def wait_until_it_works(self) -> None:
        deadline = time.monotonic() + 30
        while len(self.acknowledged) == self.before:
            assert time.monotonic() < deadline, "the intake does not acknowledge anything"
            assert self.process.poll() is None, "the intake ended by itself"
            time.sleep(0.005)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listening.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@dataclass
class Kept:
    """What is durable; only what is new is read again."""

    database: Path
    ids: set[str] = field(default_factory=set)
    _last: int = 0

    def look(self) -> set[str]:
        connection = sqlite3.connect(self.database)
        try:
            for number, said in connection.execute("SELECT rowid, id FROM kept WHERE rowid > ?", (self._last,)):
                self._last = max(self._last, number)
                self.ids.add(said)
        finally:
            connection.close()
        return self.ids


def test_no_acknowledged_message_is_lost_however_often_we_are_killed(broker: Mosquitto, tmp_path: Path) -> None:
    kills = int(os.environ.get("ANXIN_KILLS", "10"))
    database, moments = tmp_path / "kept.db", random.Random(7)
    kept = Kept(database)
    acknowledged: set[str] = set()
    first = Intake(broker.port, database, acknowledged)
    first.connected.wait(30)  # the session must exist before anything is published
    first.kill()

    publisher = Publisher(broker.port, acknowledged)
    publisher.start()
    for _ in range(kills):
        life = Intake(broker.port, database, acknowledged)
        life.wait_until_it_works()
        time.sleep(moments.uniform(0.0, 0.4))
        life.kill()
        assert acknowledged <= kept.look(), "acknowledged, and not durable"
    publisher.finish()

    last = Intake(broker.port, database, acknowledged)
    everything = {str(number) for number in range(publisher.sent)}
    deadline = time.monotonic() + 60
    while kept.look() != everything and time.monotonic() < deadline:
        time.sleep(0.1)
    last.kill()

    lost = everything - kept.look()
    told = "%d kills, %d published, %d acknowledged, %d lost"
    logging.getLogger(__name__).info(told, kills, publisher.sent, len(acknowledged), len(lost))
    assert not lost
