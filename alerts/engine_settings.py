"""How the engine works, and what it counts."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """All real seconds. `poll`: how often it looks even when nobody wakes it. `floor`: the shortest rest after a turn
    that moved nothing. `back_off`: between tries while the store is away. `grace`: for messages under way at the end.
    """

    concurrency: int = 16
    poll: float = 5.0
    floor: float = 1.0
    back_off: float = 0.2
    longest_back_off: float = 10.0
    grace: float = 5.0
    hold: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class EngineCounts:
    """For metrics. `poisoned` timers could not be moved for a reason of their own and are tried again later."""

    turns: int = 0
    climbed: int = 0
    exhausted: int = 0
    poisoned: int = 0
    store_away: int = 0
    failures: int = 0
