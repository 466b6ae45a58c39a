"""Providers over HTTP: proved, bounded, answered in their own shape; whoever is not proved learns nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from alerts.channels import aliyun_inbound
from alerts.channels.inbound import ReplyBy
from alerts.channels.token_path import TokenPath
from alerts.channels.twilio_inbound import TwilioInbound, signature
from alerts.providers import Providers
from alerts.replies import Replies
from api.app import create_app
from api.services import Services
from core.alerts import Alert, EntryKind
from core.delivery import SendState
from core.people import Directory, Person, Route
from core.ports import StoreUnavailable
from core.receipts import Receipt
from tests.api import street
from tests.api.conftest import As
from tests.api.visitor import ORIGIN, Visitor

RED = "a-17"
TOKEN = "a-token-of-twenty-chars"
FANG = "+8613711112222"
"""The daughter's telephone; she was asked on the demonstration's phone, which stands for a provider here."""
Visit: TypeAlias = Callable[[], Visitor]


def directory() -> Directory:
    fang = Person("fang", "王芳", routes=(Route("console", FANG),))
    return replace(street.DIRECTORY, people={**street.DIRECTORY.people, "fang": fang})


@pytest.fixture
def served(services: Services) -> Services:
    """The scene, with providers behind two of its channels; `console` is the one by which everybody was called."""
    aliyun = TokenPath(
        f"{ORIGIN}/providers/console",
        SecretStr(TOKEN),
        aliyun_inbound.read_sms,
        aliyun_inbound.THANKS,
        ReplyBy.TEXT,
    )
    twilio = TwilioInbound(f"{ORIGIN}/providers/abroad", SecretStr("12345"), ReplyBy.TEXT)
    replies = Replies(services.desk, directory)
    providers = Providers({"console": aliyun, "abroad": twilio}, services.alerts, replies, services.clock)
    return replace(services, providers=providers)


@pytest.fixture
def provider(served: Services, visitor: Visitor) -> Visitor:
    visitor.client = Visitor(create_app(served), visitor._runner).client
    return visitor


def report(reference: str, *, success: bool) -> dict[str, object]:
    return {"biz_id": reference, "success": success, "err_code": "MK:0001", "err_msg": "空号", "out_id": "x"}


def push(provider: Visitor, what: str, *items: dict[str, object], token: str = TOKEN) -> httpx.Response:
    """In ASCII, as JSON may be: so that anything can be said."""
    return provider.post(f"/providers/console/{token}/{what}", content=json.dumps(items))


def asked(services: Services, person: str) -> str:
    """What the provider calls the message that asked this person."""
    return next(str(d.attempts[-1].provider_id) for d in services.alerts.deliveries(RED) if d.send.person == person)


def now(services: Services) -> Alert:
    found = services.alerts.get(RED)
    assert found is not None
    return found


def test_a_report_is_thanked_for_and_kept(provider: Visitor, served: Services) -> None:
    answer = push(provider, "report", report(asked(served, "fang"), success=True))

    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "接收成功"})
    assert [known.state for known in served.alerts.receipts(RED).values()] == ["delivered"]


def test_a_report_that_it_did_not_arrive_is_on_the_timeline_once(provider: Visitor, served: Services) -> None:
    for _ in range(3):
        assert push(provider, "report", report(asked(served, "fang"), success=False)).status_code == 200

    [line] = [e for e in served.alerts.timeline(RED) if e.kind is EntryKind.UNDELIVERED]
    assert line.detail["said"] == "MK:0001: 空号"
    fate = next(d for d in served.alerts.deliveries(RED) if d.send.person == "fang")
    assert fate.state is SendState.FAILED


def test_a_report_of_somebody_elses_message_is_thanked_for_too(provider: Visitor, served: Services) -> None:
    before = served.alerts.timeline(RED)

    assert push(provider, "report", report("of another system", success=False)).status_code == 200

    assert served.alerts.timeline(RED) == before


@pytest.mark.parametrize("reference", ["x" * 5000, "a\x00b", "\ud800", "\n"])
def test_a_reference_that_no_provider_gives_harms_nothing(provider: Visitor, served: Services, reference: str) -> None:
    before = served.alerts.timeline(RED)

    assert push(provider, "report", report(reference, success=False)).status_code == 200

    assert served.alerts.timeline(RED) == before


def test_words_of_a_provider_are_kept_without_what_cannot_be_shown(provider: Visitor, served: Services) -> None:
    told = report(asked(served, "fang"), success=False) | {"err_msg": "空\x00号\ud800"}

    assert push(provider, "report", told).status_code == 200

    [line] = [e for e in served.alerts.timeline(RED) if e.kind is EntryKind.UNDELIVERED]
    assert line.detail["said"] == "MK:0001: 空 号 "


def test_an_answer_by_sms_takes_the_alert_and_saying_it_again_does_nothing(provider: Visitor, served: Services) -> None:
    up: dict[str, object] = {"phone_number": FANG.removeprefix("+86"), "content": "1", "sequence_id": 7}
    assert push(provider, "reply", up).json() == {"code": 0, "msg": "接收成功"}
    assert now(served).taken_by == "fang"
    assert push(provider, "reply", up | {"content": "2", "sequence_id": 8}).status_code == 200
    assert now(served).taken_by is None

    push(provider, "reply", up)

    assert now(served).taken_by is None


def from_twilio(provider: Visitor, path: str, *, key: str = "12345", **fields: str) -> httpx.Response:
    url = f"/providers/abroad/{path}"
    headers = {
        "X-Twilio-Signature": signature(key, f"{ORIGIN}{url}", fields.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return provider.post(url, content=urlencode(fields), headers=headers)


def test_twilio_is_answered_in_twiml_and_a_stranger_hears_nothing(provider: Visitor) -> None:
    answer = from_twilio(provider, "reply", MessageSid="SM1", From="+447700900000", Body="1")

    assert (answer.status_code, answer.text) == (200, "<Response></Response>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert from_twilio(provider, "status", MessageSid="SM1", MessageStatus="sent").status_code == 204


@pytest.mark.parametrize(
    "path",
    [
        f"/providers/nothing/{TOKEN}/report",
        "/providers/console/wrong-token-of-20-chars/report",
        "/providers/console//report",
        "/providers/abroad/status",
        "/providers/%00/x",
    ],
)
def test_who_is_not_proved_cannot_tell_what_is_there(provider: Visitor, path: str) -> None:
    answer = provider.post(path, json=[report("m-1", success=False)])

    told = answer.json()
    assert answer.status_code == 403
    assert told["code"] == "forbidden"
    assert {key: told[key] for key in ("title", "detail")} == {
        "title": "Not for this login",
        "detail": "This address is for the provider of a channel, called as it was set up there.",
    }


def test_a_wrong_signature_changes_nothing(provider: Visitor, served: Services) -> None:
    before = served.alerts.timeline(RED)

    answer = from_twilio(provider, "status", key="54321", MessageSid=asked(served, "fang"), MessageStatus="failed")

    assert answer.status_code == 403
    assert served.alerts.timeline(RED) == before


def test_what_cannot_be_read_and_what_is_too_large_are_refused(provider: Visitor) -> None:
    path = f"/providers/console/{TOKEN}/report"

    assert provider.post(path, content=b"{").status_code == 400
    assert provider.post(path, content=b"[" + b" " * 70_000 + b"]").status_code == 413
    assert provider.get(path).status_code == 405


def test_where_no_channel_calls_back_the_answer_is_the_same(visitor: Visitor) -> None:
    assert visitor.post("/providers/sms/x").status_code == 403


def test_while_the_store_is_away_the_provider_is_asked_to_say_it_again(
    provider: Visitor, served: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_channel: str, _reference: str, _receipt: Receipt) -> str | None:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(served.alerts, "receive", away)

    assert push(provider, "report", report("m-1", success=True)).status_code == 503


def test_the_alerts_page_shows_what_is_proved_in_both_languages(
    provider: Visitor, served: Services, visit_as: As
) -> None:
    push(provider, "report", report(asked(served, "fang"), success=True))
    push(provider, "report", report(asked(served, street.resident(street.FALLEN)), success=False))

    desk = visit_as("desk")
    chinese, english = desk.get(f"/alerts/{RED}").text, desk.get(f"/alerts/{RED}?lang=en").text

    assert "服务商回报：已送达手机" in chinese
    assert "服务商回报：没有送达 — “MK:0001: 空号”" in chinese
    assert "provider reports: on the phone" in english
    assert "provider reports: did not arrive" in english


def test_the_json_has_the_receipt_of_each_try(provider: Visitor, served: Services, visit_as: As) -> None:
    push(provider, "report", report(asked(served, "fang"), success=True))

    told = visit_as("desk").get(f"/api/v1/alerts/{RED}").json()["deliveries"]

    receipts = {d["person"]: d["attempts"][-1]["receipt"] for d in told}
    assert receipts["fang"] == {"state": "delivered", "at": "2026-11-24T01:41:00Z", "said": "MK:0001: 空号"}
    assert receipts[street.resident(street.FALLEN)] is None
