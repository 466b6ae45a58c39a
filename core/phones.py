"""The demonstration's phones: what they show, and the port behind which they are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message on one of the demonstration's phones."""

    id: str
    person: str
    at: datetime
    title: str
    body: str
    alert: str | None
    purpose: str
    repeat: bool = False


class PhoneStore(Protocol):
    """Where the `console` channel delivers: the demonstration's phones."""

    def deliver(self, message: PhoneMessage) -> bool:
        """False if this id was delivered before (the phone shows it once)."""
        ...

    def inbox(self, person: str | None = None, *, limit: int = 100) -> list[PhoneMessage]: ...
