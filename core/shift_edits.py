"""Changes of weekly shifts by people, each kept: who changed which, from what to what. The newest says whose it is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.duty import Shift

FILE = "file"
"""Who edits where an inventory file takes a shift back from the console."""


@dataclass(frozen=True, slots=True)
class ShiftEdit:
    """`before` is None for a new shift, `after` for one that is taken away; never both."""

    area: str
    at: datetime
    by: str
    before: Shift | None
    after: Shift | None

    @property
    def shift(self) -> str:
        """Its id."""
        one = self.after or self.before
        assert one is not None
        return one.id


def stamp(shifts: Iterable[Shift]) -> str:
    """Changes whenever one of these shifts does: what a form was made from."""
    told = sorted(repr((s.id, s.person, s.post, s.start, s.end, sorted(s.weekdays), s.rank)) for s in shifts)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


class ShiftStore(Protocol):
    """Weekly shifts and their changes. Blocking."""

    def edit(self, edit: ShiftEdit, *, seen: str) -> bool:
        """Change the shift and keep the edit, in one transaction. False, and nothing written, where the area's shifts
        are not those of which `seen` is the stamp. Raises StoreRefused for a person or area that is not there.
        """
        ...

    def edits(self, area: str, *, limit: int = 50) -> list[ShiftEdit]:
        """The newest first."""
        ...

    def edited(self) -> frozenset[str]:
        """Shifts that are the console's: their newest edit is not a file's."""
        ...
