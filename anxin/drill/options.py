"""What a drill is asked for, and what came of it."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class DrillOptions:
    """`database`: an empty PostgreSQL; None is a SQLite file of its own. `processes` work side by side on it.

    `alerts_a_day` for the whole town. `cuts_a_day`: how often a process dies between two statements. Providers work
    well for `fair_for` seconds on average. The oracle looks every `look_every` seconds; `stop_at_first` ends the drill
    when it has found anything.
    """

    seed: int = 1
    days: float = 30.0
    homes: int = 2000
    processes: int = 2
    alerts_a_day: float = 40.0
    cuts_a_day: float = 12.0
    outages_a_day: float = 0.5
    fair_for: float = 5 * 3600.0
    look_every: float = 6 * 3600.0
    stop_at_first: bool = False
    database: str | None = None


@dataclass
class DrillResult:
    """`faults`: what providers did wrong, processes that died, and outages of the store."""

    alerts: int = 0
    sends: int = 0
    faults: int = 0
    lost: int = 0
    violations: int = 0
    duplicates: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One line of JSON."""
        said = asdict(self)
        del said["told"]
        return json.dumps(said)

    @property
    def is_clean(self) -> bool:
        return self.lost == 0 and self.violations == 0
