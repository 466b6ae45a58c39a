"""Plugs: recordings of single appliances in normal use. A left-on rule must stay silent on all of them.

`<class>_1min.csv.gz`: `device,minute,mean_w,max_w,samples`. Each plug is a home of its own, seen for as long as the
recording goes on; where minutes are missing, the plug was not there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import inf
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, Final

from anxin.evaluation.calls import Calls
from anxin.evaluation.course import Course
from anxin.evaluation.injections import DAY, HOUR
from anxin.evaluation.measures import Spread
from anxin.evaluation.notes import noted
from anxin.evaluation.options import EvaluateOptions
from core.concerns import ConcernKind
from core.inbox import UnknownDevice, guess
from core.places import Area, AreaKind, Device, Gateway, Home, Role, Room
from core.readings import Kind
from detectors.appliance_on import HEATING_WATTS
from detectors.settings import WatchSettings
from simulator.chance import chance
from simulator.player import SILENT, Player
from simulator.recorded import Note, Notes, Oddity, Recorded
from simulator.recorded_lines import in_order, instant, refuse_unreadable, table
from simulator.recorded_words import value_of
from simulator.recording import Label, Recording

ENDING: Final = "_1min.csv.gz"
ENDINGS: Final = (ENDING, "_1min.csv")
COLUMNS: Final = ("device", "minute")
WATTS: Final = ("max_w", "mean_w", "samples")
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
CHANGE_W, EVERY = 5.0, 600.0
"""A plug reports a change of five watts, and otherwise every ten minutes."""
MISSING = 600.0
LEFT_FOR = 6 * HOUR
LEFT_ON = 20


@dataclass(frozen=True, slots=True)
class Class:
    """One file. `plugs`: what each plug said, by its name, at every minute; `notes`: what was odd."""

    name: str
    role: Role
    plugs: dict[str, list[tuple[float, float]]]
    notes: tuple[Note, ...] = ()


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{ENDING}"))


def load(path: Path) -> Class:
    """A minute's highest power, or its mean where that is all there is. Raises RecordingError for a file that is not in
    this format.
    """
    name = path.name.partition("_1min")[0]
    rows, notes = dict[str, list[tuple[float, float]]](), Notes()
    total = 0
    for where, (plug, minute, most, mean, samples) in table(path, COLUMNS, WATTS):
        total += 1
        if samples == "0":
            continue  # nothing was measured
        try:
            at = instant(minute).timestamp()
            rows.setdefault(plug, []).append((at, float(value_of(Kind.POWER, most or mean))))
        except ValueError as error:
            notes.add(Oddity.UNREADABLE, f"{where}: {error}")
    refuse_unreadable(path, notes, total)
    plugs = {plug: in_order(said, itemgetter(0), notes) for plug, said in sorted(rows.items())}
    return Class(name, role_of(name), plugs, tuple(notes))


def role_of(name: str) -> Role:
    """Which role an installer would be offered for a plug of this name: `WaterKettle` is a water kettle."""
    now, words = datetime.fromtimestamp(0, UTC), _CAPITAL.sub(" ", name)
    return guess(UnknownDevice(f"plugs/{words}", "", 1, now, now, {Kind.POWER: 0.0})).role or Role.APPLIANCE


def run(path: Path, options: EvaluateOptions) -> dict[str, Any]:
    """One row: alarms in normal use, and how soon after the end of a usual run the same plug is found left on."""
    found = load(path)
    settings = WatchSettings(false_alarms_per_month=options.budget)
    alarms, runs, days, delays = 0, 0, 0.0, list[float]()
    for plug, said in found.plugs.items():
        player = _player(found, plug, said)
        ends = _ends_of_runs(player, found.role)
        rng = chance("evaluate", found.name, plug, options.seed)
        late = [end for end in ends if end.at >= player.first + 0.5 * (player.last - player.first)]
        chosen = rng.sample(late, min(len(late), max(1, LEFT_ON // len(found.plugs)))) if options.injections else []
        false, found_after = _play(player, settings, chosen)
        alarms, runs, days = alarms + false, runs + len(ends), days + len(said) / 1440
        delays += found_after
    left = Spread.of(delays, LEFT_FOR).as_json(60.0, "min")
    return {
        "name": found.name, "path": str(path), "role": found.role.value, "plugs": len(found.plugs),
        "days": round(days, 1), "runs": runs,
        "appliance_false": alarms, "left_on": left, "notes": noted(found.notes),
    }  # fmt: skip


def _play(player: Player, settings: WatchSettings, ends: Sequence[Recorded]) -> tuple[int, list[float]]:
    course, calls, delays = Course(player.recording, settings), Calls(), list[float]()
    waiting = sorted(ends, key=attrgetter("at"), reverse=True)
    for line in player.between(player.first):
        while waiting and waiting[-1].at <= line.at:
            end = waiting.pop()
            delays.append(_left_on(course.fork(), player, end))
        calls.note(course.hear(player.message(line)))
    return sum(1 for call in calls if call.kind is ConcernKind.APPLIANCE_ON), delays


def _left_on(course: Course, player: Player, end: Recorded) -> float:
    """Seconds after the run would have ended until somebody is asked; `inf` for never."""
    calls = Calls()
    at = end.at
    device = end.device
    for minute in range(int(LEFT_FOR // EVERY)):
        line = Recorded(at + minute * EVERY, device, Kind.POWER, end.value)
        calls.note(course.hear(player.message(line)))
    asked = [call.asked_at.timestamp() for call in calls if call.kind is ConcernKind.APPLIANCE_ON]
    return min(asked) - at if asked else inf


def _ends_of_runs(player: Player, role: Role) -> list[Recorded]:
    """The last word of each run, with the power that it had, at the moment when the plug said that it was off."""
    if role not in HEATING_WATTS:
        return []
    on_at, off_below = HEATING_WATTS[role]
    ends, watts = list[Recorded](), 0.0
    for line in player.between(player.first, player.last):
        if line.kind is Kind.POWER:
            power = float(line.value)
            if watts >= on_at and power < off_below:
                ends.append(Recorded(line.at - 0.5, line.device, Kind.POWER, watts))
            watts = power if power >= on_at or power < off_below else watts
    return ends


def _player(found: Class, plug: str, said: Sequence[tuple[float, float]]) -> Player:
    home = Home(f"{found.name}-{plug}".lower(), "plugs", plug, "Europe/Berlin")
    gateway = Gateway(home.id, home.id)
    device = Device(f"{gateway.id}/plug", home.id, Room.KITCHEN, found.role, gateway.id)
    labels = tuple(_missing(said))
    area = Area("plugs", AreaKind.GRID, "plugs")
    recording = Recording(Path(), (area,), home, gateway, (device,), {"plug": Kind.POWER}, labels)
    return Player(recording, readings=list(_reports(said)), beyond=DAY)


def _missing(said: Sequence[tuple[float, float]]) -> Iterator[Label]:
    for (before, _), (after, _) in pairwise(said):
        if after - before > MISSING:
            yield Label(datetime.fromtimestamp(before, UTC), datetime.fromtimestamp(after, UTC), SILENT)


def _reports(said: Sequence[tuple[float, float]]) -> Iterator[Recorded]:
    last = Recorded(-inf, "plug", Kind.POWER, -inf)
    for at, watts in said:
        if abs(float(last.value) - watts) >= CHANGE_W or at - last.at >= EVERY:
            last = Recorded(at, "plug", Kind.POWER, watts)
            yield last
