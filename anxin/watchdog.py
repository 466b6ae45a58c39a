"""`anxin watchdog`: on a second machine, asks the first again and again, and calls the desk when it is silent.

It depends on nothing of the first but its address: channels of its own, no database, no broker.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import httpx

from alerts.channels.channel import Channel, OutgoingMessage
from anxin.clock import system_clock
from anxin.logs import start_logging
from anxin.reaching import open_channels
from anxin.settings import Settings, SettingsRefused
from anxin.shutdown import told_to_stop
from core.alerts import Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent
from core.people import Language
from core.policies import Target

log = logging.getLogger(__name__)

_WORDS = {
    Language.CHINESE: {
        "silent": (
            "【红色】安心系统没有应答",
            "自 {since} 起联系不上（{why}）。现在可能没有人收到告警：请马上查看，并按纸面名单打电话。",
        ),
        "back": ("安心系统已恢复", "{since} 起恢复应答。请打开值班台，看看这段时间里有没有漏下的事。"),
    },
    Language.ENGLISH: {
        "silent": (
            "[RED] Anxin does not answer",
            (
                "It cannot be reached since {since} ({why}). Alerts may reach nobody now: look at once, call by the "
                "paper list."
            ),
        ),
        "back": ("Anxin is back", "It answers again since {since}. Open the desk and see what came up meanwhile."),
    },
}

Probe: TypeAlias = Callable[[], Coroutine[Any, Any, str]]
"""What is wrong with the first machine; empty when it is well."""


@dataclass(frozen=True, slots=True)
class Told:
    """One way to call somebody: a channel of the file and an address for it."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `silent_for`: how long it may be wrong before anybody is called. `again`: until they are called anew."""

    every: float = 15.0
    silent_for: float = 120.0
    again: float = 600.0
    retry: float = 20.0


@dataclass
class Watchdog:
    """`run` until cancelled. Everybody in `tell` is called, each until their provider has accepted."""

    probe: Probe
    channels: Mapping[str, Channel]
    tell: Sequence[Told]
    clock: Clock
    language: Language = Language.CHINESE
    patience: Patience = Patience()
    called: int = 0
    _wrong_since: datetime | None = None
    _called_at: float | None = None
    _calling: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        first_wrong = loop.time()
        while True:
            why = await self.probe()
            now = loop.time()
            if not why:
                self._is_well()
            elif self._wrong_since is None:
                self._wrong_since, first_wrong = self.clock.now(), now
                log.warning("the first machine is not well", extra={"why": why})
            if why and now - first_wrong >= self.patience.silent_for and self._may_call(now):
                self._called_at = now
                self._say("silent", self._wrong_since or self.clock.now(), why)
            await asyncio.sleep(self.patience.every)

    def _may_call(self, now: float) -> bool:
        return self._called_at is None or now - self._called_at >= self.patience.again

    def _is_well(self) -> None:
        if self._called_at is not None:
            for calling in self._calling:
                calling.cancel()
            self._say("back", self.clock.now(), "")
        self._wrong_since = self._called_at = None

    def _say(self, what: str, since: datetime, why: str) -> None:
        title, body = _WORDS[self.language][what]
        text = body.format(since=since.astimezone().strftime("%H:%M"), why=why)
        log.error("calling", extra={"what": what, "why": why})
        for number, told in enumerate(self.tell):
            key = f"watchdog.{what}.{since.timestamp():.0f}.{self.called}.{number}"
            task = asyncio.create_task(self._call(told, key, title, text, red=what == "silent"), name=key)
            self._calling.add(task)
            task.add_done_callback(self._calling.discard)
        self.called += 1

    async def _call(self, told: Told, key: str, title: str, body: str, *, red: bool) -> None:
        """Until it is accepted, or refused for good: the others in the list are the next way."""
        attempt = 0
        while True:
            attempt += 1
            message = OutgoingMessage(
                key=key,
                alert="watchdog",
                person="watchdog",
                target=Target.STREET_DESK,
                address=told.address,
                title=title,
                body=body,
                language=self.language,
                severity=Severity.RED if red else Severity.YELLOW,
                purpose=Purpose.ASK if red else Purpose.INFORM,
                at=self.clock.now(),
                attempt=attempt,
                repeat=attempt > 1,
            )
            verdict = await self.channels[told.channel].deliver(message)
            said = {"channel": told.channel, "verdict": str(verdict)}
            if isinstance(verdict, Accepted | Permanent):
                log.warning("called" if isinstance(verdict, Accepted) else "cannot be called", extra=said)
                return
            log.warning("calling again", extra=said)
            await asyncio.sleep(self.patience.retry)


def readiness(url: str, *, timeout: float = 10.0) -> Probe:
    """Asks `/readyz` of the first machine: no answer, a wrong one, and "not ready" with its reasons."""

    async def probe() -> str:
        try:
            async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
                answer = await client.get(f"{url.rstrip('/')}/readyz")
            parts = answer.json()["parts"]
            wrong = [f"{part['name']}: {part['reason']}" for part in parts if not part["ok"]]
        except httpx.HTTPError as error:
            return f"{type(error).__name__}"
        except (ValueError, KeyError, TypeError):
            return "an answer that is not Anxin's"
        return "; ".join(wrong)[:200]

    return probe


def parse_told(text: str) -> Told:
    """`CHANNEL=ADDRESS`. Raises ValueError."""
    channel, sign, address = text.partition("=")
    if not channel or not sign or not address:
        raise ValueError(f"{text!r}: must be CHANNEL=ADDRESS, such as sms=13711112222")
    return Told(channel, address)


async def run_watchdog(settings: Settings, url: str, tell: Sequence[str], patience: Patience) -> None:
    """Until SIGTERM or SIGINT. Raises SettingsRefused when nobody could be called."""
    start_logging(settings.log_level, as_json=settings.log_json)
    clock = system_clock()
    channels = open_channels(settings, clock)
    try:
        wanted = [parse_told(text) for text in tell]
    except ValueError as error:
        raise SettingsRefused(f"--tell {error}") from error
    missing = sorted({told.channel for told in wanted} - set(channels))
    if missing:
        raise SettingsRefused(f"--tell: no channel {', '.join(missing)}; there are: {', '.join(channels) or 'none'}")
    watchdog = Watchdog(readiness(url), channels, wanted, clock, settings.language, patience)
    watching = asyncio.create_task(watchdog.run(), name="watchdog")
    stopping = asyncio.create_task(told_to_stop(), name="stop")
    await asyncio.wait([watching, stopping], return_when=asyncio.FIRST_COMPLETED)
    for task in (watching, stopping):
        task.cancel()
    if watching.done() and not watching.cancelled():
        watching.result()
