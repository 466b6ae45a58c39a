"""What the tests of ingest share: a clock moved by hand, a small house, a gate that is asked in one line."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind, Reading, Semantics, Value
from ingest.conventions.decoded import DEFAULT_SEMANTICS, Decoded
from ingest.decisions import Admitted
from ingest.gate import Gate
from ingest.message import Message
from tests.servers import mosquitto

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that only moves when told."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, when: datetime) -> None:
        self.moment = max(self.moment, when)

    def pass_(self, **span: float) -> datetime:
        self.moment += timedelta(**span)
        return self.moment


@dataclass
class Doorkeeper:
    """Asks the gate about one device, second by second."""

    gate: Gate = field(default_factory=Gate)
    device: str = "g/door"
    source: str = "native"
    last: datetime = NOON

    def tell(
        self,
        kind: Kind,
        value: Value,
        *,
        after: float = 1.0,
        device_time: datetime | None = None,
        message: Message | None = None,
        retain: bool = False,
        dup: bool = False,
        semantics: Semantics | None = None,
        **said: object,
    ) -> Admitted:
        """One message with one fact, `after` seconds after the one before."""
        self.last += timedelta(seconds=after)
        message = message or Message("t", f"{kind}{value}{device_time}".encode(), self.last, 1, retain, dup)
        fact = Decoded(
            self.device,
            kind,
            value,
            semantics or DEFAULT_SEMANTICS[kind],
            device_time=device_time,
            **said,  # type: ignore[arg-type]
        )
        (admitted,) = self.gate.admit(self.device, [fact], message, source=self.source)
        return admitted


@dataclass
class ListStore:
    """Keeps readings by their identity, as every store does; may be away, or refuse some."""

    kept: dict[tuple[str, str | None, Kind, datetime], Reading] = field(default_factory=dict)
    writes: int = 0

    def append(self, readings: list[Reading]) -> None:
        self.writes += 1
        for one in readings:
            self.kept.setdefault((one.device, one.channel, one.kind, one.at), one)

    @property
    def readings(self) -> list[Reading]:
        return list(self.kept.values())


def house(*natives: str, gateway: str = "g", profiles: Mapping[str, Mapping[str, object]] | None = None) -> Inventory:
    """One home with these devices behind one gateway."""
    profiles = profiles or {}
    return Inventory.of(
        homes=[Home("h", "a", "1-101")],
        gateways=[Gateway(gateway, "h")],
        devices=[
            Device(f"{gateway}/{native}", "h", Room.KITCHEN, Role.ROOM, gateway, profile=profiles.get(native, {}))
            for native in natives
        ],
    )


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def keeper() -> Doorkeeper:
    return Doorkeeper()


@pytest.fixture
def broker() -> Iterator[mosquitto.Mosquitto]:
    """A genuine Mosquitto without access control, in a folder that its own user can reach."""
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: mosquitto is not installed")
    with tempfile.TemporaryDirectory() as folder, mosquitto.Mosquitto(Path(folder)) as running:
        yield running


@pytest.fixture
def payloads() -> Path:
    """The collected messages of real devices."""
    folder = os.environ.get("ANXIN_PAYLOADS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("NOT RUN: ANXIN_PAYLOADS names no directory of collected device messages")
    return Path(folder)
