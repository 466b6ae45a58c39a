"""Proving the ways to people: one test by one way, and what counts as the person's own answer to it."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.inbound import inbound_of
from alerts.wording.catalogue import say
from alerts.workers import Runner
from core.alerts import Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent, RateLimited, Temporary, Verdict
from core.people import Person, Route
from core.policies import Target
from core.ports import StoreUnavailable
from core.proving import OPEN_FOR, ProofHow, ProofStore, Trial

log = logging.getLogger(__name__)

_TIMEOUT = 15.0
PATH = "/t/"
"""Where the link of a test leads; behind it stands the test's id."""


def _new_id() -> str:
    """128 bits that nobody can guess: whoever has it is taken for whoever got the test."""
    return secrets.token_urlsafe(16)


def _new_code() -> str:
    return f"{secrets.randbelow(10_000):04d}"


@dataclass(frozen=True)
class Proving:
    """`base`: how people's phones reach the console, empty where they do not."""

    store: ProofStore
    channels: Mapping[str, Channel]
    clock: Clock
    run_call: Runner
    base: str = ""
    new_id: Callable[[], str] = _new_id
    new_code: Callable[[], str] = _new_code

    async def test(self, person: Person, route: Route, *, by: str) -> Trial:
        """Send one test and write down what the provider said. Raises StoreUnavailable; the test may have gone then."""
        id_, code = self.new_id(), self.new_code()
        verdict = await self._sent(person, route, id_, code)
        trial = Trial(
            id_,
            person.id,
            route.channel,
            route.address,
            self.clock.now(),
            by,
            code,
            accepted=isinstance(verdict, Accepted),
            said=_said(verdict),
        )
        await self.run_call(lambda: self.store.save(trial))
        return trial

    async def _sent(self, person: Person, route: Route, id_: str, code: str) -> Verdict:
        channel = self.channels.get(route.channel)
        if channel is None:
            return Permanent(f"no channel {route.channel!r} is set up")
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await channel.deliver(self._message(person, route, channel, id_, code))
        except TimeoutError:
            return Temporary(f"no answer within {_TIMEOUT:g} s")
        except Exception as error:
            log.exception("channel failed", extra={"channel": route.channel})
            return Temporary(f"the channel failed: {type(error).__name__}")

    def _message(self, person: Person, route: Route, channel: Channel, id_: str, code: str) -> OutgoingMessage:
        inbound, language = inbound_of(channel), person.language
        how = say(language, f"trial.how_{inbound.replies}") if inbound is not None and inbound.replies else ""
        return OutgoingMessage(
            key=f"trial.{id_}",
            alert="",
            person=person.id,
            target=Target.GRID_WORKER,
            address=route.address,
            title=say(language, "trial.title"),
            body=say(language, "trial.body", code=" ".join(code)),
            language=language,
            severity=Severity.YELLOW,
            purpose=Purpose.INFORM,
            at=self.clock.now(),
            link=f"{self.base.rstrip('/')}{PATH}{id_}" if self.base else "",
            callbacks=inbound.url if inbound is not None else "",
            how_to_answer=how,
        )

    def open_trial(self, id_: str) -> Trial | None:
        """A test that may still be answered, or has been. Raises StoreUnavailable."""
        trial = self.store.trial(id_)
        return trial if trial is not None and self.clock.now() - trial.at < OPEN_FOR else None

    def answered(self, id_: str, how: ProofHow) -> bool:
        """They have answered it. False where it cannot be answered (any more)."""
        if self.open_trial(id_) is None:
            return False
        return self.store.answer(id_, at=self.clock.now(), how=how)

    def read_out(self, person: str, code: str) -> bool:
        """They have told somebody the code of an open test of theirs."""
        told = "".join(code.split())
        mine = (trial for trial in self.store.latest(person) if trial.code == told and trial.accepted)
        return any(self.answered(trial.id, ProofHow.CODE) for trial in mine)

    def replied(self, person: Person, route: Route) -> bool:
        """They have answered by this way: a test that waits for it, or a real message. Was it a test?

        Trouble with the store is only logged: the answer itself has been heeded.
        """
        try:
            return self._replied(person, route)
        except StoreUnavailable as error:
            log.warning("cannot write down that a way is proved", extra={"why": str(error)})
            return False

    def _replied(self, person: Person, route: Route) -> bool:
        now = self.clock.now()
        for trial in self.store.latest(person.id):
            if (trial.channel, trial.address) != (route.channel, route.address) or now - trial.at >= OPEN_FOR:
                continue
            return trial.answered_at is None and self.store.answer(trial.id, at=now, how=ProofHow.REPLY)
        self.store.save(
            Trial(
                uuid4().hex,
                person.id,
                route.channel,
                route.address,
                now,
                person.id,
                "",
                accepted=True,
                answered_at=now,
                how=ProofHow.REPLY,
            )
        )
        return False


def _said(verdict: Verdict) -> str:
    match verdict:
        case Accepted(said=said):
            return said
        case Temporary(reason=reason) | Permanent(reason=reason) | RateLimited(reason=reason):
            return reason
