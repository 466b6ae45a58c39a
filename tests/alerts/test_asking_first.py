"""Before a message is repeated its provider is asked whether it has it: what is there already is not sent again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from alerts import wording
from alerts.channels.channel import OutgoingMessage
from core.alerts import Alert, EntryKind
from core.delivery import (
    Accepted,
    CannotSay,
    Delivery,
    Finding,
    HasIt,
    HasNot,
    SendState,
    Settlement,
    Temporary,
    Verdict,
)
from core.people import Language
from core.receipts import Receipt, ReceiptState
from tests.alerts.story import Find, Story
from tests.alerts.test_delivery import says


async def _never(message: OutgoingMessage, since: datetime) -> Finding:
    del message, since
    await asyncio.sleep(1e6)
    return HasIt("late")


async def _breaks(message: OutgoingMessage, since: datetime) -> Finding:
    raise ZeroDivisionError(message.key, since)


async def _no(message: OutgoingMessage, since: datetime) -> Finding:
    del message, since
    return HasNot()


async def _cannot(message: OutgoingMessage, since: datetime) -> Finding:
    del message, since
    return CannotSay("HTTP 405")


def killed_after_it_was_taken(story: Story) -> Alert:
    """The resident's provider has taken the first message, and we were killed before we had written that down."""

    async def takes(message: OutgoingMessage) -> Verdict:
        story.phones.received.append((story.clock.now(), message))
        await asyncio.sleep(1e6)
        return Accepted("never heard")

    story.phone("resident").answers(takes)
    alert = story.fall_in()
    story.kill()
    story.phone("resident").works()
    return alert


def first(story: Story, alert: Alert) -> Delivery:
    return story.store.deliveries(alert.id)[0]


def restarted(story: Story, finds: Find | None) -> None:
    story.phones.finds = finds
    story.start()
    story.fast_forward(seconds=5)


def test_what_the_provider_has_is_not_sent_again(story: Story) -> None:
    alert = killed_after_it_was_taken(story)

    restarted(story, story.phones.knows)

    [message] = story.phone("resident").messages
    assert not message.repeat
    [attempt] = first(story, alert).attempts
    assert (attempt.settlement, attempt.repeat) == (Settlement.FOUND, False)
    assert attempt.provider_id == f"provider-{message.key}"
    assert first(story, alert).state is SendState.ACCEPTED
    assert story.findings() == []


def test_the_timeline_says_in_plain_words_that_it_was_there_already(story: Story) -> None:
    alert = killed_after_it_was_taken(story)

    restarted(story, story.phones.knows)

    [line] = story.lines(alert, EntryKind.DELIVERY)
    texts = [wording.entry(line, {}, language, UTC) for language in Language]
    assert any("the provider had it already; not sent again" in text for text in texts)
    assert any("对方先前已收到，没有再发" in text for text in texts)


@pytest.mark.parametrize("finds", [_no, _cannot, _never, _breaks, None])
def test_without_a_plain_yes_it_is_sent_again_at_once_and_says_so(story: Story, finds: Find | None) -> None:
    alert = killed_after_it_was_taken(story)
    began = story.clock.now()

    restarted(story, finds)

    one, again = story.phone("resident").messages
    assert one.key == again.key
    assert (one.repeat, again.repeat) == (False, True)
    assert first(story, alert).attempts[0].at - began <= timedelta(seconds=2)


def test_a_first_try_is_never_asked_about(story: Story) -> None:
    story.phones.finds = _never

    story.fall_in()

    assert len(story.phone("resident").messages) == 1
    assert story.phones.asked == []


def test_what_is_taken_while_the_provider_is_asked_is_not_sent(story: Story) -> None:
    alert = killed_after_it_was_taken(story)

    async def meanwhile(message: OutgoingMessage, since: datetime) -> Finding:
        del message, since
        story.desk.acknowledge(alert.id, by="chen")
        return HasNot()

    restarted(story, meanwhile)

    assert not any(message.repeat for message in story.phone("resident").messages)
    assert (first(story, alert).state, first(story, alert).reason) == (SendState.CANCELLED, "taken")


def test_a_second_try_after_a_passing_trouble_asks_too(story: Story) -> None:
    async def takes_and_says_busy(message: OutgoingMessage) -> Verdict:
        story.phones.received.append((story.clock.now(), message))
        return Temporary("busy", 1)

    story.phones.finds = story.phones.knows
    story.phone("resident").answers(takes_and_says_busy, by="sms")

    alert = story.fall_in()
    story.fast_forward(seconds=3)

    [_] = story.phone("resident").messages
    assert [a.settlement for a in first(story, alert).attempts] == [Settlement.RETRY, Settlement.FOUND]


def test_asking_in_vain_does_not_make_the_next_way_wait_longer(story: Story) -> None:
    story.phones.finds = _never
    story.phone("resident").answers(says(Temporary("busy", 2)), by="sms")
    alert = story.fall_in()
    story.fast_forward(seconds=2)
    story.phone("resident").hangs()

    story.fast_forward(seconds=8)

    assert [a.channel for a in first(story, alert).attempts] == ["sms", "sms"]
    assert first(story, alert).attempts[-1].settlement is Settlement.NEXT_RUNG
    assert "voice" in [kind for kind, message in story.phones.tried if message.person == "wang"]


def test_what_becomes_of_it_later_counts_as_of_any_other(story: Story) -> None:
    alert = killed_after_it_was_taken(story)
    restarted(story, story.phones.knows)
    found = first(story, alert).attempts[0].provider_id or ""

    story.store.receive("sms", found, Receipt(ReceiptState.FAILED, story.clock.now(), "switched off"))
    story.engine.wake()
    story.fast_forward(seconds=2)

    assert [(a.channel, a.settlement) for a in first(story, alert).attempts] == [
        ("sms", Settlement.FOUND),
        ("voice", Settlement.ACCEPTED),
    ]


def test_answers_are_counted(story: Story) -> None:
    killed_after_it_was_taken(story)

    restarted(story, story.phones.knows)

    assert story.sender.asking.counts == {("sms", "has_it"): 1}
