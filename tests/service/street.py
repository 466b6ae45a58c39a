"""The street that is lived through while the service is killed: who falls, who presses, and what ought to come of it.

What ought to come is what gate and watch say when nobody kills them, in virtual time over the same messages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from core.concerns import Concern, ConcernKind
from core.places import Inventory
from core.readings import Reading
from detectors.watch import ConcernRaised, Watch, WatchEvent, WatchSettings
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import Tally
from simulator.binding import bind
from simulator.community import Community, build_community
from simulator.message import Message as Played
from simulator.scenario import parse_scenario
from simulator.script import Script
from simulator.timeline import messages
from simulator.truth import Truth

HOMES = 8
SEED = 7
BEGIN = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""Nine in the morning in Shanghai."""
HISTORY = timedelta(days=7)
CLOSE, LATE = timedelta(minutes=3), timedelta(minutes=75)
PRESSED_IN, FALLEN, BLIND = (1, 2, 3), (5, 6), 4
"""Homes by number; the seventh and eighth are left in peace. Those who fall have devices that know the time: what
others say while nobody listens is dated later, and their silences with it."""


def scenario(hours: float) -> str:
    """A press every forty minutes, a fall in each of two homes, a gateway that is away now and then."""
    events = [
        f'what = "fall"\nhome = {home}\nroom = "bathroom"\nafter = "PT{6 + 9 * n}M"' for n, home in enumerate(FALLEN)
    ]
    presses = int(hours * 60 / 40) + 1
    events += [f'what = "sos"\nhome = {PRESSED_IN[n % 3]}\nafter = "PT{12 + 40 * n}M"' for n in range(presses)]
    away = int(hours / 6) + 1
    events += [
        f'what = "gateway_down"\nhome = {BLIND}\nafter = "PT{20 + 360 * n}M"\nduration = "PT3H"' for n in range(away)
    ]
    return 'name = "kills"\n' + "".join(f"\n[[event]]\n{event}\n" for event in events)


@dataclass(frozen=True)
class Street:
    community: Community
    script: Script

    @classmethod
    def of(cls, hours: float) -> "Street":
        community = build_community(HOMES, seed=SEED)
        return cls(community, bind(parse_scenario(scenario(hours)), community, start=BEGIN, seed=SEED))

    @property
    def inventory(self) -> Inventory:
        return self.community.inventory

    @property
    def truths(self) -> Sequence[Truth]:
        return self.script.truths

    def history(self) -> Iterator[Played]:
        return messages(self.community, since=BEGIN - HISTORY, until=BEGIN, seed=SEED)

    def live(self) -> Iterator[Played]:
        return messages(self.community, since=BEGIN, seed=SEED, script=self.script)


class Undisturbed:
    """What gate and watch say of the street when they live through all of it. `learned`: what they heard before."""

    def __init__(self, street: Street, learned: Iterable[Reading]) -> None:
        gate, self._watch = Gate(), Watch(street.inventory, WatchSettings())
        readings = iter(learned)
        while batch := list(islice(readings, 1000)):
            for reading in batch:
                gate.remember(reading)
            self._watch.observe(batch)
        self._interpreter = Interpreter(street.inventory, gate=gate, conventions=installed(), tally=Tally())
        self._played = street.live()
        self._next = next(self._played)
        self._found: dict[tuple[str, str], Concern] = {}

    def by(self, until: datetime) -> list[Concern]:
        """Every concern raised until then, each episode once. It only goes on, never back."""
        while (message := self._next).at < until:
            self._judge(message.at)
            readings = self._interpreter.interpret(Message(message.topic, message.payload, message.at))
            self._note(self._watch.observe(readings))
            self._next = next(self._played)
        self._judge(until)
        return list(self._found.values())

    def _judge(self, until: datetime) -> None:
        while (due := self._watch.next_due()) is not None and due <= until:
            self._note(self._watch.run_due(due))

    def _note(self, events: Iterable[WatchEvent]) -> None:
        for event in events:
            if isinstance(event, ConcernRaised) and event.concern.at >= BEGIN:
                self._found.setdefault((event.concern.key, event.concern.episode), event.concern)


def same_case(one: Concern, *, home: str, kind: ConcernKind, since: datetime) -> bool:
    """The same thing that happened, though it may be dated otherwise: a press that was delivered late may be doubted
    in its own time, and is then dated when it came. Presses in one home are two hours apart.
    """
    off = since - one.since
    late = LATE if kind is ConcernKind.SOS else CLOSE
    return one.home == home and one.kind is kind and -CLOSE <= off <= late


def write_scenario(folder: Path, hours: float) -> Path:
    file = folder / "kills.toml"
    file.write_text(scenario(hours), encoding="utf-8")
    return file
