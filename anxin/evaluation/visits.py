"""Visits: what was said of company in the untouched life, against who came, where that was noted.

No recording notes visitors: there it is only counted what was said. Simulated homes do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from anxin.evaluation.life import DAY, HOUR, Life
from anxin.evaluation.measures import share
from core.states import Company
from detectors.kit import sees_company

Span = tuple[float, float]
SAME_VISIT: Final = HOUR
"""Who is at the shop for less is still on the same visit."""
JUST_GONE: Final = HOUR / 2
"""What is said so soon after they left is late, and not false."""
_SUMMED: Final = (
    "spells", "hours", "visits", "found", "false_spells", "hours_visited", "hours_right", "hours_alone", "hours_false",
)  # fmt: skip


class Told:
    """When company was said; `spells` as it went on."""

    def __init__(self) -> None:
        self.spells: list[Span] = []
        self._since: float | None = None

    def note(self, at: float, company: Company | None) -> None:
        if company is not None and self._since is None:
            self._since = at
        elif company is None and self._since is not None:
            self.spells.append((self._since, at))
            self._since = None

    def end(self, at: float) -> list[Span]:
        self.note(at, None)
        return self.spells


def visits_of(life: Life, spells: Sequence[Span]) -> dict[str, Any]:
    """Figures of the time that counts. `visits` None where nobody noted any; hours are by the clock, not by visit."""
    since, until = life.counted_from, life.last
    said = _within(spells, since, until)
    figures: dict[str, Any] = {
        "told": sees_company(life.recording.devices),
        "spells": len(said),
        "hours": round(_sum(said) / HOUR, 1),
        "hours_a_month": round(_sum(said) / HOUR / max((until - since) / DAY / 30.0, 0.01), 1),
        "visits": None,
    }
    if life.visited:
        there, away = (_within(spans, since, until) for spans in (life.visited, life.away))
        visits = list(_joined(there))
        right, alone = _common(said, there), (until - since) - _sum(there) - _sum(away) + _common(there, away)
        figures |= {
            "visits": len(visits),
            "found": sum(1 for visit in visits if _common([visit], said) > 0),
            "false_spells": sum(
                1 for one in said if _common([(start, end + JUST_GONE) for start, end in visits], [one]) <= 0
            ),
            "hours_visited": round(_sum(there) / HOUR, 1),
            "hours_right": round(right / HOUR, 1),
            "hours_alone": round(alone / HOUR, 1),
            "hours_false": round((_sum(said) - right) / HOUR, 1),
        }
        figures |= _shares(figures)
    return figures


def together(homes: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Of homes in which visits were noted and could be told from their kit; None where there is none."""
    those = [one for one in homes if one["visits"] is not None]
    told = [one for one in those if one["told"]]
    if not told:
        return None
    figures: dict[str, Any] = {name: round(sum(one[name] for one in told), 1) for name in _SUMMED}
    others = {"homes": len(told), "homes_untold": len(those) - len(told)}
    return (
        others | {"visits_untold": sum(one["visits"] for one in those if not one["told"])} | figures | _shares(figures)
    )


def _shares(figures: Mapping[str, Any]) -> dict[str, float | None]:
    visited, alone = figures["hours_visited"], figures["hours_alone"]
    return {
        "sensitivity": share(figures["hours_right"] / visited) if visited else None,
        "specificity": share(1 - figures["hours_false"] / alone) if alone else None,
    }


def line(one: Mapping[str, Any]) -> str:
    """The same for the printed table."""
    if not one.get("told", True):
        return "company: cannot be told by these sensors"
    said = f"company: said {one['spells']} times, {one['hours']} h"
    if one["visits"] is None:
        return f"{said} ({one['hours_a_month']} h a month); nobody noted visitors"
    return (
        f"{said}; {one['found']} of {one['visits']} visits found, {one['false_spells']} times for nothing; "
        f"sensitivity {one['sensitivity']} of {one['hours_visited']} h visited, "
        f"specificity {one['specificity']} of {one['hours_alone']} h alone at home"
    )


def _within(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    return [(max(start, since), min(end, until)) for start, end in spans if end > since and start < until]


def _sum(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans)


def _common(ours: Iterable[Span], theirs: Sequence[Span]) -> float:
    """Seconds in both, none of which overlaps with itself."""
    return sum(max(0.0, min(end, until) - max(start, since)) for start, end in ours for since, until in theirs)


def _joined(spans: Iterable[Span]) -> Iterable[Span]:
    """Those that follow each other soon, as one."""
    before: Span | None = None
    for start, end in spans:
        if before is not None and start - before[1] <= SAME_VISIT:
            before = (before[0], max(before[1], end))
            continue
        if before is not None:
            yield before
        before = (start, end)
    if before is not None:
        yield before
