"""Evidence: what sensors said in the hours around an alert, room by room, for people to see for themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.homes.activity import MOST_READINGS, SLICES, Row, rows_of, shown_of
from api.homes.unseen import Spell, dark_slices
from core.alerts import Alert
from core.places import Device
from core.ports import ReadingsStore

BEFORE = timedelta(hours=12)
"""So much of usual life is shown before it began."""
LONGEST = timedelta(hours=48)
SHORTEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`SLICES` slices from `start` to `end`. `complete` is false when there were more readings than are shown."""

    start: datetime
    end: datetime
    rows: tuple[Row, ...]
    complete: bool

    def x(self, instant: datetime) -> float | None:
        """Where it lies, in slices from the start; None outside."""
        share = (instant - self.start) / (self.end - self.start)
        return round(share * SLICES, 2) if 0.0 <= share <= 1.0 else None


def evidence_of(
    readings: ReadingsStore,
    alert: Alert,
    devices: Sequence[Device],
    unseen: Mapping[str, Sequence[Spell]],
    *,
    now: datetime,
) -> Evidence:
    """From half a day before it began until it was closed, or now; two days at most, up to when it was raised if it
    began long before. `unseen`: when each device could not be seen. Raises StoreUnavailable.
    """
    start = max(min(alert.since, alert.opened_at), alert.opened_at - LONGEST + BEFORE) - BEFORE
    end = min(max(alert.closed_at or now, alert.opened_at), start + LONGEST)
    shown = shown_of(devices)
    found = readings.between(list(shown), start, end, limit=MOST_READINGS) if shown else []
    complete = len(found) < MOST_READINGS
    if not complete:  # the newest are those that are missing: better a shorter time than a silence that was none
        end = max(found[-1].at, start + SHORTEST)

    def slice_of(at: datetime) -> int:
        return min(int((at - start) / (end - start) * SLICES), SLICES - 1)

    dark = dark_slices(unseen, (start, end), slice_of, SLICES)
    return Evidence(start, end, rows_of(shown, found, slice_of, dark), complete)
