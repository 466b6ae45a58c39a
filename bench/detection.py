"""How well concerns are found, and how often they are false, on recordings of real homes.

Replays each recording through the watch, untouched; and again from many moments on with the person gone silent.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.recordings import Recording, load
from core.concerns import Concern, ConcernKind
from core.places import Role, Room
from core.readings import Kind, Reading
from core.states import Presence
from detectors.watch import ConcernCleared, ConcernRaised, FaultRaised, Watch, WatchEvent, WatchSettings

LOOK_FOR = timedelta(hours=48)
MONTH = timedelta(days=30)
SCHOOLING = timedelta(days=14)
DAYTIME = range(7, 22)


@dataclass(frozen=True)
class Raised:
    """A concern of the untouched recording, with what its people noted for that time (`truth`)."""

    kind: str
    at: str
    severity: str
    silent_for_h: float | None
    threshold_h: float | None
    place: str | None
    truth: str
    learning: bool


@dataclass(frozen=True)
class Fall:
    """A person silent from `at` on. `delay_h`: until somebody is called; None if nobody was within two days."""

    at: str
    hour: int
    room: str | None
    truth: str
    delay_h: float | None


@dataclass
class Result:
    name: str
    days: float
    schooling: float
    raised: list[Raised] = field(default_factory=list)
    falls: list[Fall] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    away_right: list[int] = field(default_factory=lambda: [0, 0])
    home_right: list[int] = field(default_factory=lambda: [0, 0])
    readings: int = 0
    seconds: float = 0.0


def play(watch: Watch, readings: Iterable[Reading]) -> Iterator[WatchEvent]:
    """Virtual time: whatever falls due before a reading is judged before it."""
    for reading in readings:
        due = watch.next_due()
        while due is not None and due <= reading.at:
            yield from watch.run_due(due)
            due = watch.next_due()
        yield from watch.observe((reading,))


def replay(recording: Recording, settings: WatchSettings, *, falls: int, seed: int) -> Result:
    """The untouched recording in one pass; at each injected moment a copy of the watch goes another way."""
    watch = Watch(recording.inventory, settings)
    whole = recording.end - recording.start
    schooling = SCHOOLING if whole > 2 * SCHOOLING - timedelta(days=1) else whole / 2
    result = Result(recording.name, whole / timedelta(days=1), schooling / timedelta(days=1))
    moments = iter(_moments(recording, falls, recording.start + schooling, seed))
    moment = next(moments, None)
    started = time.process_time()
    spent_on_falls = 0.0
    for number, reading in enumerate(recording.readings):
        while moment is not None and reading.at >= moment:
            begun = time.process_time()
            result.falls.append(_fall(recording, settings, watch, number, moment))
            spent_on_falls += time.process_time() - begun
            moment = next(moments, None)
        for event in play(watch, (reading,)):
            _note(result, recording, event, learned_from=recording.start + schooling)
        if reading.kind is Kind.LIVENESS and reading.at >= recording.start + schooling:
            _judge_presence(result, recording, watch, reading.at)
    result.readings = len(recording.readings)
    result.seconds = time.process_time() - started - spent_on_falls
    return result


def _moments(recording: Recording, count: int, since: datetime, seed: int) -> list[datetime]:
    """Random moments after schooling at which the person was, as far as is known, at home."""
    chance = random.Random(f"{recording.name}/{seed}")
    span = recording.end - since
    found: list[datetime] = []
    tries = 0
    while span > timedelta(0) and len(found) < count and tries < 50 * count:
        tries += 1
        moment = since + chance.random() * span
        if recording.label_at(moment) not in {"away", "meter_silent"}:
            found.append(moment)
    return sorted(found)


def _fall(recording: Recording, settings: WatchSettings, watch: Watch, number: int, moment: datetime) -> Fall:
    copy = Watch(recording.inventory, settings)
    copy.restore(watch.snapshots(moment, dirty_only=False))
    status = watch.statuses(dirty_only=False)[0]
    local = moment.astimezone(recording.home.zone)
    room = status[0].last_sign_room if status else None
    found = None
    for event in play(copy, _only_devices(recording, number, moment)):
        if isinstance(event, ConcernRaised) and event.concern.kind is ConcernKind.SILENCE:
            found = (event.concern.at - moment) / timedelta(hours=1)
            break
    return Fall(moment.isoformat(), local.hour, room, recording.label_at(moment), found)


def _only_devices(recording: Recording, number: int, moment: datetime) -> Iterator[Reading]:
    """What goes on without a person: check-ins and a meter's own readings. Past the end, check-ins continue."""
    roles = {d.id: d.role for d in recording.inventory.devices.values()}
    at = moment
    for reading in recording.readings[number:]:
        if reading.at > moment + LOOK_FOR:
            return
        if reading.kind is Kind.LIVENESS or roles[reading.device] in {Role.MAIN_METER, Role.AUTOMATIC}:
            at = reading.at
            yield reading
    last = [r for r in recording.readings[-500:] if r.kind is Kind.LIVENESS]
    ids = sorted({r.device for r in last})
    while ids and at < moment + LOOK_FOR:
        at += timedelta(minutes=50) / len(ids)
        device = ids[int((at - moment) / (timedelta(minutes=50) / len(ids))) % len(ids)]
        yield Reading(device, Kind.LIVENESS, value=True, at=at, received_at=at)


def _note(result: Result, recording: Recording, event: WatchEvent, *, learned_from: datetime) -> None:
    match event:
        case ConcernRaised(concern=concern):
            result.raised.append(_raised(recording, concern, learning=concern.at < learned_from))
        case FaultRaised(fault=fault):
            result.faults[fault.cause.value] = result.faults.get(fault.cause.value, 0) + 1
        case ConcernCleared():
            pass
        case _:
            pass


def _raised(recording: Recording, concern: Concern, *, learning: bool) -> Raised:
    facts = {fact.name: fact.value for fact in concern.facts}
    hours = {name: round(float(facts[name]) / 3600, 2) for name in ("silent_for", "threshold") if name in facts}
    return Raised(
        concern.kind.value,
        concern.at.astimezone(recording.home.zone).strftime("%Y-%m-%d %H:%M"),
        concern.severity.value,
        hours.get("silent_for"),
        hours.get("threshold"),
        concern.place if concern.place is None else Room(concern.place).value,
        recording.label_at(concern.at),
        learning,
    )


def _judge_presence(result: Result, recording: Recording, watch: Watch, at: datetime) -> None:
    """Home or out as believed at each check-in, against the labels, where there are any."""
    homes, _ = watch.statuses(dirty_only=False)
    if not homes or not any(label == "away" for _, _, label in recording.truth):
        return
    believed = homes[0].presence
    if recording.label_at(at) == "away":
        result.away_right[0] += believed is Presence.OUT
        result.away_right[1] += 1
    else:
        result.home_right[0] += believed is not Presence.OUT
        result.home_right[1] += 1


def summary(result: Result) -> dict[str, Any]:
    """Counts beside rates. Silence only is counted as false: nobody fell in these recordings."""
    false = [r for r in result.raised if r.kind == "silence" and not r.learning]
    episodes = {(r.at, r.severity) for r in false if r.severity == "orange" or r.place == "bathroom"}
    months = (result.days - result.schooling) / 30.0
    delays = {
        "all": [f.delay_h for f in result.falls],
        "day": [f.delay_h for f in result.falls if f.hour in DAYTIME],
        "bathroom": [f.delay_h for f in result.falls if f.room == "bathroom"],
    }
    return {
        "name": result.name,
        "days": round(result.days, 1),
        "false_silence": len(episodes),
        "false_per_month": round(len(episodes) / months, 2) if months else None,
        "while_learning": sum(r.kind == "silence" and r.learning and r.severity == "orange" for r in result.raised),
        "other_concerns": sum(r.kind != "silence" for r in result.raised),
        "faults": result.faults,
        "falls": {name: _spread(values) for name, values in delays.items()},
        "out_sensitivity": _share(result.away_right),
        "out_specificity": _share(result.home_right),
        "us_per_reading": round(1e6 * result.seconds / max(result.readings, 1), 1),
    }


def _share(right: list[int]) -> float | None:
    return round(right[0] / right[1], 3) if right[1] else None


def _spread(delays: list[float | None]) -> dict[str, object]:
    found = sorted(d for d in delays if d is not None)
    if not found:
        return {"n": len(delays), "found": 0}
    return {
        "n": len(delays),
        "found": len(found),
        "mean_h": round(statistics.mean(found), 2),
        "median_h": round(statistics.median(found), 2),
        "p90_h": round(found[min(len(found) - 1, int(0.9 * len(found)))], 2),
    }


_COLUMNS = (
    ("home", "name"), ("days", "days"), ("false", "false_silence"), ("/month", "false_per_month"),
    ("learning", "while_learning"), ("other", "other_concerns"), ("out sens.", "out_sensitivity"),
    ("out spec.", "out_specificity"), ("µs/reading", "us_per_reading"),
)  # fmt: skip


def table(summaries: Sequence[Mapping[str, Any]]) -> str:
    """One line a home: false silences after schooling and per month, those while learning, and delays in hours."""
    parts = ("all", "day", "bathroom")
    head = [title for title, _ in _COLUMNS] + [f"{part}: found, median, p90 h" for part in parts]
    rows = [head]
    for row in summaries:
        delays = [row["falls"][part] for part in parts]
        spread = [f"{d['found']}/{d['n']} {d.get('median_h', '-')} {d.get('p90_h', '-')}" for d in delays]
        rows.append([str(row[key]) if row[key] is not None else "-" for _, key in _COLUMNS] + spread)
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="recordings, or folders of recordings")
    parser.add_argument("--falls", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=WatchSettings().false_alarms_per_month)
    parser.add_argument("--json", action="store_true", help="everything, with every concern and every fall")
    parser.add_argument("--verbose", action="store_true", help="the table, and every concern of the untouched homes")
    given = parser.parse_args(arguments)
    settings = WatchSettings(false_alarms_per_month=given.budget)
    results = [replay(load(home), settings, falls=given.falls, seed=given.seed) for home in _homes(given.folders)]
    if given.json:
        print(json.dumps([summary(result) | {"detail": asdict(result)} for result in results], indent=1))
        return
    print(table([summary(result) for result in results]))
    for result in results if given.verbose else ():
        print(f"\n{result.name}: faults {result.faults}")
        for raised in result.raised:
            print("  ", raised)


def _homes(folders: Sequence[Path]) -> list[Path]:
    found = [[f] if (f / "home.toml").exists() else sorted(f.glob("*/home.toml")) for f in folders]
    return [path if path.is_dir() else path.parent for group in found for path in group]


if __name__ == "__main__":
    main()
