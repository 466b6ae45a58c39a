"""The answers of WeCom, DingTalk and WeChat: `{"errcode": 0, "errmsg": "ok", …}`, always with HTTP 200."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.channels.wire import Answer, Token, TokenSpent, by_code, by_status
from core.delivery import Accepted, Permanent, Verdict

SPENT = frozenset((40001, 40014, 42001, 42007))
BUSY = frozenset((-1,))


@dataclass(frozen=True, slots=True)
class Errcode:
    """How one provider uses them. `limits`: seconds to wait by code. `reference`: the field with its own id."""

    limits: Mapping[str | int, float]
    reference: str = ""
    passing: frozenset[str | int] = BUSY
    spent: frozenset[int] = SPENT

    def judge(self, answer: Answer, key: str, at: datetime) -> Verdict | TokenSpent:
        """`key` stands for the provider's id where it gives none."""
        said = answer.json()
        code = said.get("errcode") if said is not None else None
        if said is None or not isinstance(code, int):
            return by_status(answer, at)
        text = str(said.get("errmsg", ""))
        if code == 0:
            return Accepted(str(said.get(self.reference) or key), text)
        if code in self.spent:
            return TokenSpent(f"{code}: {text}")
        return by_code(code, text, at, limits=self.limits, passing=self.passing)

    def token(self, answer: Answer, at: datetime) -> Token | Verdict:
        """`{"access_token": …, "expires_in": seconds}`, with or without errcode 0."""
        said = answer.json() or {}
        value, seconds = said.get("access_token"), said.get("expires_in")
        if isinstance(value, str) and value and isinstance(seconds, int | float):
            return Token(value, float(seconds))
        code = said.get("errcode")
        if isinstance(code, int) and code != 0:
            return by_code(code, str(said.get("errmsg", "")), at, limits=self.limits, passing=self.passing)
        return by_status(answer, at)


def without_token(verdict: Verdict | TokenSpent, said: str) -> Verdict:
    """For a robot, whose key is for ever: a key that is not taken is a wrong key."""
    return Permanent(f"{said}: {verdict.said}") if isinstance(verdict, TokenSpent) else verdict
