"""Intake, put together: session, interpreter, gate and pipeline, from the settings.

Also the one judgement that belongs to the wiring: has everything been heard that the broker kept for us?
"""

import asyncio
import contextlib
import logging
import os
import secrets
import tempfile
from dataclasses import dataclass
from random import SystemRandom

from anxin.clock import ScaledClock
from anxin.lookout import Lookout
from anxin.settings import Settings
from core.places import Inventory
from core.ports import ReadingsStore
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.pipeline import Listener, Pipeline, PipelineLimits
from ingest.report import Tally
from ingest.session import Session
from ingest.settings import BrokerSettings, Protocol, TlsSettings

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Real seconds between looks at the connection."""
GRACE = 5.0
"""Real seconds without a connection before homes count as unseen: a restart of the broker is no outage."""
QUIET_LOOKS = 4
"""Looks in a row without a backlog before it counts as heard."""
FEW, SOME = 50, 1000
"""Messages under way: up to FEW is daily business; below SOME is no backlog if it has long been so."""
BUSY_FOR = 60.0
"""Real seconds of a connection after which a high rate counts as this house's usual one."""


def client_id(settings: Settings) -> str:
    """Under which our session is kept by the broker: as set, else one of our own, made once and kept in a file.

    Whoever connects under it takes our session away, and the broker asks nothing but an account of its own for that:
    so no gateway may know it. 22 letters, which every broker takes (MQTT 3.1.1, 3.1.3.1).
    """
    if settings.broker_client_id:
        return settings.broker_client_id
    file = settings.data_dir / "broker-client-id"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=settings.data_dir) as new:  # only its owner may read it
            new.write(f"anxin-{secrets.token_hex(8)}")
            new.flush()
            with contextlib.suppress(FileExistsError):  # another program was quicker: its name is ours
                os.link(new.name, file)
    return file.read_text().strip()


def broker_settings(settings: Settings) -> BrokerSettings:
    """How to reach the broker."""
    password = settings.broker_password.get_secret_value() if settings.broker_password else None
    return BrokerSettings(
        host=settings.broker_host,
        port=settings.broker_port,
        client_id=client_id(settings),
        username=settings.broker_username,
        password=password,
        tls=TlsSettings(ca_file=settings.broker_ca_file) if settings.broker_tls else None,
        protocol=Protocol.AUTO,
    )


def new_pipeline(
    inventory: Inventory, *, gate: Gate, store: ReadingsStore, listener: Listener, clock: ScaledClock, batch: int
) -> Pipeline:
    """A pipeline with all conventions that are installed."""
    interpreter = Interpreter(inventory, gate=gate, conventions=installed(), tally=Tally())
    limits = PipelineLimits(per_write=batch)
    return Pipeline(interpreter, store=store, listener=listener, clock=clock, limits=limits)


def new_session(settings: Settings, clock: ScaledClock) -> Session:
    return Session(broker_settings(settings), clock=clock, jitter=SystemRandom())


@dataclass
class Attention:
    """Watches the connection for the lookout: judging waits until the broker's backlog has been heard.

    While we are away the broker keeps what homes say. Judged before that is heard, every home would seem silent;
    and so it would while readings wait for a store that is away.
    """

    session: Session
    pipeline: Pipeline
    lookout: Lookout
    grace: float = GRACE
    _away: float = 0.0
    _here: float = 0.0
    _quiet: int = 0
    _lost: bool = False
    _received: int = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look(LOOK_EVERY)
            await asyncio.sleep(LOOK_EVERY)

    def look(self, passed: float) -> None:
        """One look, `passed` real seconds after the last."""
        health = self.session.health()
        if not health.connected:
            self._miss(passed, health.last_error)
            return
        self._away = 0.0
        self._here += passed
        report = self.pipeline.report()
        if report.store_error is not None:
            self._quiet = 0
            self.lookout.judge(allowed=False)
            return
        arrived = health.received - self._received
        self._received = health.received
        backlog = health.waiting + report.staged
        calm = backlog <= FEW and arrived <= FEW * 4
        usual = self._here >= BUSY_FOR and backlog < SOME
        self._quiet = self._quiet + 1 if calm or usual else 0
        if self._quiet >= QUIET_LOOKS and (self._lost or not self.lookout.judging):
            self._lost = False
            self.lookout.broker_back()
            self.lookout.judge(allowed=True)
            log.info("everything that the broker kept has been heard")

    def _miss(self, passed: float, why: str | None) -> None:
        self._quiet, self._here = 0, 0.0
        self._away += passed
        self.lookout.judge(allowed=self._lost)
        if self._away >= self.grace and not self._lost:
            self._lost = True
            log.warning("no connection to the broker: all homes are unseen", extra={"why": why})
            self.lookout.broker_lost()
            self.lookout.judge(allowed=True)
