"""Whatever people, sensors and timers do, in any order: the twelve invariants of an alert hold after every move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import escalation, merging, passing, timeline, worsening
from core.alerts import (
    Alert,
    Condition,
    Entry,
    EntryKind,
    Handling,
    Outcome,
    Purpose,
    Recipient,
    Refusal,
    Send,
    Timer,
    TimerKind,
    Transition,
)
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.people import Language, Route
from core.places import Room
from core.policies import ROLES, Asking, Level, Named, Policy, Target, Whom

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RESIDENT = "wang"
MINUTES = st.integers(1, 90).map(lambda m: timedelta(minutes=m))
WHOM: tuple[Whom, ...] = (*ROLES, Named(Target.PERSON, "zhao"), Named(Target.CONTRACT, "guards"))
LEVELS = st.builds(
    Level,
    st.lists(st.sampled_from(WHOM), min_size=1, max_size=2, unique=True).map(tuple),
    MINUTES,
    st.sampled_from(Asking),
    st.sampled_from([(), ("console",), ("voice", "console")]),
)
POLICIES = st.builds(
    Policy,
    st.just("drawn"),
    st.just(1),
    st.lists(LEVELS, min_size=1, max_size=4).map(tuple),
    MINUTES,
    MINUTES,
)
ROUTES = st.sampled_from([(), (Route("console", "a"),), (Route("webhook", "b"), Route("console", "a"))])
REACHES = st.dictionaries(
    st.sampled_from(WHOM),
    st.lists(
        st.tuples(
            st.sampled_from(["wang", "min", "li", "zhao", "desk"]),
            ROUTES,
            st.integers(0, 2),
            st.none() | st.datetimes(timezones=st.just(UTC)),
        ),
        max_size=3,
        unique_by=lambda drawn: drawn[0],
    ),
).map(
    lambda drawn: {
        whom: [
            Recipient(
                person, person, whom.target if isinstance(whom, Named) else whom, Language.CHINESE, ladder, away, asked
            )
            for person, ladder, away, asked in people
        ]
        for whom, people in drawn.items()
    }
)
PEOPLE = st.sampled_from(["min", "li", "zhao", "desk"])


def concern(severity: Severity, *, episode: str = "e1", at: datetime = START) -> Concern:
    facts = (Fact("silent_for", 3600.0, "s"),)
    return Concern("h1", ConcernKind.SILENCE, severity, episode, at, START, "silence", facts, Room.BATHROOM)


def audience(alert: Alert) -> list[Recipient]:
    return [
        Recipient(p, p, Target.GRID_WORKER, Language.CHINESE, (Route("console", p),))
        for p in (*alert.told, *([alert.taken_by] if alert.taken_by else []))
    ]


class AlertMachine(RuleBasedStateMachine):
    """One alert after another in the hands of a store that applies each transition whole."""

    alert: Alert
    timer: Timer | None
    entries: list[Entry]
    sends: list[Send]
    closed: list[Alert]
    now: datetime

    @initialize(policy=POLICIES, reach=REACHES, severity=st.sampled_from(Severity))
    def begin(self, policy: Policy, reach: Mapping[Whom, Sequence[Recipient]], severity: Severity) -> None:
        self.now = START
        self.closed = []
        self._write(
            escalation.open_alert(
                concern(severity), alert_id="a0", area="building-7", policy=policy, reach=reach, now=self.now
            )
        )

    def _write(self, transition: Transition) -> None:
        """Like a store: whole, only at the expected fence, and the fence strictly rises."""
        after = transition.alert
        if transition.expected_fence == 0:
            self.entries, self.sends = [], []
            assert after.fence == 1
        else:
            assert transition.expected_fence == self.alert.fence
            assert after.fence > self.alert.fence
            if not any(e.kind is EntryKind.WORSENED for e in transition.entries):
                assert after.policy is self.alert.policy
        assert all(entry.fence == after.fence and entry.alert == after.id for entry in transition.entries)
        assert all(send.fence == after.fence and send.alert == after.id for send in transition.sends)
        assert not {s.id for s in transition.sends} & {s.id for s in self.sends}
        self._levels_send_or_explain(transition)
        self.alert, self.timer = after, transition.timer
        self.entries += transition.entries
        self.sends += transition.sends

    def _levels_send_or_explain(self, transition: Transition) -> None:
        asked = [s.person for s in transition.sends if s.purpose is Purpose.ASK]
        assert len(asked) == len(set(asked))
        entered = [e for e in transition.entries if e.kind is EntryKind.LEVEL_ENTERED]
        empty = {e.detail["level"] for e in transition.entries if e.kind is EntryKind.NO_RECIPIENT}
        assert len(entered) <= 1
        if not entered:
            handed = [e.detail["to"] for e in transition.entries if e.kind is EntryKind.HANDED_OVER]
            assert asked == handed
            return
        [entry] = entered
        assert entry.detail["people"] == asked
        assert set(asked) <= set(transition.alert.told)
        if not asked or entry.detail["stand_in"]:
            assert entry.detail["level"] == transition.alert.policy.last
            assert entry.detail["level"] in empty
        skipped = empty - {entry.detail["level"]}
        assert skipped == set(range(min(skipped, default=0), entry.detail["level"])) or not skipped

    @rule(later=st.timedeltas(timedelta(0), timedelta(hours=3)))
    def time_passes(self, later: timedelta) -> None:
        self.now += later

    @precondition(lambda self: self.alert.is_open)
    @rule(reach=REACHES)
    def the_timer_expires(self, reach: Mapping[Whom, Sequence[Recipient]]) -> None:
        before, timer = self.alert, self.timer
        assert timer is not None
        self.now = max(self.now, timer.due_at)

        moved = escalation.expire(before, reach=reach, now=self.now)

        assert isinstance(moved, Transition)
        assert moved.alert.handling is Handling.TRIGGERED
        assert moved.alert.taken_by is None
        assert moved.alert.snoozed_until is None
        assert moved.alert.handed_to is None
        if before.snoozed_until is not None:
            assert moved.alert.level >= before.level
            assert moved.alert.round == before.round
        elif before.level == before.policy.last:
            assert (moved.alert.level, moved.alert.round) == (before.policy.last, before.round + 1)
        else:
            assert moved.alert.level > before.level
        if any(r.ladder for rung in before.policy.levels for t in rung.targets for r in reach.get(t, ())):
            at_or_above = before.policy.levels[moved.alert.level]
            assert moved.sends or not any(r.ladder for t in at_or_above.targets for r in reach.get(t, ()))
            if moved.alert.level == before.policy.last:
                assert moved.sends
        self._write(moved)

    @rule(reach=REACHES)
    def every_message_fails(self, reach: Mapping[Whom, Sequence[Recipient]]) -> None:
        moved = escalation.unreachable(self.alert, reach=reach, now=self.now)

        if isinstance(moved, Refusal):
            assert self.alert.handed_to is None
            waits = self.alert.handling is Handling.TRIGGERED and self.alert.snoozed_until is None
            assert not waits or self.alert.level == self.alert.policy.last
            return
        assert moved.alert.level > self.alert.level or self.alert.handed_to is not None
        self._write(moved)

    @rule(by=PEOPLE)
    def somebody_takes_it(self, by: str) -> None:
        moved = escalation.acknowledge(self.alert, by=by, audience=audience(self.alert), now=self.now)

        if isinstance(moved, Refusal):
            has_it = self.alert.handling is Handling.ON_SITE or self.alert.taken_by == by
            assert not self.alert.is_open or (has_it and self.alert.handed_to != by)
            return
        assert moved.timer == Timer(
            self.alert.id, TimerKind.ARRIVE_BY, self.now + self.alert.policy.arrive_within, moved.alert.fence
        )
        assert all(s.purpose is Purpose.INFORM and s.person != by for s in moved.sends)
        self._write(moved)

    @rule(by=PEOPLE)
    def somebody_arrives(self, by: str) -> None:
        moved = escalation.arrive(self.alert, by=by, now=self.now)

        if isinstance(moved, Refusal):
            assert not self.alert.is_open or self.alert.arrived_by == by
            return
        assert moved.timer is not None
        assert moved.timer.kind is TimerKind.REPORT_BY
        assert moved.timer.due_at == self.now + self.alert.policy.report_within
        self._write(moved)

    @rule(by=PEOPLE, outcome=st.sampled_from(Outcome))
    def somebody_closes_it(self, by: str, outcome: Outcome) -> None:
        moved = escalation.close(
            self.alert, by=by, outcome=outcome, note="seen", audience=audience(self.alert), now=self.now
        )

        if isinstance(moved, Refusal):
            assert not self.alert.is_open
            return
        assert moved.timer is None
        self._write(moved)
        self.closed.append(self.alert)

    @rule()
    def the_resident_says_fine(self) -> None:
        answer = escalation.resident_fine(self.alert, by=RESIDENT, audience=audience(self.alert), now=self.now)

        match answer:
            case Refusal():
                assert not self.alert.is_open
            case Entry():
                assert self.alert.severity is Severity.RED
                self.entries.append(answer)
            case Transition():
                assert self.alert.severity is not Severity.RED
                assert answer.alert.outcome is Outcome.WELL_AT_HOME
                self._write(answer)
                self.closed.append(self.alert)

    @precondition(lambda self: self.alert.is_open)
    @rule(condition=st.sampled_from(Condition))
    def the_sensors_change_their_mind(self, condition: Condition) -> None:
        kind = EntryKind.CONDITION_CLEARED if condition is Condition.CLEARED else EntryKind.CONDITION_RETURNED
        self.entries.append(Entry(self.alert.id, self.now, kind, self.alert.fence))
        self.alert = replace(self.alert, condition=condition)

    @rule(severity=st.sampled_from(Severity), policy=POLICIES, reach=REACHES)
    def it_grows_worse(self, severity: Severity, policy: Policy, reach: Mapping[Whom, Sequence[Recipient]]) -> None:
        before, timer = self.alert, self.timer

        moved = worsening.worsen(
            before,
            concern(severity),
            policy=policy,
            reach=reach,
            audience=audience(before),
            now=self.now,
            timer=timer or Timer(before.id, TimerKind.LEVEL, self.now, before.fence),
        )

        if isinstance(moved, Refusal):
            assert not before.is_open or severity.rank >= before.severity.rank
            return
        assert moved.alert.policy is policy
        assert moved.alert.severity is severity
        assert moved.alert.handling is before.handling
        if before.handling is not Handling.TRIGGERED:
            assert timer is not None
            assert moved.timer is not None
            if timer.kind is not TimerKind.ACCEPT_BY:
                assert moved.timer.kind is timer.kind
            assert moved.timer.due_at <= timer.due_at
            assert {s.person for s in moved.sends} <= {before.taken_by, before.arrived_by}
        self._write(moved)

    @rule(other=st.sampled_from(ConcernKind), severity=st.sampled_from(Severity), policy=POLICIES, reach=REACHES)
    def something_else_happens(
        self, other: ConcernKind, severity: Severity, policy: Policy, reach: Mapping[Whom, Sequence[Recipient]]
    ) -> None:
        before, timer = self.alert, self.timer
        happened = replace(concern(severity), kind=other, episode=f"{other} {self.now}")
        if timer is None or other in before.kinds or merging.host_for([before], happened) is None:
            return

        moved = merging.merge(
            before, happened, policy=policy, reach=reach, audience=audience(before), timer=timer, now=self.now
        )

        assert isinstance(moved, Transition)
        assert moved.timer is not None
        assert moved.alert.kinds == before.kinds | {other}
        assert moved.alert.severity.rank == min(before.severity.rank, severity.rank)
        assert moved.alert.handling is before.handling
        assert (moved.alert.key, moved.alert.episode) == (before.key, before.episode)
        assert moved.alert.snoozed_until is None
        is_anew = severity.rank < before.severity.rank or before.snoozed_until is not None
        assert is_anew == any(e.kind is EntryKind.LEVEL_ENTERED for e in moved.entries)
        if not is_anew:
            assert (moved.timer.kind, moved.timer.due_at) == (timer.kind, timer.due_at)
            assert {s.person for s in moved.sends} <= {before.taken_by, before.arrived_by}
        self._write(moved)

    @rule(by=PEOPLE, reach=REACHES)
    def somebody_gives_it_back(self, by: str, reach: Mapping[Whom, Sequence[Recipient]]) -> None:
        before = self.alert

        moved = passing.release(before, by=by, reason="", reach=reach, now=self.now)

        if isinstance(moved, Refusal):
            assert before.handling in {Handling.CLOSED, Handling.TRIGGERED}
            return
        assert moved.alert.handling is Handling.TRIGGERED
        assert (moved.alert.taken_by, moved.alert.arrived_by, moved.alert.handed_to) == (None, None, None)
        assert moved.alert.level >= before.level
        self._write(moved)

    @rule(by=PEOPLE, to=PEOPLE, ladder=ROUTES)
    def somebody_hands_it_over(self, by: str, to: str, ladder: tuple[Route, ...]) -> None:
        before, timer = self.alert, self.timer or Timer("none", TimerKind.LEVEL, self.now, 0)
        asked = Recipient(to, to, Target.GRID_WORKER, Language.CHINESE, ladder)

        moved = passing.hand_over(before, by=by, to=asked, timer=timer, now=self.now)

        if isinstance(moved, Refusal):
            having = {before.handed_to, before.arrived_by or before.taken_by or by}
            assert not before.is_open or not ladder or to in having
            return
        assert moved.timer is not None
        assert moved.timer.kind is TimerKind.ACCEPT_BY
        assert moved.timer.due_at == moved.alert.accept_by
        waits = [rung.patience for rung in before.policy.levels if Target.GRID_WORKER in rung.targets]
        waits = waits or [before.policy.levels[before.level].patience]
        assert moved.timer.due_at <= self.now + waits[0]
        if before.handling is Handling.TRIGGERED:
            assert moved.alert.taken_by == by
        else:
            assert moved.timer.due_at <= timer.due_at
            assert (moved.alert.taken_by, moved.alert.arrived_by) == (before.taken_by, before.arrived_by)
        assert [s.person for s in moved.sends] == [to]
        self._write(moved)

    @rule(by=PEOPLE, wait=st.timedeltas(timedelta(0), timedelta(hours=3)))
    def somebody_puts_it_off(self, by: str, wait: timedelta) -> None:
        before = self.alert

        moved = passing.snooze(before, by=by, until=self.now + wait, reason="", audience=audience(before), now=self.now)

        latest = before.opened_at + before.policy.snooze_within
        if isinstance(moved, Refusal):
            allowed = before.is_open and before.severity is not Severity.RED
            assert not allowed or before.handling is Handling.ON_SITE or not wait or self.now + wait > latest
            return
        assert before.severity is not Severity.RED
        assert before.handling is not Handling.ON_SITE
        assert moved.timer == Timer(before.id, TimerKind.SNOOZE, self.now + wait, moved.alert.fence)
        assert moved.timer.due_at <= latest
        assert all(s.purpose is Purpose.INFORM for s in moved.sends)
        self._write(moved)

    @rule(policy=POLICIES, reach=REACHES, by=PEOPLE)
    def somebody_reopens_it(self, policy: Policy, reach: Mapping[Whom, Sequence[Recipient]], by: str) -> None:
        moved = escalation.reopen(
            self.alert, alert_id=f"a{len(self.closed)}", by=by, policy=policy, reach=reach, now=self.now
        )

        if isinstance(moved, Refusal):
            assert self.alert.is_open
            return
        assert moved.alert.predecessor == self.alert.id
        assert (moved.alert.key, moved.alert.episode) == (self.alert.key, self.alert.episode)
        self._write(moved)

    @invariant()
    def closed_is_outcome_closer_and_time_together(self) -> None:
        if not hasattr(self, "alert"):
            return
        alert = self.alert
        facts = {alert.outcome is not None, alert.closed_by is not None, alert.closed_at is not None}
        assert facts == {not alert.is_open}

    @invariant()
    def open_is_an_armed_timer_with_the_fence_of_now(self) -> None:
        if not hasattr(self, "alert"):
            return
        assert (self.timer is not None) == self.alert.is_open
        if self.timer is not None:
            assert self.timer.fence == self.alert.fence
            assert self.timer.alert == self.alert.id

    @invariant()
    def it_is_put_off_or_handed_over_only_where_that_may_be(self) -> None:
        if not hasattr(self, "alert"):
            return
        alert = self.alert
        assert (alert.handed_to is None) == (alert.accept_by is None)
        if alert.handed_to is not None:
            assert alert.handling in {Handling.ACKNOWLEDGED, Handling.ON_SITE}
        if alert.snoozed_until is not None:
            assert alert.handling is Handling.TRIGGERED
            assert alert.severity is not Severity.RED
            assert self.timer is not None
            assert self.timer.kind is TimerKind.SNOOZE

    @invariant()
    def the_timeline_replays_to_the_present_state(self) -> None:
        if hasattr(self, "alert"):
            assert timeline.replay(self.entries) == timeline.Standing.of(self.alert)

    @invariant()
    def a_closed_alert_refuses_every_move(self) -> None:
        if not hasattr(self, "alert") or self.alert.is_open:
            return
        closed = self.alert
        moves = [
            escalation.expire(closed, reach={}, now=self.now),
            escalation.unreachable(closed, reach={}, now=self.now),
            escalation.acknowledge(closed, by="li", audience=(), now=self.now),
            escalation.arrive(closed, by="li", now=self.now),
            escalation.close(closed, by="li", outcome=Outcome.TEST, note="", audience=(), now=self.now),
            escalation.resident_fine(closed, by=RESIDENT, audience=(), now=self.now),
            passing.release(closed, by="li", reason="", reach={}, now=self.now),
            passing.snooze(closed, by="li", until=self.now, reason="", audience=(), now=self.now),
        ]
        assert moves == [Refusal.CLOSED] * len(moves)


AlertMachine.TestCase.settings = AlertMachine.TestCase.settings.__class__(
    max_examples=60, stateful_step_count=30, deadline=None
)
TestAlert = AlertMachine.TestCase
