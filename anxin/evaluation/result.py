"""Result: what one recording showed, as plain figures. Every rate stands beside its count."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from anxin.evaluation.calls import Call
from anxin.evaluation.injections import DEVICE_FAULTS, FOLLOWED, FOLLOWED_FOR, Injected
from anxin.evaluation.life import DAY, HOUR
from anxin.evaluation.measures import Rate, Spread, limits_of, share
from anxin.evaluation.notes import noted
from anxin.evaluation.peer_run import PeerResult
from anxin.evaluation.trial import Trial, Trialled
from anxin.evaluation.visits import visits_of
from core.concerns import ConcernKind

MONTH_DAYS: Final = 30.0
MINUTE: Final = 60.0
QUARTER: Final = 6
"""Hours in a part of the day."""
NOT_PEOPLES: Final = frozenset({ConcernKind.SMOKE, ConcernKind.GAS, ConcernKind.CO, ConcernKind.WATER, ConcernKind.SOS})
"""Alarms that a recording's own sensors gave: no judgement of ours."""
DAILY: Final = (ConcernKind.DECLINE, ConcernKind.NO_MEAL, ConcernKind.RESTLESS, ConcernKind.WANDERING)
"""What is unlike a person's own days: a reason to talk, and counted apart."""
NO_CALLS: Final = NOT_PEOPLES | {*DAILY}


def as_json(trial: Trial) -> dict[str, Any]:
    """One entry of `recordings`. None where a recording cannot say: no bathroom, no noted absences."""
    rate = Rate(len(_sent(trial)), trial.life.days_counted / MONTH_DAYS)
    return {
        "name": trial.life.recording.home.id,
        "path": str(trial.life.recording.folder),
        "simulated": trial.life.recording.simulated,
        "days": round((trial.life.last - trial.life.first) / 86400, 1),
        "days_counted": round(trial.life.days_counted, 1),
        **_false(rate),
        "false_by_kind": {kind: _false(Rate(n, rate.months)) for kind, n in sorted(_kinds(_sent(trial)).items())},
        "questions": len([call for call in _judged(trial) if not call.sent_somebody]),
        "while_learning": len(_while_learning(trial)),
        "fall": spread(trial, Injected.FALL).as_json(HOUR, "h"),
        "fall_by_hour": _split(trial, "hour"),
        "fall_by_part": _split(trial, "hour", part_of_day),
        "fall_by_room": _split(trial, "room"),
        "bathroom": spread(trial, Injected.BATHROOM).as_json(MINUTE, "min"),
        "not_up": spread(trial, Injected.NOT_UP).as_json(HOUR, "h"),
        "night_exit": spread(trial, Injected.NIGHT_EXIT).as_json(HOUR, "h"),
        "door_left_open": spread(trial, Injected.DOOR_LEFT_OPEN).as_json(MINUTE, "min"),
        "appliance_left_on": spread(trial, Injected.APPLIANCE_LEFT_ON).as_json(MINUTE, "min"),
        "later_rising": _drift(trial, Injected.LATER_RISING),
        "fewer_meals": _drift(trial, Injected.FEWER_MEALS),
        "no_meals": spread(trial, Injected.NO_MEALS).as_json(HOUR, "h"),
        "restless_night": spread(trial, Injected.RESTLESS_NIGHT).as_json(HOUR, "h"),
        "at_the_door": spread(trial, Injected.AT_THE_DOOR).as_json(MINUTE, "min"),
        "pacing": spread(trial, Injected.PACING).as_json(MINUTE, "min"),
        "daily_false": _daily(trial.counted),
        "daily_called": _daily([call for call in trial.counted if call.sent_somebody]),
        "presence": _presence(trial),
        "company": visits_of(trial.life, trial.company),
        "device_fault_alarms": sum(len(one.called) for one in _of(trial, *DEVICE_FAULTS)),
        "device_faults": {what.value: _fault(_of(trial, what)) for what in DEVICE_FAULTS if _of(trial, what)},
        "appliance_false": len([call for call in trial.counted if call.kind is ConcernKind.APPLIANCE_ON]),
        "tickets": dict(sorted(trial.faults.items())),
        "peers": {peer.name: _peer(peer, rate.months) for peer in trial.peers},
        "notes": noted(trial.life.player.notes),
        "readings": trial.readings,
        "us_per_reading": round(1e6 * trial.seconds / max(trial.readings, 1), 1),
    }


def _while_learning(trial: Trial) -> list[Call]:
    early = [call for call in trial.calls if call not in trial.counted and call.kind not in NO_CALLS]
    return [call for call in early if call.sent_somebody]


def _judged(trial: Trial) -> list[Call]:
    return [call for call in trial.counted if call.kind not in NO_CALLS]


def _sent(trial: Trial) -> list[Call]:
    """Calls of the untouched life, after schooling, for which somebody other than the resident was asked."""
    return [call for call in _judged(trial) if call.sent_somebody]


def _daily(calls: Sequence[Call]) -> dict[str, int]:
    """By kind, also those that there were none of."""
    return {kind.value: len([call for call in calls if call.kind is kind]) for kind in DAILY}


def _kinds(calls: Sequence[Call]) -> Mapping[str, int]:
    return Counter(call.kind.value for call in calls)


def _false(rate: Rate) -> dict[str, Any]:
    monthly = rate.a_month
    return {
        "false_per_home_month": None if monthly is None else round(monthly, 2),
        "false_count": rate.count,
        "false_interval": limits_of(rate),
    }


def _drift(trial: Trial, what: Injected) -> dict[str, Any]:
    """In days; what counts is the share found in three weeks."""
    found = spread(trial, what)
    said = {name: each for name, each in found.as_json(DAY, "d").items() if not name.endswith("h")}
    return said | {"found_21d": share(found.within(21 * DAY))}


def _of(trial: Trial, *what: Injected) -> list[Trialled]:
    return [one for one in trial.injected if one.what in what]


def spread(trial: Trial, what: Injected) -> Spread:
    """How soon that was found."""
    return Spread.of([one.delay for one in _of(trial, what)], FOLLOWED_FOR.get(what, FOLLOWED))


def part_of_day(hour: str) -> str:
    """The quarter of the day in which an hour ("00" to "23") lies, from when until when."""
    since = int(hour) // QUARTER * QUARTER
    return f"{since:02d}-{since + QUARTER:02d}"


def _split(trial: Trial, tag: str, grouped: Callable[[str], str] = str) -> dict[str, Any]:
    """Falls by what their moment was tagged with, or by groups of it."""
    tagged = sorted((grouped(value), one.delay) for one in _of(trial, Injected.FALL) for value in _tags(one, tag))
    return {
        value: Spread.of([delay for _, delay in group], FOLLOWED).as_json(HOUR, "h")
        for value, group in groupby(tagged, key=lambda pair: pair[0])
    }


def _tags(one: Trialled, tag: str) -> list[str]:
    return [each.partition(" ")[2] for each in one.tags if each.startswith(f"{tag} ")]


def _presence(trial: Trial) -> dict[str, Any] | None:
    (out, away), (home, inside) = trial.out, trial.home
    if not away or not inside:
        return None
    return {
        "sensitivity": share(out / away),
        "specificity": share(home / inside),
        "hours_away": round(away / HOUR, 1),
        "hours_home": round(inside / HOUR, 1),
    }


def _fault(those: Sequence[Trialled]) -> dict[str, Any]:
    return {"n": len(those), "alarms": dict(Counter(kind for one in those for kind in one.called))}


def _peer(peer: PeerResult, months: float) -> dict[str, Any]:
    fall = Spread.of(peer.delays, FOLLOWED).as_json(HOUR, "h")
    return {"source": peer.source, **_false(Rate(len(peer.false_at), months)), "fall": fall}
