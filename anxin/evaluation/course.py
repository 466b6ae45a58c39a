"""Course: one home's messages through conventions, gate and watch, as in the service, but in virtual time.

It can be forked by snapshots, so that one moment of a life goes on in several ways.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from anxin.walking import Walk
from core.readings import Reading
from detectors.events import WatchEvent
from detectors.settings import WatchSettings
from detectors.watch import Watch
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import Tally
from simulator.message import Message as Played
from simulator.recording import Recording


class Course:
    """`now`: when the last message was received, or until when it was judged."""

    def __init__(self, recording: Recording, settings: WatchSettings) -> None:
        self._recording = recording
        self._settings = settings
        inventory = recording.inventory
        self._walk = Walk(Watch(inventory, settings))
        self._gate = Gate()
        self._interpreter = Interpreter(inventory, gate=self._gate, conventions=installed(), tally=Tally())
        self.readings = 0

    @property
    def watch(self) -> Watch:
        return self._walk.watch

    @property
    def now(self) -> datetime | None:
        return self._walk.now

    def play(self, messages: Iterable[Played]) -> Iterator[WatchEvent]:
        """Everything the watch says; whatever falls due before a message is judged before it."""
        for message in messages:
            yield from self.hear(message)

    def hear(self, message: Played) -> list[WatchEvent]:
        return [event for _, event in self.hear_when(message)]

    def hear_when(self, message: Played) -> list[tuple[datetime, WatchEvent]]:
        """With the instant at which each was said."""
        return self._walk.hear(self.read(message), message.at)

    def read(self, message: Played) -> list[Reading]:
        """What the gate lets through: durable at once, for nothing is stored here."""
        heard = Message(message.topic, message.payload, message.at, retain=message.retain, qos=message.qos)
        readings = self._interpreter.interpret(heard)
        self._gate.settle(readings)
        self.readings += len(readings)
        return readings

    def judge(self, until: datetime) -> list[WatchEvent]:
        """Ask at every instant at which the watch wants to be asked, up to `until`."""
        return [event for _, event in self._walk.judge(until)]

    def fork(self) -> "Course":
        """Another course that begins where this one is, as a restart of the service would."""
        other = Course(self._recording, self._settings)
        other._gate.restore(self._gate.snapshot())
        other._walk = self._walk.go_on(other.watch)
        return other
