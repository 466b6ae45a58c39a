"""The dead man's switch: somebody outside is told every minute that all is well, and raises the alarm otherwise.

Told only while everything that calls people works: ready, and no promise broken by the auditor's eye.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from alerts.auditor import Auditor
from api.services import HealthReport
from core.clock import Clock

log = logging.getLogger(__name__)

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`url` as services such as healthchecks.io give it: any GET is a beat. Blocking."""

    url: str
    health: Callable[[], HealthReport]
    auditor: Auditor
    clock: Clock

    def beat(self) -> bool:
        """True if all is well and they were told."""
        wrong = [f"{part.name}: {part.reason}" for part in self.health().parts if not part.ok]
        wrong += [str(finding.broken) for finding in self.auditor.findings(self.clock.now())]
        if wrong:
            log.error("no heartbeat: something is wrong", extra={"why": "; ".join(wrong)[:500]})
            return False
        try:
            answer = httpx.get(self.url, timeout=_TIMEOUT, trust_env=False)
        except httpx.HTTPError as error:
            log.warning("the heartbeat did not arrive", extra={"why": type(error).__name__})
            return False
        return answer.is_success
