"""Time as the detectors keep it: seconds since the epoch inside, aware UTC at the border, wall time per zone.

Floats keep a home's memory small; `waking` rounds up so that whoever is asked at its due time finds the moment past.
"""

import math
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
NEVER = -math.inf


def seconds(instant: datetime) -> float:
    return instant.timestamp()


def instant(t: float) -> datetime:
    return datetime.fromtimestamp(t, UTC)


def instant_or_none(t: float) -> datetime | None:
    return None if t == NEVER else instant(t)


def waking(t: float) -> float:
    """The first whole millisecond later than `t`: the same instant as a float and as a datetime."""
    return (math.floor(t * 1000.0) + 1) / 1000.0


def next_waking(after: datetime | None, *moments: float) -> datetime | None:
    """When to ask again: just past the earliest of the moments whose wake-up is later than `after`."""
    limit = NEVER if after is None else after.timestamp()
    soonest, hardly_before = math.inf, limit - 0.002
    for moment in moments:
        if hardly_before < moment < soonest and (moment > limit or waking(moment) > limit):
            soonest = moment
    return None if soonest == math.inf else instant(waking(soonest))


@lru_cache(maxsize=8192)
def _offset(timezone: str, utc_hour: int) -> float:
    local = datetime.fromtimestamp(utc_hour * HOUR, ZoneInfo(timezone)).utcoffset()
    return local.total_seconds() if local is not None else 0.0


def wall(timezone: str, t: float) -> float:
    """Seconds since the epoch as the wall clock of this zone counts them: `// DAY` is the local day, `% DAY` the time.

    Offsets are read once per UTC hour; zones that change in between do not exist today.
    """
    return t + _offset(timezone, int(t // HOUR))
