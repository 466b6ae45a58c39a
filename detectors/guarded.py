"""Guarded: what fails in one part of a home is kept from its other parts.

Nobody may go unheard because of a fault in what learns their kitchen habits; and while something fails, nobody can say
that all is well.
"""

from collections.abc import Callable
from datetime import datetime
from math import inf
from typing import Final, Protocol, TypeVar

from detectors.detector import Observation
from detectors.instants import HOUR, NEVER, seconds

AGAIN: Final = 60.0
"""So soon (s) after something failed its home is asked again."""
TROUBLED: Final = HOUR
"""For so long (s) after something failed nobody can say that all is well."""
_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


class Listener(Protocol):
    """Whatever goes by what is observed."""

    def observe(self, seen: Observation) -> None: ...


class Guarded:
    """`troubles`: what has failed, for whoever drives this to take out. `latest` and `told_until`: seconds since the
    epoch; how far it has come.
    """

    __slots__ = ("_troubled_at", "latest", "told_until", "troubles")

    def __init__(self) -> None:
        self.latest = self.told_until = NEVER
        self.troubles: tuple[Exception, ...] = ()
        self._troubled_at = NEVER

    def trouble(self, error: Exception) -> None:
        """This has failed."""
        self.troubles = (*self.troubles, error)
        self._troubled_at = max(self.latest, self.told_until, 0.0)

    def is_troubled(self, now: datetime) -> bool:
        """Has something failed lately?"""
        return self._troubled_at > NEVER and seconds(now) < self.troubled_until()

    def again_at(self) -> float:
        """When to ask again after what failed last; infinitely late where that was done."""
        again = self._troubled_at + AGAIN
        return again if again > self.told_until else inf

    def troubled_until(self) -> float:
        """When what failed last is long ago, if nothing fails until then."""
        return self._troubled_at + TROUBLED

    def _tell(self, listeners: tuple[Listener, ...], seen: Observation) -> None:
        """One after the other."""
        left = iter(listeners)
        try:
            for listener in left:
                listener.observe(seen)
        except Exception as error:  # noqa: BLE001 - any: the others must hear it
            self.trouble(error)
            self._tell(tuple(left), seen)

    def _surely(self, work: Callable[[_Given], _Made], given: _Given) -> _Made | None:
        """None where it failed."""
        try:
            return work(given)
        except Exception as error:  # noqa: BLE001 - any: the others must be asked
            self.trouble(error)
            return None
