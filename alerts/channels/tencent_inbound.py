"""What Tencent (腾讯云) calls back: the status of SMS, and the SMS that people send back.

https://cloud.tencent.com/document/product/382/52077, https://www.tencentcloud.com/document/product/382/43547, …/43548
"""

from collections.abc import Mapping
from typing import Any

from alerts.channels.inbound import MAX_SAID, News, Replied, Told
from alerts.channels.token_path import text_of
from core.receipts import ReceiptState

THANKS = {"result": 0, "errmsg": "OK"}
_STATES = {"SUCCESS": ReceiptState.DELIVERED, "FAIL": ReceiptState.FAILED}


def read_sms(what: str, item: Mapping[str, Any]) -> tuple[News, ...] | None:
    """A reply has no number of its own: its sender, its second and its words tell it from others."""
    if what == "reply":
        said = text_of(item, "nationcode", "mobile", "text")
        if said is None:
            return None
        address = f"+{said[0]}{said[1]}"
        return (Replied(address, said[2], id=f"{address} {item.get('time', '')} {said[2]}"[:MAX_SAID]),)
    reference, state = text_of(item, "sid"), _STATES.get(str(item.get("report_status")))
    if what != "report" or reference is None or state is None:
        return None
    words = (str(item[name]) for name in ("errmsg", "description") if item.get(name))
    return (Told(reference[0], state, ": ".join(words)[:MAX_SAID]),)
