"""Whatever people, sensors, timers and senders do in whatever order, the store holds what the pure moves say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import escalation, passing, worsening
from core.alerts import Alert, Condition, Entry, EntryKind, Outcome, Recipient, Transition
from core.concerns import Severity
from core.delivery import Claimed, SendState, Settlement
from core.policies import DEFAULT_POLICIES
from core.ports import AlertStore
from core.receipts import Receipt, ReceiptState, advanced
from core.timeline import Standing, replay
from tests.contracts.cases import EVERYBODY, HAVE_IT, LEASE, REACH, T0, attempt, concern, opening

PEOPLE = st.sampled_from(["li", "zhao", "daughter"])
STEPS = st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(seconds=40), timedelta(minutes=7)])


class Story(RuleBasedStateMachine):
    """One home's alerts. `model` holds what the pure moves made; `earlier` what a slow person may still act upon."""

    store: ClassVar[AlertStore]
    run: ClassVar[Iterator[int]]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = T0
        self.model: Alert | None = None
        self.earlier: list[Alert] = []
        self.closed: list[Alert] = []
        self.claims: list[Claimed] = []
        self.prefix = f"story-{next(self.run)}"
        self.home = f"{self.prefix}/home"
        self.count = 0

    @initialize()
    def nothing_yet(self) -> None:
        assert self.store.open_alerts(homes=[self.home]) == []

    def teardown(self) -> None:
        """The next story begins with nothing owed to anybody."""
        far = self.now + timedelta(days=1)
        for claimed in self.store.claim_sends(far, lease_until=far + LEASE, limit=10_000):
            self.store.cancel_send(claimed, at=far, reason="the story is over")

    @property
    def alert(self) -> Alert:
        assert self.model is not None
        return self.model

    def do(self, move: object) -> None:
        """Apply a move to the model's alert, and then once more, as a second person would."""
        if not isinstance(move, Transition):
            return
        self.earlier.append(self.alert)
        assert self.store.apply(replace_condition(move, self.alert.condition))
        assert not self.store.apply(move)
        self.model = replace(move.alert, condition=self.alert.condition)
        if not self.model.is_open:
            self.closed.append(self.model)

    @rule(step=STEPS)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @precondition(lambda self: self.model is None or not self.model.is_open)
    @rule(severity=st.sampled_from(Severity), same_episode=st.booleans())
    def a_concern_is_raised(self, severity: Severity, same_episode: bool) -> None:  # noqa: FBT001 drawn by hypothesis
        known = {alert.episode for alert in self.closed}
        episode = "e-1" if same_episode else f"e-{self.count}"
        self.count += 1
        transition = opening(
            f"{self.prefix}/{self.count}", of=concern(self.home, episode=episode, severity=severity), now=self.now
        )
        standing = self.store.open(transition)
        if episode in known:
            assert standing is not None
            assert standing.episode == episode
        else:
            assert standing is None
            self.model = transition.alert

    @precondition(lambda self: self.model is not None and self.model.is_open)
    @rule()
    def the_same_concern_is_raised_again(self) -> None:
        again = opening(f"{self.prefix}/again-{self.count}", of=concern(self.home, episode="other"), now=self.now)
        assert self.store.open(again) == self.alert

    @precondition(lambda self: self.model is not None)
    @rule(by=PEOPLE)
    def somebody_takes_it(self, by: str) -> None:
        self.do(escalation.acknowledge(self.alert, by=by, audience=EVERYBODY, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule(by=PEOPLE)
    def somebody_arrives(self, by: str) -> None:
        self.do(escalation.arrive(self.alert, by=by, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule(by=PEOPLE, outcome=st.sampled_from(Outcome))
    def somebody_closes_it(self, by: str, outcome: Outcome) -> None:
        self.do(escalation.close(self.alert, by=by, outcome=outcome, note="", audience=EVERYBODY, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule(by=PEOPLE)
    def somebody_gives_it_back(self, by: str) -> None:
        self.do(passing.release(self.alert, by=by, reason="", reach=REACH, now=self.now))

    @precondition(lambda self: self.model is not None and self.model.is_open)
    @rule(by=PEOPLE, to=st.sampled_from(EVERYBODY))
    def somebody_hands_it_over(self, by: str, to: Recipient) -> None:
        timer = self.store.timer(self.alert.id)
        assert timer is not None
        self.do(passing.hand_over(self.alert, by=by, to=to, timer=timer, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule(by=PEOPLE, wait=st.sampled_from([timedelta(minutes=5), timedelta(hours=1)]))
    def somebody_puts_it_off(self, by: str, wait: timedelta) -> None:
        until = self.now + wait
        self.do(passing.snooze(self.alert, by=by, until=until, reason="", audience=EVERYBODY, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule()
    def a_timer_expires(self) -> None:
        self.do(escalation.expire(self.alert, reach=REACH, now=self.now))

    @precondition(lambda self: self.model is not None)
    @rule(severity=st.sampled_from(Severity))
    def it_worsens(self, severity: Severity) -> None:
        worse = concern(self.home, severity=severity)
        policy, timer = DEFAULT_POLICIES[severity], self.store.timer(self.alert.id)
        if timer is None:
            return
        move = worsening.worsen(
            self.alert, worse, policy=policy, reach=REACH, audience=EVERYBODY, now=self.now, timer=timer
        )
        self.do(move)

    @precondition(lambda self: self.earlier and self.model is not None)
    @rule(data=st.data(), by=PEOPLE)
    def a_slow_person_acts_on_what_was(self, data: st.DataObject, by: str) -> None:
        before = data.draw(st.sampled_from(self.earlier))
        move = escalation.acknowledge(before, by=by, audience=EVERYBODY, now=self.now)
        if isinstance(move, Transition):
            assert not self.store.apply(move)

    @precondition(lambda self: self.model is not None)
    @rule(condition=st.sampled_from(Condition))
    def the_sensors_speak(self, condition: Condition) -> None:
        kind = EntryKind.CONDITION_CLEARED if condition is Condition.CLEARED else EntryKind.CONDITION_RETURNED
        wrote = self.store.remark(Entry(self.alert.id, self.now, kind, self.alert.fence), condition=condition)
        assert wrote == self.alert.is_open
        if wrote:
            self.model = replace(self.alert, condition=condition)

    @rule(limit=st.integers(1, 3))
    def a_sender_claims(self, limit: int) -> None:
        taken = self.store.claim_sends(self.now, lease_until=self.now + LEASE, limit=limit)
        live = {(c.send.id, c.lease) for c in self.claims if c.lease_until > self.now}
        assert not {c.send.id for c in taken} & {send for send, _ in live}
        self.claims += taken

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), settlement=st.sampled_from(Settlement))
    def a_sender_settles(self, data: st.DataObject, settlement: Settlement) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        self.claims.remove(claimed)
        last_rung = claimed.rung + 1 == len(claimed.send.ladder)
        settlement = Settlement.FAILED if settlement is Settlement.NEXT_RUNG and last_rung else settlement
        tried = attempt(claimed, settlement, at=self.now)
        reference = f"{claimed.send.id}#{claimed.attempt}" if settlement in HAVE_IT else None
        self.store.settle(claimed, replace(tried, provider_id=reference), retry_at=self.now + LEASE)

    @precondition(lambda self: self.model is not None)
    @rule(data=st.data(), state=st.sampled_from(ReceiptState))
    def a_provider_says_what_became_of_it(self, data: st.DataObject, state: ReceiptState) -> None:
        tried = [a for d in self.store.deliveries(self.alert.id) for a in d.attempts if a.provider_id is not None]
        if not tried:
            return
        of = data.draw(st.sampled_from(tried))
        before = self.store.receipts(self.alert.id).get((of.send, of.number))
        known = advanced(before, Receipt(state, self.now))

        assert self.store.receive(of.channel, of.provider_id or "", Receipt(state, self.now)) == self.alert.id

        assert self.store.receipts(self.alert.id)[of.send, of.number] == known

    @invariant()
    def the_store_holds_what_the_moves_say(self) -> None:
        if self.model is None:
            return
        assert self.store.get(self.alert.id) == self.alert
        assert [a.id for a in self.store.open_alerts(homes=[self.home])] == [self.alert.id] * self.alert.is_open

    @invariant()
    def the_timeline_replays_to_the_present(self) -> None:
        if self.model is not None:
            assert replay(self.store.timeline(self.alert.id)) == Standing.of(self.alert)

    @invariant()
    def exactly_the_open_have_a_timer_of_their_fence(self) -> None:
        for alert in [*self.closed, *([self.model] if self.model else [])]:
            timer = self.store.timer(alert.id)
            assert (timer is not None) == alert.is_open
            assert timer is None or timer.fence == alert.fence

    @invariant()
    def the_closed_stay_as_they_were(self) -> None:
        assert [self.store.get(alert.id) for alert in self.closed] == self.closed

    @invariant()
    def what_did_not_arrive_is_told_once(self) -> None:
        if self.model is None:
            return
        lines = [e.detail for e in self.store.timeline(self.alert.id) if e.kind is EntryKind.UNDELIVERED]
        lost = {at for at, known in self.store.receipts(self.alert.id).items() if known.state is ReceiptState.FAILED}
        told = [(line["send"], line["number"]) for line in lines]
        assert len(told) == len(set(told))
        assert lost <= set(told)

    @invariant()
    def every_message_is_somewhere_and_every_withdrawal_is_told(self) -> None:
        if self.model is None:
            return
        deliveries = self.store.deliveries(self.alert.id)
        lines = self.store.timeline(self.alert.id)
        told = {entry.detail.get("send") for entry in lines if entry.kind in (EntryKind.NOT_SENT, EntryKind.DELIVERY)}
        over = {d.send.id for d in deliveries if d.state is not SendState.QUEUED}
        assert over <= told
        assert all((d.next_attempt_at is None) == (d.state is not SendState.QUEUED) for d in deliveries)


def replace_condition(move: Transition, _: Condition) -> Transition:
    """A move decided before the sensors' last word: its idea of the condition must not matter."""
    other = Condition.ACTIVE if move.alert.condition is Condition.CLEARED else Condition.CLEARED
    return replace(move, alert=replace(move.alert, condition=other))


def test_any_sequence_of_moves_leaves_store_and_model_alike(alert_store: AlertStore) -> None:
    runs = iter(range(1_000_000))
    machine = type("OneStory", (Story,), {"store": alert_store, "run": runs})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
