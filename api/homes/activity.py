"""One local day of a home as a strip: in which rooms something was sensed, in slices of five minutes.

It shows what sensors said, for people to read; it judges nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from api.homes.unseen import Spell, dark_slices
from core.places import Device, Home, Role, Room
from core.ports import ReadingsStore
from core.readings import Kind, Reading

SLICE = timedelta(minutes=5)
SLICES = 288
MOST_READINGS = 50_000
_SWITCHED_ON_W = 10.0

_NEVER_A_SIGN = frozenset(
    {Role.AUTOMATIC, Role.MAIN_METER, Role.BRIDGE, Role.SMOKE, Role.GAS, Role.CO, Role.WATER, Role.CLIMATE, Role.OTHER}
)


@dataclass(frozen=True, slots=True)
class Row:
    """A room (or the front door) and how often something was sensed in each slice of the day.

    `unseen`: the runs of slices, each as its first and how many, in which none of its devices could be seen.
    """

    room: Room
    front_door: bool
    slices: tuple[int, ...]
    unseen: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """From local midnight, 288 slices; on days when clocks change, wall time repeats or skips as it does.

    `complete` is false when there were more readings than are shown.
    """

    date: date
    start: datetime
    rows: tuple[Row, ...]
    complete: bool = True


def day_of(
    readings: ReadingsStore, home: Home, devices: Sequence[Device], unseen: Mapping[str, Sequence[Spell]], *, on: date
) -> Day:
    """The strip of one local day; `unseen`: when each device could not be seen. Raises StoreUnavailable."""
    start = datetime.combine(on, time(), home.zone)
    end = datetime.combine(on + timedelta(days=1), time(), home.zone)
    shown = shown_of(devices)
    found = readings.between(list(shown), start, end, limit=MOST_READINGS) if shown else []

    def slice_of(at: datetime) -> int:
        return _slice(at.astimezone(home.zone))

    rows = rows_of(shown, found, slice_of, dark_slices(unseen, (start, end), slice_of, SLICES))
    return Day(on, start, rows, complete=len(found) < MOST_READINGS)


def shown_of(devices: Iterable[Device]) -> dict[str, Device]:
    """Those that can show that somebody moved, by id."""
    return {device.id: device for device in devices if device.role not in _NEVER_A_SIGN}


def rows_of(
    shown: Mapping[str, Device],
    readings: Iterable[Reading],
    slice_of: Callable[[datetime], int],
    dark: Mapping[str, frozenset[int]],
) -> tuple[Row, ...]:
    """The rooms of these devices, the front door last, with what was sensed in each of `SLICES` slices; `dark`: in
    which of them each device could not be seen.
    """
    counts: dict[tuple[Room, bool], list[int]] = {_row_of(device): [0] * SLICES for device in shown.values()}
    for reading in _signs(readings):
        counts[_row_of(shown[reading.device])][slice_of(reading.at)] += 1
    order = list(Room)
    hidden: dict[tuple[Room, bool], frozenset[int]] = {}
    for device in shown.values():
        row, here = _row_of(device), dark.get(device.id, frozenset())
        hidden[row] = hidden[row] & here if row in hidden else here
    rows = [Row(room, door, tuple(slices), _runs(hidden[room, door])) for (room, door), slices in counts.items()]
    rows.sort(key=lambda row: (row.front_door, order.index(row.room)))
    return tuple(rows)


def _runs(slices: frozenset[int]) -> tuple[tuple[int, int], ...]:
    together = groupby(enumerate(sorted(slices)), key=lambda each: each[1] - each[0])
    runs = [[x for _, x in group] for _, group in together]
    return tuple((run[0], len(run)) for run in runs)


def _row_of(device: Device) -> tuple[Room, bool]:
    if device.role is Role.FRONT_DOOR:
        return Room.ENTRANCE, True
    return device.room, False


def _slice(local: datetime) -> int:
    return (local.hour * 60 + local.minute) // 5


def _signs(readings: Iterable[Reading]) -> Iterable[Reading]:
    """What shows that somebody moved: triggers and changes, never what a bridge repeats or makes up."""
    last: dict[tuple[str, str | None, Kind], object] = {}
    for reading in readings:
        key = reading.device, reading.channel, reading.kind
        before, last[key] = last.get(key), _level(reading)
        if _is_sign(reading, before):
            yield reading


def _is_sign(reading: Reading, before: object) -> bool:
    """`before` is the last level of the same device, channel and kind today; None at the first."""
    match reading.kind:
        case Kind.SOS | Kind.BUTTON:
            return True
        case Kind.MOTION | Kind.OCCUPANCY | Kind.VIBRATION:
            return reading.value is True
        case Kind.DOOR:
            return before not in {None, reading.value}
        case Kind.POWER:
            return before is False and _level(reading) is True
        case _:
            return False


def _level(reading: Reading) -> object:
    """For power: is it switched on? Otherwise the value itself."""
    if reading.kind is Kind.POWER and isinstance(reading.value, int | float):
        return reading.value >= _SWITCHED_ON_W
    return reading.value
