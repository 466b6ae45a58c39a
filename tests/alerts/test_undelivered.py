"""A provider accepts a message and says later that it did not arrive: the next way is taken while it still counts."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from alerts.channels.inbound import ProviderCall
from alerts.channels.twilio_inbound import TwilioInbound, signature
from alerts.providers import Providers
from alerts.replies import Replies
from core.alerts import Alert, EntryKind, Outcome
from core.delivery import SendState
from core.people import Route
from core.receipts import Receipt, ReceiptState
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY
from tests.alerts.test_delivery import fate, settlements, ways


def hears(story: Story, alert: Alert, person: str, state: ReceiptState, *, way: int = -1, said: str = "30003") -> None:
    """The provider of this person's attempt says what became of it, and the service does what follows."""
    attempt = fate(story, alert, person).attempts[way]
    inbound = TwilioInbound(f"https://anxin.example/providers/{attempt.channel}", SecretStr("12345"), None)
    providers = Providers(
        {attempt.channel: inbound},
        story.store,
        Replies(story.desk, lambda: DIRECTORY),
        story.clock,
        story.engine.climb_if_unreached,
        story._announce,
    )
    status = {ReceiptState.FAILED: "undelivered"}.get(state, state.value)
    fields = {"MessageSid": str(attempt.provider_id), "MessageStatus": status, "ErrorCode": said}
    signed = signature("12345", f"{inbound.url}/status", fields.items())
    call = ProviderCall("status", "", {"x-twilio-signature": signed}, urlencode(fields).encode())
    assert providers.hear(attempt.channel, call).status == 204
    story.fast_forward(seconds=0.1)


def test_accepted_then_undelivered_is_tried_on_the_next_way_at_once(story: Story) -> None:
    alert = story.fall_in()
    assert ways(story, "wang") == ["sms"]
    story.fast_forward(seconds=20)

    hears(story, alert, "wang", ReceiptState.FAILED)

    assert ways(story, "wang") == ["sms", "voice"]
    delivery = fate(story, alert, "wang")
    assert delivery.state is SendState.ACCEPTED
    assert len(settlements(delivery)) == 2
    assert not delivery.attempts[1].repeat
    [line] = story.lines(alert, EntryKind.UNDELIVERED)
    assert (line.detail["channel"], line.detail["said"], line.detail["then"]) == (
        "sms",
        "undelivered 30003",
        "next_way",
    )
    assert story.findings() == []


def test_when_no_way_is_left_the_next_level_is_asked_at_once(story: Story) -> None:
    alert = story.fall_in()

    hears(story, alert, "wang", ReceiptState.FAILED)
    hears(story, alert, "wang", ReceiptState.FAILED, said="no-answer")

    assert fate(story, alert, "wang").state is SendState.FAILED
    assert story.lines(alert, EntryKind.UNREACHABLE)
    story.phone("daughter").expects("请联系")
    assert story.now(alert).level == 1


def test_a_level_waits_for_the_others_that_it_asks(story: Story) -> None:
    alert = story.fall_in()
    story.fast_forward(minutes=1, seconds=1)
    assert story.now(alert).level == 1

    hears(story, alert, "min", ReceiptState.FAILED)
    hears(story, alert, "min", ReceiptState.FAILED)

    assert story.now(alert).level == 1
    assert ways(story, "min") == ["sms", "voice"]


@pytest.mark.parametrize("state", [ReceiptState.DELIVERED, ReceiptState.READ, ReceiptState.SENT])
def test_good_news_calls_nobody_again(story: Story, state: ReceiptState) -> None:
    alert = story.fall_in()

    hears(story, alert, "wang", state)

    assert ways(story, "wang") == ["sms"]
    assert story.lines(alert, EntryKind.UNDELIVERED) == []


def test_the_same_bad_news_twice_calls_once(story: Story) -> None:
    alert = story.fall_in()

    hears(story, alert, "wang", ReceiptState.FAILED, way=0)
    hears(story, alert, "wang", ReceiptState.FAILED, way=0)

    assert ways(story, "wang") == ["sms", "voice"]
    assert len(story.lines(alert, EntryKind.UNDELIVERED)) == 1


def test_once_somebody_has_it_bad_news_is_written_and_calls_nobody(story: Story) -> None:
    alert = story.fall_in()
    story.takes("daughter", alert)
    asked = next(d for d in story.store.deliveries(alert.id) if d.send.person == "wang")

    story.store.receive("sms", str(asked.attempts[0].provider_id), Receipt(ReceiptState.FAILED, story.clock.now()))
    story.engine.wake()
    story.fast_forward(seconds=30)

    [line] = story.lines(alert, EntryKind.UNDELIVERED)
    assert line.detail["then"] == "nothing"
    assert "voice" not in ways(story, "wang")


def test_news_of_a_closed_alert_is_written_and_calls_nobody(story: Story) -> None:
    alert = story.fall_in()
    story.closes("daughter", alert, Outcome.WELL_AT_HOME)
    before = len(story.phones.tried)

    hears(story, alert, "wang", ReceiptState.FAILED, way=0)
    story.fast_forward(minutes=1)

    assert len(story.phones.tried) == before
    assert [line.detail["then"] for line in story.lines(alert, EntryKind.UNDELIVERED)] == ["nothing"]


def test_bad_news_that_overtakes_the_providers_own_acceptance_climbs_too(story: Story) -> None:
    only_sms = replace(DIRECTORY.people["wang"], routes=(Route("sms", "sms:wang"),))
    story.reacher.use(directory=replace(DIRECTORY, people={**DIRECTORY.people, "wang": only_sms}))
    story.store.receive("sms", "provider-a1.1.wang.0", Receipt(ReceiptState.FAILED, story.clock.now(), "30006"))

    alert = story.fall_in()

    assert fate(story, alert, "wang").state is SendState.FAILED
    assert story.now(alert).level == 1
    story.phone("daughter").expects("请联系")


def test_a_service_that_died_before_it_climbed_climbs_at_its_start(story: Story) -> None:
    alert = story.fall_in()
    hears(story, alert, "wang", ReceiptState.FAILED)
    attempt = fate(story, alert, "wang").attempts[-1]
    story.store.receive(attempt.channel, str(attempt.provider_id), Receipt(ReceiptState.FAILED, story.clock.now()))
    story.kill()

    story.start()
    story.fast_forward(seconds=0.1)

    assert story.now(alert).level == 1
