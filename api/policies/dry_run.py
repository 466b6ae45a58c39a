"""A dry run: who would be called when, if this began at that moment and nobody answered. Nothing is written or sent.

It is played by the very moves that a real alert makes, with the people whom the rota has at each moment.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from core import escalation
from core.alerts import Alert, Entry, EntryKind, Send, Transition
from core.concerns import Concern, ConcernKind, Severity
from core.levels import Reach
from core.places import Home
from core.policies import Policy, Whom, whom
from core.quiet import quietly

_MOST_STEPS = 40
ReachAt = Callable[[datetime, Policy], Reach]


@dataclass(frozen=True, slots=True)
class Called:
    """One person, and the channels that are tried, in order."""

    person: str
    name: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """At `at` this level is entered. `missing`: levels just below it that have nobody to ask. `mute`: people without
    any way to be reached. `stand_in`: the last level is empty, and others are asked in its place. `quiet`: nobody is
    asked before `until`, and then this level.
    """

    at: datetime
    until: datetime
    level: int
    round: int
    targets: tuple[Whom, ...]
    called: tuple[Called, ...]
    missing: tuple[tuple[Whom, ...], ...] = ()
    mute: tuple[str, ...] = ()
    stand_in: bool = False
    quiet: bool = False


def dry_run(
    policy: Policy, *, home: Home, severity: Severity, kind: ConcernKind, at: datetime, reach: ReachAt
) -> tuple[Step, ...]:
    """The way up to the first repetition of the last level."""
    concern = Concern(home.id, kind, severity, "dry run", at, at, "dry run")
    opened = escalation.open_alert(
        concern, alert_id="dry-run", area=home.area, policy=policy, reach=reach(at, policy), now=at
    )
    move = quietly(opened, told=(), zone=home.zone, now=at)
    steps = [_step(move)]
    while move.alert.round == 0 and len(steps) < _MOST_STEPS:
        move = _unanswered(move, reach, home)
        steps.append(_step(move))
    return tuple(steps)


def _unanswered(move: Transition, reach: ReachAt, home: Home) -> Transition:
    assert move.timer is not None
    due = move.timer.due_at
    after = escalation.expire(move.alert, reach=reach(due, move.alert.policy), now=due)
    assert isinstance(after, Transition)
    return quietly(after, told=move.alert.told, zone=home.zone, now=due)


def _step(move: Transition) -> Step:
    entered, alert = move.entries[-1], move.alert
    if entered.kind is EntryKind.HELD:
        until = datetime.fromisoformat(entered.detail["until"])
        level = alert.policy.levels[alert.level]
        return Step(entered.at, until, alert.level, alert.round, level.targets, (), quiet=True)
    return Step(
        at=entered.at,
        until=datetime.fromisoformat(entered.detail["until"]),
        level=move.alert.level,
        round=move.alert.round,
        targets=tuple(whom(text) for text in entered.detail["targets"]),
        called=tuple(_called(send) for send in move.sends),
        missing=tuple(_missing(move.entries, move.alert)),
        mute=tuple(entry.detail["name"] for entry in move.entries if entry.kind is EntryKind.NOT_SENT),
        stand_in=bool(entered.detail["stand_in"]),
    )


def _missing(entries: Iterable[Entry], alert: Alert) -> Iterable[tuple[Whom, ...]]:
    for entry in entries:
        if entry.kind is EntryKind.NO_RECIPIENT:
            yield alert.policy.levels[entry.detail["level"]].targets


def _called(send: Send) -> Called:
    return Called(send.person, send.name, tuple(dict.fromkeys(route.channel for route in send.ladder)))
