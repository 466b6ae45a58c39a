"""Quiet hours: a yellow alert asks nobody at night, and says until when it waits. Nothing more urgent ever waits."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo

from core.alerts import Alert, Entry, EntryKind, Timer, TimerKind, Transition
from core.concerns import Severity

_OF_ENTERING = {EntryKind.LEVEL_ENTERED, EntryKind.NO_RECIPIENT, EntryKind.NOT_SENT}


def quietly(move: Transition, *, told: Iterable[str], zone: tzinfo, now: datetime) -> Transition:
    """The same move, where it enters a level in the policy's quiet hours on the wall clock of `zone`: nobody is asked
    before they end, and then the level that it would have asked. `told`: who had been asked before this move.

    HELD's detail: `level`, `round`, `until`.
    """
    alert, timer, quiet = move.alert, move.timer, move.alert.policy.quiet
    if quiet is None or alert.severity is not Severity.YELLOW or timer is None or timer.kind is not TimerKind.LEVEL:
        return move
    until = quiet.until(now, zone)
    if until is None:
        return move
    detail = {"level": alert.level, "round": alert.round, "until": until.isoformat()}
    kept = tuple(entry for entry in move.entries if entry.kind not in _OF_ENTERING)
    held = replace(alert, snoozed_until=until, told=tuple(told))
    line = Entry(alert.id, now, EntryKind.HELD, alert.fence, detail=detail)
    return replace(move, alert=held, timer=_armed(held, until), entries=(*kept, line), sends=())


def _armed(alert: Alert, until: datetime) -> Timer:
    return Timer(alert.id, TimerKind.SNOOZE, until, alert.fence)
