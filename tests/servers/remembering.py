"""Providers that can be asked what they have: they take what is sent to them, and answer as their documentation prints.

Each is the other end of a `Receiver`. `state` is what became of all messages: "" (on its way or arrived) or "failed".
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.servers.receiver import Answer, Received

AT = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
"""When all that they have was sent."""


class Remembering(Protocol):
    state: str

    def __call__(self, received: Received) -> Answer | None: ...


def _said(body: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def _query(received: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(received.path).query).items()}


@dataclass
class Aliyun:
    """SendSms and QuerySendDetails. Dates are those of Shanghai."""

    state: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer | None:
        query = _query(received)
        if received.headers["x-acs-action"] == "SendSms":
            self.taken.append(query)
            return _said({"RequestId": "F655", "Code": "OK", "Message": "OK", "BizId": f"9006{len(self.taken)}^0"})
        day = f"{AT + timedelta(hours=8):%Y%m%d}"
        found = [self._detail(one) for one in self.taken if one["PhoneNumbers"] == query["PhoneNumber"]]
        found = found if query["SendDate"] == day else []
        listed = {"SmsSendDetailDTO": found[: int(query["PageSize"])]}
        told = {"Code": "OK", "Message": "OK", "RequestId": "819B", "TotalCount": str(len(found))}
        return _said({**told, "SmsSendDetailDTOs": listed})

    def _detail(self, one: dict[str, str]) -> dict[str, Any]:
        failed = self.state == "failed"
        return {
            "PhoneNum": one["PhoneNumbers"],
            "SendStatus": 2 if failed else 3,
            "ErrCode": "MK:0001" if failed else "DELIVERED",
            "TemplateCode": one["TemplateCode"],
            "Content": f"【{one['SignName']}】…",
            "SendDate": "2026-11-27 09:02:03",
            "ReceiveDate": "2026-11-27 09:02:05",
            "OutId": one["OutId"],
        }


@dataclass
class Tencent:
    """SendSms and PullSmsSendStatusByPhoneNumber, with SessionContext turned on."""

    state: str = ""
    shows_context: bool = True
    taken: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer | None:
        asked = json.loads(received.body)
        if received.headers["x-tc-action"] == "SendSms":
            self.taken.append(asked)
            one = {"SerialNo": f"5000:{len(self.taken)}", "Code": "Ok", "Message": "send success"}
            return _said({"Response": {"SendStatusSet": [one], "RequestId": "a0aa"}})
        found = [
            self._status(one, n)
            for n, one in enumerate(self.taken, 1)
            if one["PhoneNumberSet"] == [asked["PhoneNumber"]] and asked["BeginTime"] <= AT.timestamp()
        ]
        return _said({"Response": {"PullSmsSendStatusSet": found[: asked["Limit"]], "RequestId": "a0ab"}})

    def _status(self, one: dict[str, Any], number: int) -> dict[str, Any]:
        return {
            "UserReceiveTime": int(AT.timestamp()),
            "CountryCode": "86",
            "PhoneNumber": one["PhoneNumberSet"][0],
            "SerialNo": f"5000:{number}",
            "ReportStatus": "FAIL" if self.state == "failed" else "SUCCESS",
            "Description": "UNDELIV" if self.state == "failed" else "DELIVRD",
            "SessionContext": one["SessionContext"] if self.shows_context else "",
        }


@dataclass
class Twilio:
    """Messages.json, to create one and to list those to a number, the last first."""

    state: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer | None:
        if received.method == "POST":
            form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
            self.taken.append(form)
            return _said({"sid": f"SM{len(self.taken)}", "status": "queued", "error_code": None}, 201)
        query = _query(received)
        found = [self._message(one, n) for n, one in enumerate(self.taken, 1) if one["To"] == query["To"]]
        return _said({"messages": found[::-1][: int(query["PageSize"])], "page": 0, "next_page_uri": None})

    def _message(self, one: dict[str, str], number: int) -> dict[str, Any]:
        return {
            "sid": f"SM{number}",
            "to": one["To"],
            "from": one.get("From"),
            "body": one["Body"],
            "status": "undelivered" if self.state == "failed" else "delivered",
            "direction": "outbound-api",
            "date_created": "Fri, 27 Nov 2026 01:02:03 +0000",
        }


@dataclass
class NtfyServer:
    """Publishing as JSON and polling a topic. `knows_ids`: 2.16 or later."""

    state: str = ""
    knows_ids: bool = True
    taken: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, received: Received) -> Answer | None:
        if received.method == "POST":
            self.taken.append(json.loads(received.body))
            return _said(self._event(self.taken[-1], len(self.taken)))
        topic, query = urlsplit(received.path).path.split("/")[1], _query(received)
        found = [self._event(one, n) for n, one in enumerate(self.taken, 1) if one["topic"] == topic]
        found = found if int(query["since"]) <= AT.timestamp() else []
        return Answer(200, "".join(f"{json.dumps(one)}\n" for one in found).encode())

    def _event(self, one: dict[str, Any], number: int) -> dict[str, Any]:
        said = {"id": f"hwQ2{number}", "time": int(AT.timestamp()), "event": "message", "topic": one["topic"]}
        told = {"title": one["title"], "message": one["message"]}
        return {**said, **({"sequence_id": one["sequence_id"]} if self.knows_ids else {}), **told}


@dataclass
class Hook:
    """A receiver of webhooks that can be asked (docs/alerts.md)."""

    state: str = ""
    taken: dict[str, str] = field(default_factory=dict)

    def __call__(self, received: Received) -> Answer | None:
        key = received.headers["idempotency-key"]
        if received.method == "POST":
            return _said({"accepted": True, "id": self.taken.setdefault(key, f"h{len(self.taken) + 1}")})
        if key in self.taken and self.state != "failed":
            return _said({"key": key, "known": True, "id": self.taken[key]})
        return _said({"key": key, "known": False})
