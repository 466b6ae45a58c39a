"""Together: simulated homes as one, for each of them alone says little. Recordings of real homes are never averaged."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anxin.evaluation import visits
from anxin.evaluation.injections import FOLLOWED
from anxin.evaluation.life import HOUR
from anxin.evaluation.measures import Rate, Spread, limits_of

MONTH_DAYS: Final = 30.0
MINUTE: Final = 60.0
Entry = dict[str, Any]


def together(recordings: Sequence[Mapping[str, Any]]) -> Entry | None:
    """The false alarms and the falls of all simulated homes, and of the peers there; None where there is none."""
    homes = [one for one in recordings if one["simulated"]]
    if not homes:
        return None
    days = sum(one["days_counted"] for one in homes)
    kinds = Counter[str]()
    for one in homes:
        kinds.update({kind: said["false_count"] for kind, said in one["false_by_kind"].items()})
    months = days / MONTH_DAYS
    names = dict.fromkeys(name for one in homes for name in one["peers"])
    return {
        "homes": len(homes),
        "days_counted": round(days, 1),
        **_said(homes, days),
        "false_by_kind": dict(sorted(kinds.items())),
        "false_interval_by_kind": {kind: limits_of(Rate(count, months)) for kind, count in sorted(kinds.items())},
        "questions": sum(one["questions"] for one in homes),
        "bathroom": _falls(homes, "bathroom", "min", MINUTE),
        "daily_false": dict(sum((Counter(one["daily_false"]) for one in homes), Counter[str]())),
        "daily_called": _sums([one["daily_called"] for one in homes]),
        "company": visits.together(one["company"] for one in homes),
        "device_fault_alarms": sum(one["device_fault_alarms"] for one in homes),
        "peers": {name: _said([one["peers"][name] for one in homes if name in one["peers"]], days) for name in names},
    }


def _sums(those: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """By name; unlike counters', also those of which there were none."""
    return {name: sum(one[name] for one in those) for name in those[0]}


def _said(those: Sequence[Mapping[str, Any]], days: float) -> Entry:
    rate = Rate(sum(one["false_count"] for one in those), days / MONTH_DAYS)
    monthly = rate.a_month
    return {
        "false_count": rate.count,
        "false_per_home_month": None if monthly is None else round(monthly, 2),
        "false_interval": limits_of(rate),
        "fall": _falls(those, "fall", "h", HOUR),
    }


def _falls(those: Sequence[Mapping[str, Any]], what: str, suffix: str, unit: float) -> Entry:
    delays = [delay for one in those for delay in one[what][f"delays_{suffix}"]]
    seconds = [float("inf") if delay is None else delay * unit for delay in delays]
    return Spread.of(seconds, FOLLOWED).as_json(unit, suffix)
