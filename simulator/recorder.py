"""Recorder: simulated homes written down as recordings of real ones are, and marked as simulated.

What their sensors said and what was true of their people. Gateways that fail are not part of it: a recording is made
behind them.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.readings import Kind
from simulator.chronicle import chronicle
from simulator.community import Community, Household
from simulator.kits import Sensor
from simulator.life import ONE_DAY
from simulator.recorded_lines import COLUMNS
from simulator.script import Script
from simulator.sensors import Report
from simulator.telling import tell
from simulator.timeline import HomeStream

ON: Final = {Kind.MOTION: "detected", Kind.VIBRATION: "detected", Kind.OCCUPANCY: "occupied"}
WRITTEN: Final = frozenset({Kind.DOOR, Kind.POWER, *ON})
"""What recordings hold; buttons, alarms and thermometers are left out."""


def write_recordings(
    community: Community, folder: Path, *, since: datetime, until: datetime, seed: int, script: Script | None = None
) -> list[Path]:
    """One folder for each home, named after it. Raises OSError where nothing can be written."""
    cast, written = script or Script(), []
    for household in community.households:
        home = folder / household.home.id
        home.mkdir(parents=True, exist_ok=True)
        stream = HomeStream(household, seed=seed, script=cast.of(household.home.id))
        _write_home(household, home, seed)
        _write_readings(stream, home, since.timestamp(), until.timestamp())
        alone = replace(community, households=(household,))
        _write_truth(alone, home, since, until, seed, cast)
        written.append(home)
    return written


def native(sensor: Sensor) -> str:
    """Its name in the recording."""
    return sensor.name.replace("/", "-")


def _write_home(household: Household, folder: Path, seed: int) -> None:
    home = household.home
    lines = [
        f'name = "{home.id}"',
        f'timezone = "{home.timezone}"',
        f'about = "simulated: nobody lives here (seed {seed})"',
        "simulated = true",
    ]
    for sensor in _recorded(household):
        device = {"id": native(sensor), "kind": sensor.kind, "place": sensor.room, "role": sensor.role}
        lines += ["", "[[device]]", *(f'{key} = "{value}"' for key, value in device.items())]
    (folder / "home.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _recorded(household: Household) -> list[Sensor]:
    return [sensor for sensor in household.kit.sensors if sensor.kind in WRITTEN]


def _write_readings(stream: HomeStream, folder: Path, since: float, until: float) -> None:
    with gzip.open(folder / "readings.csv.gz", "wt", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(COLUMNS)
        for report in _reports(stream, since, until):
            kind = Kind(report.kind or Kind.LIVENESS)
            table.writerow((_iso(report.at), native(report.sensor), kind.value, _word(kind, report.value)))


def _reports(stream: HomeStream, since: float, until: float) -> Iterator[Report]:
    """News only: when devices check in is added by who plays it."""
    for day in stream.life.days(since - ONE_DAY.total_seconds()):
        if day.start >= until:
            return
        traces = tell(stream.life, day, stream.script)
        said = (report for model in stream.models for report in model.reports(day.start, day.end, traces))
        news = [report for report in said if report.kind in WRITTEN and since <= report.at < until]
        yield from sorted(news, key=lambda report: report.at)


def _word(kind: Kind, value: float | str) -> str:
    if kind in ON:
        return ON[kind] if value else "clear"
    return str(value)


def _write_truth(
    community: Community, folder: Path, since: datetime, until: datetime, seed: int, script: Script
) -> None:
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("start", "end", "label"))
        for truth in chronicle(community, since=since, until=until, seed=seed, script=script):
            if truth.home == community.households[0].home.id:
                end = min(truth.end, until.timestamp())
                table.writerow((_iso(truth.start), _iso(end), truth.label))


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
