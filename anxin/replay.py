"""`anxin replay`: a recorded home through gate and detectors at once, in virtual time, every concern printed.

For choosing a budget, and for seeing what a detector says and why, without a broker and without waiting.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts import wording
from anxin.settings import SettingsRefused
from anxin.simulate import utc
from anxin.walking import Walk
from core.concerns import Concern
from core.people import Language
from core.readings import Reading
from detectors.watch import ConcernCleared, ConcernRaised, FaultRaised, Watch, WatchEvent, WatchSettings
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.report import Tally
from simulator import playback, recording
from simulator.message import Message as Played

MONTH = timedelta(days=30)


@dataclass
class _Findings:
    """What was said on the way."""

    concerns: list[Concern] = field(default_factory=list)
    faults: int = 0
    readings: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def note(self, reading: Reading) -> None:
        self.readings += 1
        self.first = self.first or reading.at
        self.last = reading.at

    @property
    def days(self) -> float:
        return (self.last - self.first) / timedelta(days=1) if self.first and self.last else 0.0


def run_replay(folder: Path, *, fall_at: datetime | None, budget: float) -> int:
    """Print every concern and a closing line; 0, or 1 when a fall was asked for and nobody would have been called.

    Raises SettingsRefused for a folder that is no recording, or a budget out of range.
    """
    try:
        found = recording.load(folder)
        watch = Watch(found.inventory, WatchSettings(false_alarms_per_month=budget))
    except ValueError as error:
        raise SettingsRefused(str(error)) from error
    fall, findings = utc(fall_at), _Findings()
    for event in events(found, watch, fall_at=fall, findings=findings):
        match event:
            case ConcernRaised(concern=concern):
                findings.concerns.append(concern)
                sys.stdout.write(_told(concern, found, fall) + "\n")
            case ConcernCleared():
                sys.stdout.write(f"{_at(event.at, found)}  over: {event.kind.value} ({event.reason})\n")
            case FaultRaised():
                findings.faults += 1
            case _:
                pass
    sys.stdout.write(_summary(findings, found, fall, budget) + "\n")
    return 1 if fall is not None and not _after(findings.concerns, fall) else 0


def events(
    found: recording.Recording, watch: Watch, *, fall_at: datetime | None, findings: _Findings
) -> Iterator[WatchEvent]:
    """Everything the watch says: whatever falls due before a reading is judged before it."""

    def noted() -> Iterator[Reading]:
        for reading in _readings(found, playback.messages(found, fall_at=fall_at)):
            findings.note(reading)
            yield reading

    return (event for _, event in Walk(watch).through(noted()))


def _readings(found: recording.Recording, played: Iterable[Played]) -> Iterator[Reading]:
    interpreter = Interpreter(found.inventory, gate=Gate(), conventions=installed(), tally=Tally())
    for message in played:
        yield from interpreter.interpret(Message(message.topic, message.payload, message.at))


def _told(concern: Concern, found: recording.Recording, fall_at: datetime | None) -> str:
    """One concern as the people who are asked would read it, and what was really so."""
    title = wording.kind(concern.kind, Language.ENGLISH)
    why = wording.facts(concern.facts, Language.ENGLISH, found.home.zone)
    truth = _truth(concern, found, fall_at)
    return f"{_at(concern.at, found)}  {concern.severity.value} {title}: {why}\n{'':18}really: {truth}"


def _truth(concern: Concern, found: recording.Recording, fall_at: datetime | None) -> str:
    if fall_at is not None and concern.at >= fall_at:
        return f"fell {wording.duration(concern.at - fall_at, Language.ENGLISH)} before"
    labels = [label.label for label in found.labels if label.start <= concern.at < label.end]
    return ", ".join(labels) or "nothing noted"


def _summary(findings: _Findings, found: recording.Recording, fall_at: datetime | None, budget: float) -> str:
    after = _after(findings.concerns, fall_at)
    false = [c for c in findings.concerns if fall_at is None or c.at < fall_at]
    watched = fall_at - findings.first if fall_at and findings.first else timedelta(days=findings.days)
    monthly = len(false) * MONTH / watched if watched > timedelta() else 0.0
    line = (
        f"{found.home.id}: {findings.days:.1f} days, {findings.readings:,} readings; "
        f"{len(false)} concerns without a fall, {monthly:.2f} a month (budget {budget:g}); "
        f"{findings.faults} device faults"
    )
    if fall_at is None:
        return line
    if not after:
        return f"{line}; the fall was not noticed"
    return f"{line}; the fall was noticed after {wording.duration(after[0].at - fall_at, Language.ENGLISH)}"


def _after(concerns: list[Concern], fall_at: datetime | None) -> list[Concern]:
    return [concern for concern in concerns if fall_at is not None and concern.at >= fall_at]


def _at(instant: datetime, found: recording.Recording) -> str:
    return f"{instant.astimezone(ZoneInfo(found.home.timezone)):%Y-%m-%d %H:%M}"
