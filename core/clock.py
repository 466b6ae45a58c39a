"""The clock as a port: core never reads one, everybody else is handed one.

Production runs on the system's, a demonstration on a scaled one, tests on one that they move by hand.
"""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, timezone-aware UTC."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Return at `when` or, if that has passed, at once."""
        ...
