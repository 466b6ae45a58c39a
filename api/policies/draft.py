"""What the form of a policy says: read into a policy, or into what is wrong with it, level by level."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.policies import LONGEST_MINUTES, SHORTEST_MINUTES, ends_with_the_office, quiet_hours
from core.concerns import Severity
from core.policies import Asking, Level, Policy, Whom, whom

MOST_LEVELS = 12
SPARE_LEVELS = 2
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class DraftLevel:
    """One level as it stands in the form; `wait` is text, so that what was typed is shown again."""

    targets: tuple[str, ...] = ()
    wait: str = ""
    asking: str = Asking.ALL.value
    ways: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.targets and not self.wait

    @property
    def names_somebody(self) -> bool:
        return any(":" in target for target in self.targets)


@dataclass(frozen=True, slots=True)
class Draft:
    levels: tuple[DraftLevel, ...]
    arrive: str
    report: str
    snooze: str
    quiet: str = ""
    note: str = ""


class Flaw(StrEnum):
    """Why it makes no policy; said by the catalogue's [policy_wrong]."""

    NOBODY = "nobody"
    WHOM = "whom"
    WAIT = "wait"
    WAYS = "ways"
    TIMES = "times"
    QUIET = "quiet"
    END = "end"


@dataclass(frozen=True, slots=True)
class Wrong:
    """`level`: from 1, or 0 for the whole. `known`: what there is instead."""

    flaw: Flaw
    level: int = 0
    known: tuple[str, ...] = ()


def draft_of(policy: Policy) -> Draft:
    """A policy as the form shows it."""
    levels = tuple(
        DraftLevel(
            tuple(target.value for target in level.targets), _text(level.patience), level.asking, ", ".join(level.ways)
        )
        for level in policy.levels
    )
    quiet = "" if policy.quiet is None else f"{policy.quiet.start:%H:%M}-{policy.quiet.end:%H:%M}"
    return Draft(levels, _text(policy.arrive_within), _text(policy.report_within), _text(policy.snooze_within), quiet)


def draft_from(fields: Fields) -> Draft:
    """What was sent, whatever it is."""

    def one(key: str) -> str:
        return next(iter(fields.get(key, ())), "").strip()

    levels = tuple(
        DraftLevel(
            tuple(dict.fromkeys(who for key in ("ask", "named") for who in fields.get(f"{key}{n}", ()) if who)),
            one(f"wait{n}"),
            one(f"asking{n}") or Asking.ALL.value,
            one(f"ways{n}"),
        )
        for n in range(MOST_LEVELS)
    )
    filled = tuple(level for level in levels if not level.is_empty)
    return Draft(filled, one("arrive"), one("report"), one("snooze"), one("quiet"), one("note")[:300])


def policy_of(
    draft: Draft, *, name: str, version: int, severity: Severity, channels: Collection[str]
) -> Policy | Wrong:
    """The policy that the draft says, or the first thing that is wrong with it. `channels`: those that are set up."""
    levels: list[Level] = []
    for number, each in enumerate(draft.levels, 1):
        level = _level(each, number, channels)
        if isinstance(level, Wrong):
            return level
        levels.append(level)
    if not levels:
        return Wrong(Flaw.NOBODY)
    times = [_minutes(draft.arrive), _minutes(draft.report)]
    times.append(timedelta(hours=2) if severity is Severity.RED else _minutes(draft.snooze))
    arrive, report, snooze = times
    if arrive is None or report is None or snooze is None:
        return Wrong(Flaw.TIMES)
    try:
        quiet = quiet_hours(draft.quiet) if draft.quiet and severity is Severity.YELLOW else None
    except ValueError:
        return Wrong(Flaw.QUIET)
    policy = Policy(name, version, tuple(levels), arrive, report, snooze, quiet)
    return policy if ends_with_the_office(policy) else Wrong(Flaw.END, len(levels))


def _level(draft: DraftLevel, number: int, channels: Collection[str]) -> Level | Wrong:
    targets: list[Whom] = []
    for text in draft.targets:
        try:
            targets.append(whom(text))
        except ValueError:
            return Wrong(Flaw.WHOM, number)
    if not targets:
        return Wrong(Flaw.NOBODY, number)
    patience = _minutes(draft.wait)
    if patience is None:
        return Wrong(Flaw.WAIT, number)
    if draft.asking not in set(Asking):
        return Wrong(Flaw.WHOM, number)
    typed = (way.strip() for way in draft.ways.replace("，", ",").split(","))
    ways = tuple(dict.fromkeys(way for way in typed if way))
    if not set(ways) <= set(channels):
        return Wrong(Flaw.WAYS, number, tuple(sorted(channels)))
    return Level(tuple(targets), patience, Asking(draft.asking), ways)


def _minutes(text: str) -> timedelta | None:
    try:
        minutes = float(text)
    except ValueError:
        return None
    return timedelta(minutes=minutes) if SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES else None


def _text(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g}"
