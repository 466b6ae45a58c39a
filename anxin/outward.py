"""Telling over MQTT, put together from the settings. Nothing here may ever take the service with it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from anxin.intake import broker_settings
from anxin.settings import Settings
from api.outward.outlet import Outlet, OutletAddress
from api.outward.teller import Teller
from api.services import Services

log = logging.getLogger(__name__)

PAUSE = 5.0
"""Real seconds before what broke begins anew."""


@dataclass(frozen=True, slots=True)
class Outward:
    outlet: Outlet
    teller: Teller

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(_again("outlet", self.outlet.run), _again("teller", self.teller.run))


def new_outward(settings: Settings, services: Services) -> Outward | None:
    """None where nothing is to be told."""
    if not settings.outward:
        return None
    broker = broker_settings(settings)
    address = OutletAddress(
        broker.host,
        broker.port,
        f"{broker.client_id}-outward",
        broker.username,
        broker.password,
        None if broker.tls is None else broker.tls.context(),
    )
    outlet = Outlet(address)
    return Outward(outlet, Teller(services, outlet, settings.outward_discovery))


async def _again(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A lamp that cannot be lit is no reason to stop watching: it is logged, and tried again."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("telling over MQTT failed and begins anew", extra={"part": name})
        await asyncio.sleep(PAUSE)
