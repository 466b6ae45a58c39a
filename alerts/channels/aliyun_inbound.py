"""What Aliyun (阿里云) pushes over HTTP: reports of SMS and of calls, the SMS that people send back, keys they press.

https://help.aliyun.com/zh/sms/developer-reference/smsreport-2, https://help.aliyun.com/zh/vms/voicereport-7,
https://help.aliyun.com/zh/sms/developer-reference/smsup-http,
https://help.aliyun.com/zh/vms/developer-reference/voicecallreport-4
"""

from collections.abc import Mapping
from typing import Any

from alerts.channels.inbound import MAX_SAID, News, Replied, Told
from alerts.channels.token_path import text_of
from core.receipts import ReceiptState

THANKS = {"code": 0, "msg": "接收成功"}
_REPORT, _REPLY, _KEYS = "report", "reply", "keys"
_KEY_PRESSED = "300000"
_PICKED_UP = frozenset(("200000", "200001", "200008", "200100"))
"""Heard to the end; hung up before; no key pressed; over."""


def read_sms(what: str, item: Mapping[str, Any]) -> tuple[News, ...] | None:
    """SmsReport and SmsUp."""
    if what == _REPLY:
        said = text_of(item, "phone_number", "content")
        return None if said is None else (Replied(said[0], said[1], id=str(item.get("sequence_id", ""))),)
    reference, arrived = text_of(item, "biz_id"), item.get("success")
    if what != _REPORT or reference is None or not isinstance(arrived, bool):
        return None
    state = ReceiptState.DELIVERED if arrived else ReceiptState.FAILED
    return (Told(reference[0], state, _said(item, "err_code", "err_msg"), str(item.get("out_id") or "")),)


def read_call(what: str, item: Mapping[str, Any]) -> tuple[News, ...] | None:
    """VoiceReport, which comes when the call is over, and VoiceCallReport, which comes while somebody presses a key.

    A call that is not known to be picked up was not.
    """
    found = text_of(item, "call_id", "status_code")
    if what not in (_REPORT, _KEYS) or found is None:
        return None
    call, status = found
    key = str(item.get("dtmf") or "")
    pressed = (Replied("", key, call, f"{call} {key}"),) if key else ()
    if what == _KEYS:
        return pressed if status == _KEY_PRESSED else ()
    state = ReceiptState.ANSWERED if status in _PICKED_UP or key else ReceiptState.FAILED
    return (Told(call, state, _said(item, "status_code", "status_msg")), *pressed)


def _said(item: Mapping[str, Any], code: str, words: str) -> str:
    parts = (str(item[name]) for name in (code, words) if item.get(name))
    return ": ".join(parts)[:MAX_SAID]
