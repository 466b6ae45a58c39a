"""Ways to break the promise, planted into the real service one by one. The drill's oracle must find each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

import alerts.concerns
import alerts.sender
import core.escalation
import core.levels
import core.merging
import core.passing
import core.worsening
import storage.alert_moves
import storage.alerts
import storage.outbox
from alerts.asking import Asking
from alerts.channels.channel import OutgoingMessage
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.reach import Reacher
from alerts.relief import Relief
from alerts.settling import Fate, fate
from anxin.drill.providers import Telephone
from core.alerts import Alert, Handling, Refusal, Timer, Transition
from core.concerns import Severity
from core.delivery import HasIt, HasNot, Settlement, Temporary
from storage.alert_rows import timer_of
from storage.alert_tables import sends, timers

Plant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Plant] = {}


def mutant(plant: Plant) -> Plant:
    MUTANTS[plant.__name__] = plant
    return plant


def _around(patch: pytest.MonkeyPatch, owner: Any, name: str, change: Callable[[Any], Any]) -> None:
    """`change` makes another function of the one that stands there."""
    patch.setattr(owner, name, change(getattr(owner, name)))


@mutant
def the_last_level_is_asked_only_once(patch: pytest.MonkeyPatch) -> None:
    def change(expire: Any) -> Any:
        def once(alert: Alert, **given: Any) -> Any:
            if alert.handling is Handling.TRIGGERED and alert.level >= alert.policy.last:
                return Refusal.ALREADY_THERE
            return expire(alert, **given)

        return once

    _around(patch, core.escalation, "expire", change)


@mutant
def taking_it_arms_no_arrival(patch: pytest.MonkeyPatch) -> None:
    def change(acknowledge: Any) -> Any:
        def never_due(alert: Alert, **given: Any) -> Any:
            moved = acknowledge(alert, **given)
            if isinstance(moved, Transition) and moved.timer is not None:
                return replace(moved, timer=replace(moved.timer, due_at=given["now"] + timedelta(days=400)))
            return moved

        return never_due

    _around(patch, core.escalation, "acknowledge", change)


@mutant
def who_does_not_arrive_is_asked_again_instead_of_the_next(patch: pytest.MonkeyPatch) -> None:
    def change(enter: Any) -> Any:
        def lower(alert: Alert, *, level: int, **given: Any) -> Any:
            return enter(alert, level=max(0, level - 1), **given)

        return lower

    _around(patch, core.escalation, "enter", change)


@mutant
def the_residents_word_closes_red(patch: pytest.MonkeyPatch) -> None:
    def change(fine: Any) -> Any:
        def closes(alert: Alert, **given: Any) -> Any:
            return fine(replace(alert, severity=Severity.ORANGE), **given)

        return closes

    _around(patch, core.escalation, "resident_fine", change)


@mutant
def an_old_button_works(patch: pytest.MonkeyPatch) -> None:
    def change(move: Any) -> Any:
        return lambda desk, alert, _seen, do: move(desk, alert, None, do)

    _around(patch, Desk, "_move", change)


@mutant
def http_200_is_success(patch: pytest.MonkeyPatch) -> None:
    def lenient(verdict: Any, **given: Any) -> Fate:
        if isinstance(verdict, Temporary):
            return Fate(Settlement.ACCEPTED, "200 OK", provider_id="?")
        return fate(verdict, **given)

    patch.setattr(alerts.sender, "fate", lenient)


@mutant
def the_sender_does_not_look_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alerts.sender, "why_not", lambda _send, _alert: None)
    patch.setattr(storage.alert_moves, "_why_asking_is_over", lambda _alert: None)


@mutant
def a_repeat_does_not_say_so(patch: pytest.MonkeyPatch) -> None:
    def change(message: Any) -> Any:
        return lambda sender, claimed, alert, inbound, **_: message(sender, claimed, alert, inbound, repeat=False)

    _around(patch, alerts.sender.Sender, "_message", change)


@mutant
def what_a_dead_process_held_is_never_claimed_again(patch: pytest.MonkeyPatch) -> None:
    def change(lease: Any) -> Any:
        def for_ever(connection: Connection, row: Any, until: datetime, owner: str) -> Any:
            return lease(connection, row, until + timedelta(days=400), owner)

        return for_ever

    _around(patch, storage.outbox, "_lease", change)
    patch.setattr(storage.outbox, "end_leases", lambda *_, **__: 0)


@mutant
def only_the_first_of_a_level_is_written_to(patch: pytest.MonkeyPatch) -> None:
    def change(owe: Any) -> Any:
        return lambda connection, owed: owe(connection, owed[:1])

    _around(patch, storage.outbox, "owe", change)


@mutant
def an_empty_level_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    """Whoever has no way to be reached counts as asked."""
    patch.setattr(
        core.levels, "reachable", lambda targets, reach: tuple(r for target in targets for r in reach.get(target, ()))
    )


@mutant
def nobody_hears_how_it_ended(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.escalation, "inform", lambda *_, **__: ())


@mutant
def a_new_policy_takes_hold_of_open_alerts(patch: pytest.MonkeyPatch) -> None:
    def change(climb: Any) -> Any:
        def climbs(alert: Alert, cause: Any, **given: Any) -> Any:
            patience = tuple(replace(rung, patience=rung.patience * 1.5) for rung in alert.policy.levels)
            newer = replace(alert.policy, version=alert.policy.version + 1, levels=patience)
            return climb(replace(alert, policy=newer), cause, **given)

        return climbs

    _around(patch, core.escalation, "_climb", change)


@mutant
def growing_worse_gives_more_time(patch: pytest.MonkeyPatch) -> None:
    def change(hastened: Any) -> Any:
        def later(before: Alert, after: Alert, now: datetime) -> Timer:
            timer: Timer = hastened(before, after, now)
            return replace(timer, due_at=timer.due_at + timedelta(minutes=40))

        return later

    _around(patch, core.worsening, "_hastened", change)


@mutant
def nobody_reached_is_waited_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Engine, "_climb_if_exhausted", lambda _engine, _alert: False)


@mutant
def red_can_be_put_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.passing, "Severity", type("Severities", (), {"RED": None}))


@mutant
def putting_off_has_no_end(patch: pytest.MonkeyPatch) -> None:
    def change(snooze: Any) -> Any:
        def longer(alert: Alert, **given: Any) -> Any:
            patient = replace(alert, policy=replace(alert.policy, snooze_within=timedelta(days=9)))
            moved = snooze(patient, **given)
            return (
                moved if isinstance(moved, Refusal) else replace(moved, alert=replace(moved.alert, policy=alert.policy))
            )

        return longer

    _around(patch, core.passing, "snooze", change)


@mutant
def a_stale_timer_fires(patch: pytest.MonkeyPatch) -> None:
    """The engine climbs without looking at the fence, and the store does not look either."""

    def change(climb: Any) -> Any:
        def blind(engine: Engine, timer: Timer) -> Any:
            alert = engine.store.get(timer.alert)
            return False if alert is None else climb(engine, replace(timer, fence=alert.fence))

        return blind

    _around(patch, Engine, "_climb", change)
    patch.setattr(storage.alerts.SqlAlerts, "due_timers", _timers_that_are_nearly_due)


def _timers_that_are_nearly_due(self: Any, now: datetime, *, limit: int = 100) -> list[Timer]:
    with self._database.reading() as connection:
        soon = select(timers).where(timers.c.due_at <= now + timedelta(seconds=40)).limit(limit)
        return [timer_of(row) for row in connection.execute(soon)]


@mutant
def somebody_of_yesterday_is_on_duty(patch: pytest.MonkeyPatch) -> None:
    def change(reach: Any) -> Any:
        def yesterday(reacher: Reacher, home: str, now: datetime, **given: Any) -> Any:
            return reach(reacher, home, now - timedelta(hours=12), **given)

        return yesterday

    _around(patch, Reacher, "reach", change)


@mutant
def the_hand_over_has_no_timer_of_its_own(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.passing, "patience_for", lambda _alert, _target: timedelta(days=300))


@mutant
def a_failed_message_counts_as_tried_on_every_way(patch: pytest.MonkeyPatch) -> None:
    def hasty(verdict: Any, **given: Any) -> Fate:
        return fate(verdict, **{**given, "has_next": False})

    patch.setattr(alerts.sender, "fate", hasty)


@mutant
def a_lease_is_for_everybody(patch: pytest.MonkeyPatch) -> None:
    """A start takes what other processes have under lease, and hides that it may have arrived."""

    def end_all(connection: Connection, now: datetime, *, owner: str | None) -> int:
        del owner
        waiting = update(sends).where(sends.c.state == "queued").values(next_attempt_at=now, lease=None, unheard=False)
        return connection.execute(waiting).rowcount

    patch.setattr(storage.outbox, "end_leases", end_all)
    patch.setattr(alerts.sender, "tries_on_rung", lambda _attempt, _before: 1)


@mutant
def the_shift_goes_home_with_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Relief, "look", lambda _relief: 0)


@mutant
def red_joins_what_somebody_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core.merging, "_may_join", lambda _alert, _concern: True)


@contextmanager
def planted(name: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        yield


@mutant
def life_ends_it_though_family_was_asked(patch: pytest.MonkeyPatch) -> None:
    def change(subsided: Any) -> Any:
        def anyway(alert: Alert, **given: Any) -> Any:
            return subsided(alert, **{**given, "is_resident": lambda _person: True})

        return anyway

    _around(patch, alerts.concerns, "subsided", change)


@mutant
def life_ends_a_red_one(patch: pytest.MonkeyPatch) -> None:
    def change(subsided: Any) -> Any:
        def also_red(alert: Alert, **given: Any) -> Any:
            move = subsided(replace(alert, severity=Severity.ORANGE), **given)
            return move and replace(move, alert=replace(move.alert, severity=alert.severity))

        return also_red

    _around(patch, alerts.concerns, "subsided", change)


@mutant
def what_a_provider_has_for_the_same_person_is_taken_for_this(patch: pytest.MonkeyPatch) -> None:
    """It is asked by the address alone."""

    def has(telephone: Telephone, kind: str, message: OutgoingMessage) -> bool:
        taken = (one for each in telephone.taken.values() for one in each)
        return any((one.kind, one.person) == (kind, message.person) for one in taken)

    patch.setattr(Telephone, "has", has)


@mutant
def a_no_is_taken_for_a_yes(patch: pytest.MonkeyPatch) -> None:
    def change(asked: Any) -> Any:
        async def wrong(asking: Asking, *about: Any) -> Any:
            finding = await asked(asking, *about)
            return HasIt("?") if isinstance(finding, HasNot) else finding

        return wrong

    _around(patch, Asking, "_asked", change)
