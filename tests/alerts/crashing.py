"""A store that pulls the plug at one chosen call: before it is written, or after it is written and before we hear."""

from collections.abc import Callable
from typing import Any

from core.ports import AlertStore


class PlugPulled(BaseException):
    """The process is gone. Not an Exception: nobody may catch it and carry on."""


class CrashingAlerts:
    """Stands before a store and counts its calls; at call number `crash_at` (from 1) the process ends."""

    def __init__(self, store: AlertStore, *, crash_at: int, after: bool) -> None:
        self._store = store
        self._crash_at = crash_at
        self._after = after
        self.calls = 0
        self.called: list[str] = []
        self.is_gone = False

    def power(self) -> None:
        """Raises PlugPulled once the process is gone."""
        if self.is_gone:
            raise PlugPulled

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._store, name)

        def counted(*args: object, **kwargs: object) -> object:
            self.power()
            self.calls += 1
            self.called.append(name)
            if self.calls != self._crash_at:
                return call(*args, **kwargs)
            if self._after:
                call(*args, **kwargs)
            self.is_gone = True
            raise PlugPulled

        return counted
