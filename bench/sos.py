"""From an emergency button to a person's phone, while the town goes on talking.

A button's message is published to the broker; the clock stops when the provider's HTTP server has accepted the call
for help. Everybody is reached by webhook, everything else is as in production.
"""

import json
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench import stage, town
from bench.figures import Figure, Finding, NotRun
from bench.load import Wire
from core.places import Role
from simulator.community import Community
from simulator.kits import Convention

SECTION = "sos"
AIM_MS = 200.0
READINGS_PER_SECOND = 2_000.0
READINGS_PER_MESSAGE = 1.65
"""In the town's mix; the readings that really came are in the note."""


@dataclass(frozen=True, slots=True)
class SosOptions:
    """`presses` in different homes, one every `every` seconds; `rate` in readings per second, 0 for a quiet town.

    `settling`: seconds of talk before the first press.
    """

    homes: int = 1_000
    presses: int = 300
    every: float = 0.2
    rate: float = READINGS_PER_SECOND
    settling: float = 5.0
    profile: Path | None = None


@dataclass
class Provider:
    """Accepts every message and remembers when it first accepted one for each person."""

    accepted: dict[str, float] = field(default_factory=dict)
    calls: int = 0

    def accept(self, body: bytes) -> bytes:
        message = json.loads(body)
        self.accepted.setdefault(message["person"], time.monotonic())
        self.calls += 1
        return json.dumps({"accepted": True, "id": f"p-{self.calls}"}).encode()


@contextmanager
def providing() -> Iterator[tuple[Provider, str]]:
    """The provider and the address at which it is reached."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            answer = provider.accept(self.rfile.read(int(self.headers.get("content-length", 0))))
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield provider, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(options: SosOptions) -> Iterator[Finding]:
    if not stage.has_mosquitto():
        yield NotRun(SECTION, "Mosquitto is not installed")
        return
    community = town.build(options.homes)
    buttons = buttons_of(community)[: options.presses]
    with ExitStack() as stack:
        where = stack.enter_context(stage.folder())
        provider, address = stack.enter_context(providing())
        port = stack.enter_context(stage.real_broker(where / "broker"))
        given = stage.environment(where / "var", port)
        with stage.opened(given) as stores:
            town.enroll(community.inventory, stores, webhook=address)
        seconds = len(buttons) * options.every + 2 * options.settling
        rate = options.rate / READINGS_PER_MESSAGE
        count = town.write(town.what_is_said(community, int(rate * seconds)), where / "load")
        service = stack.enter_context(stage.served(given, started=time.time(), profile=options.profile))
        before = service.wait_for("connected", 60)
        playing = stack.enter_context(stage.loading(where / "load", port, rate=rate)) if count else None
        time.sleep(options.settling)
        pressed = press(buttons, port, every=options.every)
        wait(provider, pressed, timeout=30)
        late = _lateness(playing)
        end = service.stop()
    took = [provider.accepted[who] - at for who, at in pressed.items() if who in provider.accepted]
    came = (end["readings"] - before["readings"]) / (end["at"] - before["at"])
    note = (
        f"{came:,.0f} readings/s beside it, load late by at most {late:.1f} s, {provider.calls:,} messages accepted, "
        f"longest turn of the event loop {1000 * end['worst_turn']:.0f} ms, "
        f"it waited for a core {stage.share_waited(before, end):.0%} of the time"
    )
    yield from _figures(took, len(pressed), note)


def buttons_of(community: Community) -> list[tuple[str, str]]:
    """Device id of each emergency button that speaks Zigbee2MQTT, and the person who is asked first."""
    return [
        (device.id, f"resident-{household.home.id}")
        for household in community.households
        if household.kit.convention is Convention.ZIGBEE2MQTT
        for device in household.devices
        if device.role is Role.SOS
    ]


def press(buttons: Sequence[tuple[str, str]], port: int, *, every: float) -> dict[str, float]:
    """Press one after the other; when each was handed to the network, by the person who should hear of it."""
    wire = Wire("127.0.0.1", port, name="anxin-buttons", window=10)
    pressed: dict[str, float] = {}
    for device, person in buttons:
        gateway, _, name = device.partition("/")
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
        payload = json.dumps({"action": "emergency", "battery": 97, "last_seen": stamp, "linkquality": 90})
        pressed[person] = time.monotonic()
        wire.publish([(f"gw/{gateway}/zigbee2mqtt/{name}", payload.encode())])
        time.sleep(every)
    wire.finish()
    return pressed


def wait(provider: Provider, pressed: dict[str, float], *, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and not pressed.keys() <= provider.accepted.keys():
        time.sleep(0.05)


def _lateness(playing: "subprocess.Popen[str] | None") -> float:
    if playing is None:
        return 0.0
    said, _ = playing.communicate(timeout=120)
    late: float = json.loads(said)["late"]
    return late


def _figures(took: Sequence[float], presses: int, note: str) -> Iterator[Finding]:
    ordered = sorted(1000 * seconds for seconds in took)
    yield Figure(SECTION, "calls that came through", len(took), f"of {presses}", at_least=presses, note=note)
    if ordered:
        yield Figure(SECTION, "button to channel, half within", quantile(ordered, 0.5), "ms")
        yield Figure(SECTION, "button to channel, 99 % within", quantile(ordered, 0.99), "ms", at_most=AIM_MS)
        yield Figure(SECTION, "button to channel, slowest", ordered[-1], "ms")


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share does not exceed (nearest rank)."""
    rank = -(-len(ordered) * share // 1)
    return ordered[max(0, int(rank) - 1)]
