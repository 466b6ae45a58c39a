"""How a message finds its way: rungs, retries, rate limits, and what is decided not to be sent any more."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.channel import OutgoingMessage, Unaskable
from core.alerts import Alert, EntryKind, Outcome, Refusal
from core.concerns import ConcernKind, Severity
from core.delivery import Accepted, Delivery, Permanent, RateLimited, SendState, Settlement, Temporary, Verdict
from core.people import Route
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY
from tests.fakes import MemoryAlerts

Answer = Callable[[OutgoingMessage], Coroutine[Any, Any, Verdict]]


def says(*verdicts: Verdict) -> Answer:
    """Each of these in turn; the last for ever."""
    left = list(verdicts)

    async def answer(message: OutgoingMessage) -> Verdict:
        del message
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def fate(story: Story, alert: Alert, person: str) -> Delivery:
    return [d for d in story.store.deliveries(alert.id) if d.send.person == person][-1]


def settlements(delivery: Delivery) -> list[Settlement]:
    return [attempt.settlement for attempt in delivery.attempts]


def ways(story: Story, person: str) -> list[str]:
    return [kind for kind, message in story.phones.tried if message.person == person]


def test_a_number_out_of_service_is_left_for_the_next_way_at_once(story: Story) -> None:
    story.phone("resident").answers(says(Permanent("number not in service")), by="sms")

    alert = story.fall_in()

    story.phone("resident").expects("您还好吗")
    assert ways(story, "wang") == ["sms", "voice"]
    delivery = fate(story, alert, "wang")
    assert delivery.state is SendState.ACCEPTED
    assert settlements(delivery) == [Settlement.NEXT_RUNG, Settlement.ACCEPTED]
    assert delivery.attempts[0].said == "number not in service"


def test_a_passing_trouble_is_tried_once_more_before_the_next_way(story: Story) -> None:
    story.phone("resident").answers(says(Temporary("busy", 2)), by="sms")

    alert = story.fall_in()
    story.fast_forward(seconds=10)

    assert ways(story, "wang") == ["sms", "sms", "voice"]
    times = [attempt.at for attempt in fate(story, alert, "wang").attempts]
    assert times[1] - times[0] >= timedelta(seconds=2)
    assert fate(story, alert, "wang").state is SendState.ACCEPTED


def test_a_provider_that_wants_longer_is_left_for_the_next_way_at_once(story: Story) -> None:
    story.phone("resident").answers(says(Temporary("busy", 5)), by="sms")

    story.fall_in()

    assert ways(story, "wang") == ["sms", "voice"]


def test_the_only_way_is_tried_three_times_with_pauses(story: Story) -> None:
    only_sms = replace(DIRECTORY.people["wang"], routes=(Route("sms", "sms:wang"),))
    story.reacher.use(directory=replace(DIRECTORY, people={**DIRECTORY.people, "wang": only_sms}))
    story.phone("resident").answers(says(Temporary("busy", 1)), by="sms")

    alert = story.fall_in()
    story.fast_forward(seconds=40)

    times = [attempt.at for attempt in fate(story, alert, "wang").attempts]
    assert [later - sooner for sooner, later in pairwise(times)] == [timedelta(seconds=5), timedelta(seconds=15)]
    assert fate(story, alert, "wang").state is SendState.FAILED


@given(
    first=st.sampled_from(["hangs", "slow", "at once"]),
    again=st.sampled_from(["hangs", "slow", "at once"]),
    wants=st.sampled_from([0.0, 1.0, 2.0, 2.1, 60.0]),
)
@settings(max_examples=30, deadline=None)
def test_the_next_way_is_tried_within_ten_seconds(first: str, again: str, wants: float) -> None:
    story = Story(MemoryAlerts())
    lasts = iter([{"hangs": 1e6, "slow": 1.9, "at once": 0.0}[how] for how in (first, again)])

    async def fails(message: OutgoingMessage) -> Verdict:
        del message
        await asyncio.sleep(next(lasts))
        return Temporary("busy", wants)

    story.phone("resident").answers(fails, by="sms")
    begun = story.clock.now()
    story.fall_in()
    story.fast_forward(seconds=15)

    reached = next(at for at, m in story.phones.received if m.address == "voice:wang")
    assert reached - begun <= timedelta(seconds=10.1)
    story.end()


def test_a_provider_that_fails_for_everybody_is_passed_over_until_it_works_again(story: Story) -> None:
    async def is_away(message: OutgoingMessage) -> Verdict:
        return Temporary("away", 60) if message.address.startswith("sms:") else Accepted(message.key)

    for person in ("resident", "daughter", "son"):
        story.phone(person).answers(is_away)
    for kind in (ConcernKind.SOS, ConcernKind.SMOKE, ConcernKind.GAS, ConcernKind.WATER, ConcernKind.NOT_UP):
        story.raises(story.concern(kind=kind))
    tried_before = len([kind for kind, _ in story.phones.tried if kind == "sms"])
    [trouble] = story.sender.breaker.troubles()
    alert = story.fall_in()

    passed_over = fate(story, alert, "wang").attempts[0]
    assert len([kind for kind, _ in story.phones.tried if kind == "sms"]) == tried_before
    assert trouble.channel == "sms"
    assert passed_over.said.startswith("not tried: failing since")
    assert fate(story, alert, "wang").state is SendState.ACCEPTED

    story.phone("daughter").works()
    story.fast_forward(minutes=1)

    assert "sms" in ways(story, "min")
    assert story.sender.breaker.troubles() == []


def test_a_second_try_on_the_same_way_says_that_it_is_one_and_keeps_its_key(story: Story) -> None:
    story.phone("resident").answers(says(Temporary("busy", 1), Accepted("p1")), by="sms")

    story.fall_in()
    story.fast_forward(seconds=10)

    first, second = [m for kind, m in story.phones.tried if m.person == "wang"]
    assert first.key == second.key
    assert (first.repeat, second.repeat) == (False, True)
    assert second.title.startswith("（重发）")


def test_red_does_not_wait_for_a_rate_limit_while_there_is_another_way(story: Story) -> None:
    limit = RateLimited(story.at(minutes=5))
    story.phone("resident").answers(says(limit), by="sms")

    story.fall_in(severity=Severity.RED)

    assert ways(story, "wang") == ["sms", "voice"]


def test_yellow_waits_for_a_short_rate_limit(story: Story) -> None:
    limit = RateLimited(story.at(seconds=40))
    story.phone("resident").answers(says(limit, Accepted("p1")), by="sms")

    alert = story.fall_in(severity=Severity.YELLOW)
    story.fast_forward(seconds=39)
    assert ways(story, "wang") == ["sms"]
    story.fast_forward(seconds=2)

    assert ways(story, "wang") == ["sms", "sms"]
    assert fate(story, alert, "wang").state is SendState.ACCEPTED


def test_a_channel_that_hangs_is_given_up_and_the_next_way_is_taken(story: Story) -> None:
    story.phone("resident").hangs()
    alert = story.fall_in()

    story.fast_forward(seconds=59)

    attempts = fate(story, alert, "wang").attempts
    assert attempts
    assert attempts[0].said == "no answer within 6 s"
    assert attempts[1].said == "no answer within 10 s"
    story.phone("daughter").expects("请联系", within=timedelta(seconds=2))


def test_a_channel_that_breaks_is_tried_again_and_harms_nobody_else(story: Story) -> None:
    async def breaks(message: OutgoingMessage) -> Verdict:
        raise ZeroDivisionError(message.key)

    story.phone("daughter").answers(breaks, by="sms")
    alert = story.fall_in()

    story.fast_forward(minutes=2)

    assert fate(story, alert, "min").attempts[0].said == "the channel failed: ZeroDivisionError"
    assert fate(story, alert, "min").state is SendState.ACCEPTED  # by voice
    story.phone("son").expects("Please check on")


def test_a_way_that_nobody_set_up_is_said_and_passed_over(story: Story) -> None:
    story.sender.channels = {"voice": _Voice(story)}
    alert = story.fall_in()

    attempts = fate(story, alert, "wang").attempts

    assert [a.said for a in attempts] == ["no channel 'sms' is set up", ""]


class _Voice(Unaskable):
    kind = "voice"

    def __init__(self, story: Story) -> None:
        self._story = story

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self._story.phones.received.append((self._story.clock.now(), message))
        return Accepted("v1")


def test_a_message_under_way_when_it_is_taken_is_not_tried_again(story: Story) -> None:
    story.phone("resident").answers(says(RateLimited(story.at(seconds=50))), by="sms")
    alert = story.fall_in(severity=Severity.ORANGE)
    assert fate(story, alert, "wang").state is SendState.QUEUED

    story.takes("daughter", alert)
    story.fast_forward(minutes=3)

    delivery = fate(story, alert, "wang")
    asked = next(d for d in story.store.deliveries(alert.id) if d.send.person == "wang")
    assert (asked.state, asked.reason) == (SendState.CANCELLED, "taken")
    assert delivery.send.event is EntryKind.ACKNOWLEDGED
    [line] = story.lines(alert, EntryKind.NOT_SENT)
    assert line.detail["reason"] == "taken"


def test_a_message_claimed_before_it_was_taken_is_looked_at_again_before_it_goes_out(story: Story) -> None:
    alert = story.fall_in()
    story.kill()
    now = story.at(minutes=1)
    story.loop.run_until_complete(story.clock.sleep_until(now))
    [timer] = story.store.due_timers(story.clock.now())
    assert story.engine._fire(timer)
    claimed = story.store.claim_sends(story.clock.now(), lease_until=story.at(seconds=30))
    story.desk.acknowledge(alert.id, by="chen")

    outcomes = [story.loop.run_until_complete(story.sender.send(one)) for one in claimed]

    assert outcomes == [Settlement.CANCELLED, Settlement.CANCELLED]
    story.phone("daughter").expects_nothing()


def test_word_that_it_is_taken_is_not_sent_when_it_is_no_longer_so(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=7)
    story.phone("captain").answers(says(RateLimited(story.at(minutes=9))), by="sms")
    story.phone("captain").answers(says(RateLimited(story.at(minutes=9))), by="voice")
    story.takes("grid worker", alert)
    story.phone("captain").works()

    story.closes("grid worker", alert, Outcome.WELL_AT_HOME)
    story.fast_forward(minutes=20)

    assert any(
        e.detail["person"] == "chen" and e.detail["reason"] == "closed" for e in story.lines(alert, EntryKind.NOT_SENT)
    )
    assert not any("已接手" in title for title in story.phone("captain").titles)


def test_nobody_is_asked_twice_by_one_level_and_each_send_has_one_fate(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=25)
    closed = story.closes("street desk", alert)

    assert not isinstance(closed, Refusal)
    keys = [m.key for _, m in story.phones.received]
    assert len(keys) == len(set(keys))
    assert all(d.state is not SendState.QUEUED for d in story.store.deliveries(alert.id))
