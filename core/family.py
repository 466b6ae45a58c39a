"""What family may hear and when they wish to hear it: consent is the resident's, wishes are each member's own.

Neither can lose an alert: a level that the family does not answer climbs, and where nobody else at all can be asked,
those who may hear are asked whatever they wish.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from core.places import Room

EVERY_DAY = frozenset(range(7))
LONGEST_LABEL = 60

MOST_EXPECTED = 10
"""Windows that may be expected of one home."""


class Hears(StrEnum):
    """When somebody of the family wishes to hear of an alert."""

    AT_ONCE = "at_once"  # asked, when their level is
    WHEN_TAKEN = "when_taken"  # not asked; told when somebody goes, and how it ended
    AT_OUTCOME = "at_outcome"  # told how it ended
    DAILY = "daily"  # nothing but the daily word


class Scope(StrEnum):
    """What the resident agrees that somebody hears; each holds what the one before holds."""

    NOTHING = "nothing"
    STATE = "state"  # well, or being checked; may be asked to look in
    REASON = "reason"  # also why, and how it ended
    DAY = "day"  # also the last sign of life, and what is expected by when

    @property
    def rank(self) -> int:
        return tuple(Scope).index(self)

    def holds(self, other: "Scope") -> bool:
        return self.rank >= other.rank


@dataclass(frozen=True, slots=True)
class Wish:
    """One member's wishes for one home. `digest_at` is local time there; None: no daily word.

    `responsible`: is asked, while the others are told that they are.
    """

    home: str
    person: str
    hears: Hears = Hears.AT_ONCE
    responsible: bool = False
    digest_at: time | None = None
    paused_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True)
class Consent:
    """That the resident agreed to this, as `by` wrote down at `at`. The newest holds; none is ever changed.

    `how`: in what way they said so.
    """

    home: str
    person: str
    scope: Scope
    at: datetime
    by: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A sign of life that is usual between `start` and `end`, local time, on these weekdays (Monday 0).

    `room`: only there; None for anywhere. Raises ValueError for a window that is none.
    """

    id: str
    home: str
    label: str
    start: time
    end: time
    by: str
    weekdays: frozenset[int] = EVERY_DAY
    room: Room | None = None

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError("what is expected must be expected before the same day is over: from before until")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("weekdays are 0 (Monday) to 6, and at least one")
        if not self.label.strip() or len(self.label) > LONGEST_LABEL:
            raise ValueError(f"what is expected needs a name of at most {LONGEST_LABEL} letters")

    def window(self, day: date, zone: tzinfo) -> tuple[datetime, datetime] | None:
        """From when and until when on this local day; None where it is not expected then."""
        if day.weekday() not in self.weekdays:
            return None
        return datetime.combine(day, self.start, zone), datetime.combine(day, self.end, zone)


@dataclass(frozen=True)
class Families:
    """Wishes and consent of all homes, as one immutable index: by home and person, expectations by home."""

    wishes: Mapping[tuple[str, str], Wish] = field(default_factory=dict)
    scopes: Mapping[tuple[str, str], Scope] = field(default_factory=dict)
    expected: Mapping[str, tuple[Expectation, ...]] = field(default_factory=dict)

    def wish(self, home: str, person: str) -> Wish:
        return self.wishes.get((home, person)) or Wish(home, person)

    @cached_property
    def _spoken_of(self) -> frozenset[str]:
        return frozenset(home for home, _ in (*self.wishes, *self.scopes))

    def is_silent_of(self, home: str) -> bool:
        """Has nobody said anything about this home's family?"""
        return home not in self._spoken_of

    def scope(self, home: str, person: str) -> Scope:
        """What they may hear. Before anybody wrote it down: that all is well, or that it is being checked."""
        return self.scopes.get((home, person), Scope.STATE)


NO_FAMILIES = Families()


class FamilyStore(Protocol):
    """Wishes, consent and expectations. Blocking; a home or person that is not there is StoreRefused."""

    def families(self) -> Families: ...

    def save_wish(self, wish: Wish) -> None:
        """Replace what this member wished for this home."""
        ...

    def record_consent(self, consent: Consent) -> None:
        """Add to what is known; what was recorded before stays."""
        ...

    def consents(self, home: str) -> list[Consent]:
        """Everything that was recorded for a home, the newest first."""
        ...

    def save_expectation(self, expectation: Expectation) -> None:
        """By id. Raises StoreRefused for one more than `MOST_EXPECTED` of a home."""
        ...

    def remove_expectation(self, id_: str) -> bool:
        """Was it there?"""
        ...
