"""A message's words in the shapes that providers take: one text, or the variables of a template they have approved."""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from alerts.channels.channel import OutgoingMessage
from alerts.channels.wire import AddressRefused

Part: TypeAlias = Literal["title", "body", "link", "answer", "text"]
"""What a template's variable can hold; `text` is all of it in one."""
_CUT = "…"
_PHONE = re.compile(r"\+?[0-9]{3,15}")
_MOBILE = re.compile(r"1[0-9]{10}")
_AREA = re.compile(r"0[1-9][0-9]{8,10}")
_CHINA = "+86"


def shortened(text: str, longest: int) -> str:
    """At most so many characters, and visibly so when something is left out."""
    return text if len(text) <= longest else text[: max(0, longest - len(_CUT))] + _CUT


def plain(message: OutgoingMessage, longest: int) -> str:
    """Title, words, how to answer and link as one text. When it is too long only the words are shortened."""
    last = [part for part in (message.how_to_answer, message.link) if part]
    ends = [message.title, *last]
    room = longest - sum(len(end) + 1 for end in ends)
    body = shortened(message.body.strip(), room) if room > len(_CUT) else ""
    return shortened("\n".join(part for part in (message.title, body, *last) if part), longest)


def variables(message: OutgoingMessage, wanted: Mapping[str, Part], longest: int) -> dict[str, str]:
    """The template's variables by name, from the parts of the message. Providers allow no line breaks."""
    parts: dict[Part, str] = {
        "title": message.title,
        "body": message.body,
        "link": message.link,
        "answer": message.how_to_answer,
        "text": plain(message, longest),
    }
    return {name: shortened(" ".join(parts[part].split()), longest) for name, part in wanted.items()}


def phone(address: str) -> str:
    """The number in E.164. Eleven digits from 1, or a leading 0, are written as in mainland China."""
    digits = re.sub(r"[\s()-]", "", address)
    if _MOBILE.fullmatch(digits):
        return f"{_CHINA}{digits}"
    if _AREA.fullmatch(digits):
        return f"{_CHINA}{digits[1:]}"
    if not _PHONE.fullmatch(digits):
        raise AddressRefused(f"{address!r} is not a telephone number")
    return digits if digits.startswith("+") else f"+{digits}"


def phone_in_china(address: str) -> str:
    """As Chinese providers want it: a mobile number bare, a landline with its 0, numbers abroad without the plus."""
    number = phone(address)
    if not number.startswith(_CHINA):
        return number.removeprefix("+")
    bare = number.removeprefix(_CHINA)
    return bare if _MOBILE.fullmatch(bare) else f"0{bare}"
