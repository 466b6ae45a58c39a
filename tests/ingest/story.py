"""A small house with its whole intake, told in a few lines: what stands in for broker and store in these tests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.places import Inventory
from core.ports import StoreUnavailable
from core.readings import Reading
from ingest.conventions.decoded import Convention
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.message import Message
from ingest.pipeline import Pipeline, PipelineLimits
from ingest.report import Tally
from tests.ingest.conftest import NOON, HandClock, ListStore

DOOR = b'{"v":1,"readings":[{"kind":"door","value":"open"}]}'
SOS = b'{"v":1,"readings":[{"kind":"sos","value":true}]}'


def message(device: str, payload: bytes, *, gateway: str = "g", after: float = 0.0) -> Message:
    return Message(f"gw/{gateway}/native/v1/{device}/reading", payload, NOON + timedelta(seconds=after))


@dataclass
class ListIntake:
    """Hands out what it is given, then waits until it is finished; remembers what was acknowledged."""

    batches: list[list[Message]]
    acknowledged: list[Message] = field(default_factory=list)
    closed: bool = False
    more: asyncio.Event = field(default_factory=asyncio.Event)
    finished: bool = False

    async def batch(self, limit: int) -> list[Message]:
        del limit
        while not self.batches and not self.finished:
            self.more.clear()
            await self.more.wait()
        return [] if self.finished else self.batches.pop(0)

    def acknowledge(self, messages: Iterable[Message]) -> int:
        before = len(self.acknowledged)
        self.acknowledged += messages
        return len(self.acknowledged) - before

    def finish(self) -> None:
        self.finished = True
        self.more.set()

    def close(self) -> None:
        self.closed = True


@dataclass
class House:
    """A pipeline over a small house, with everything it touches."""

    inventory: Inventory
    store: ListStore = field(default_factory=ListStore)
    heard: list[Reading] = field(default_factory=list)
    conventions: dict[str, Convention] = field(default_factory=lambda: dict(installed()))
    slept: list[float] = field(default_factory=list)
    limits: PipelineLimits = field(default_factory=PipelineLimits)
    listener: Callable[[Sequence[Reading]], None] | None = None

    def __post_init__(self) -> None:
        interpreter = Interpreter(self.inventory, gate=Gate(), conventions=self.conventions, tally=Tally())
        self.pipeline = Pipeline(
            interpreter,
            store=self.store,  # type: ignore[arg-type]  # only `append` is asked for
            listener=self.listener or self.heard.extend,
            clock=HandClock(),
            limits=self.limits,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def serve(self, *batches: list[Message], until: Callable[[], bool]) -> ListIntake:
        """Run until the condition holds, then stop in good order."""

        async def story() -> ListIntake:
            intake = ListIntake(list(batches))
            running = asyncio.create_task(self.pipeline.run(intake), name="pipeline")
            await eventually(until)
            self.pipeline.stop()
            await running
            return intake

        return asyncio.run(story())


async def eventually(condition: Callable[[], bool], *, turn: Callable[[], Awaitable[None]] | None = None) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await (turn() if turn else asyncio.sleep(0.001))


class AwayStore(ListStore):
    """Away until it is let back."""

    def __init__(self) -> None:
        super().__init__()
        self.away = True

    def append(self, readings: list[Reading]) -> None:
        if self.away:
            raise StoreUnavailable("gone fishing")
        super().append(readings)
