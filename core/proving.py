"""Ways to people that are proved: a test, or a real message, that the person themselves has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

PROVED_FOR = timedelta(days=180)
"""People change their numbers: after this, a way must be proved anew."""
OPEN_FOR = timedelta(hours=24)
"""A test that is answered later proves nothing: somebody may have found an old message."""


class ProofHow(StrEnum):
    """How they answered."""

    LINK = "link"  # the button behind the link in the test
    REPLY = "reply"  # an SMS, a key during the call, a button of the messenger
    CODE = "code"  # told the desk the code that stood in it


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of one way, or a real message that was answered. `id` cannot be guessed; `code` is what they read out.

    `accepted`: did the provider take it, and `said` what it said. `how` and `answered_at` are set once.
    """

    id: str
    person: str
    channel: str
    address: str
    at: datetime
    by: str
    code: str
    accepted: bool
    said: str = ""
    answered_at: datetime | None = None
    how: ProofHow | None = None


Way: TypeAlias = tuple[str, str, str]
"""A person, a channel and an address."""


class ProofStore(Protocol):
    """Tests of ways and their answers. Blocking."""

    def save(self, trial: Trial) -> None: ...

    def trial(self, id_: str) -> Trial | None: ...

    def answer(self, id_: str, *, at: datetime, how: ProofHow) -> bool:
        """False where there is no such test, or it has been answered."""
        ...

    def latest(self, person: str) -> list[Trial]:
        """The newest of each of a person's ways."""
        ...

    def proved(self, since: datetime) -> Mapping[Way, datetime]:
        """When each way was last answered, of those that were since then."""
        ...
