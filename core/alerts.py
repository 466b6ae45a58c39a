"""Alert: one case that people must handle until it is closed with an outcome. Nouns; the moves are in `escalation`.

Condition (the sensors'), handling (the people's) and suppression (derived) are kept apart.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.concerns import ConcernKind, Fact, Severity
from core.people import Language, Route
from core.places import Room
from core.policies import Policy, Target


class Handling(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    ON_SITE = "on_site"
    CLOSED = "closed"


class Condition(StrEnum):
    ACTIVE = "active"
    CLEARED = "cleared"


class Outcome(StrEnum):
    """How an alert ended. Feeds precision figures and the detectors; `core.outcomes` says what each counts as."""

    HOSPITAL = "hospital"  # real, taken to hospital
    HELPED = "helped"  # real, helped on the spot
    REFERRED = "referred"  # real, not urgent, passed on to a service that goes on caring
    HAZARD = "hazard"  # real, something dangerous in the home was found and put right
    DECEASED = "deceased"
    WELL_AT_HOME = "well_at_home"  # nothing was wrong
    BY_MISTAKE = "by_mistake"  # the resident set it off without meaning to
    AWAY = "away"  # was not at home
    DEVICE_FAULT = "device_fault"
    NO_ACCESS = "no_access"  # nobody was seen; somebody who may force the door has taken over
    TEST = "test"
    OVER = "over"  # by itself, before anybody but the resident was asked; no person chooses it


class Found(StrEnum):
    """What was found at one door of an outage."""

    WELL = "well"
    NOBODY = "nobody"  # nobody opened
    NEEDS_HELP = "needs_help"


class TimerKind(StrEnum):
    LEVEL = "level"  # nobody answered this level
    ARRIVE_BY = "arrive_by"  # taken, and not there in time
    REPORT_BY = "report_by"  # there, and no word since
    ACCEPT_BY = "accept_by"  # handed over, and not taken
    SNOOZE = "snooze"  # nobody is asked before


@dataclass(frozen=True, slots=True)
class Timer:
    """The armed timer of an open alert. Does nothing unless its fence is still the alert's."""

    alert: str
    kind: TimerKind
    due_at: datetime
    fence: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of the concerns that an alert is for."""

    kind: ConcernKind
    severity: Severity
    episode: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """`fence` rises with each transition. `level` and `round` say where the climb stands (round: repeats of the last).

    `told` holds the ids of people who were asked, or told that others are, so that they hear how it ended.
    `predecessor` is set when reopened. `handed_to` is who should take it from its holder, by `accept_by`; until
    `snoozed_until` nobody is asked.
    `kind`, `since`, `facts` and `place` are those of the most urgent concern; `joined` holds all of them where there is
    more than one, the first being what it was opened for (as `key` and `episode` say).
    """

    id: str
    key: str
    episode: str
    home: str
    area: str
    kind: ConcernKind
    severity: Severity
    policy: Policy
    opened_at: datetime
    since: datetime
    facts: tuple[Fact, ...] = ()
    place: Room | None = None
    handling: Handling = Handling.TRIGGERED
    condition: Condition = Condition.ACTIVE
    level: int = 0
    round: int = 0
    fence: int = 1
    taken_by: str | None = None
    taken_at: datetime | None = None
    arrived_by: str | None = None
    arrived_at: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    note: str = ""
    told: tuple[str, ...] = ()
    predecessor: str | None = None
    handed_to: str | None = None
    accept_by: datetime | None = None
    snoozed_until: datetime | None = None
    joined: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that it is for, in the order in which it was said."""
        return self.joined or (Part(self.kind, self.severity, self.episode, self.since),)

    @property
    def kinds(self) -> frozenset[ConcernKind]:
        return frozenset(part.kind for part in self.parts)

    @property
    def is_open(self) -> bool:
        return self.handling is not Handling.CLOSED


class EntryKind(StrEnum):
    """One line of an alert's timeline. The first group are transitions, the second are remarks."""

    OPENED = "opened"
    LEVEL_ENTERED = "level_entered"
    ACKNOWLEDGED = "acknowledged"
    ARRIVE_OVERDUE = "arrive_overdue"
    ARRIVED = "arrived"
    REPORT_OVERDUE = "report_overdue"
    RELEASED = "released"
    HANDED_OVER = "handed_over"
    HAND_OVER_UNANSWERED = "hand_over_unanswered"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze_ended"
    HELD = "held"
    CONDITION_CLEARED = "condition_cleared"
    CONDITION_RETURNED = "condition_returned"
    WORSENED = "worsened"
    MERGED = "merged"
    CLOSED = "closed"

    NO_RECIPIENT = "no_recipient"
    UNREACHABLE = "unreachable"
    RESIDENT_FINE = "resident_fine"
    EVIDENCE = "evidence"
    PART_CLEARED = "part_cleared"
    NOTE = "note"
    AT_DOOR = "at_door"
    PHOTO = "photo"
    DELIVERY = "delivery"
    NOT_SENT = "not_sent"
    UNDELIVERED = "undelivered"  # accepted, and the provider says later that it did not arrive


@dataclass(frozen=True, slots=True)
class Entry:
    """A timeline line. `actor` is a person's id, or "system". `detail` is plain JSON; its keys per kind are documented
    with the move that writes it.
    """

    alert: str
    at: datetime
    kind: EntryKind
    fence: int
    actor: str = "system"
    detail: dict[str, Any] = field(default_factory=dict)


class Purpose(StrEnum):
    ASK = "ask"  # act on this
    INFORM = "inform"  # you were asked; this is how it stands now


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as resolved when a level fired.

    `distance`: how many areas up from the home's own is the one that they answer for. `asked_at`: when they were last
    asked to act on any alert; known only where a level takes turns. `spared`: why they are not asked; "beside": they
    are told that others are.
    """

    person: str
    name: str
    target: Target
    language: Language
    ladder: tuple[Route, ...]
    distance: int = 0
    asked_at: datetime | None = None
    spared: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """One message owed to one person: written in the alert's own transaction, delivered by a sender.

    `id` is the idempotency key, deterministic from alert, fence and person. Delivery tries `ladder` rung by rung.
    `event` says what happened (an `EntryKind` value), for the wording.
    """

    id: str
    alert: str
    fence: int
    level: int
    round: int
    person: str
    name: str
    target: Target
    purpose: Purpose
    event: EntryKind
    language: Language
    ladder: tuple[Route, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Transition:
    """Everything one move changes; a store applies it as one transaction or not at all.

    `expected_fence` is 0 when the alert is new. `timer` is None exactly when the alert is closed.
    """

    expected_fence: int
    alert: Alert
    timer: Timer | None
    entries: tuple[Entry, ...]
    sends: tuple[Send, ...] = ()


class Refusal(StrEnum):
    """Why a button or timer did nothing."""

    STALE = "stale"  # somebody else moved it first
    CLOSED = "closed"
    RED_NEEDS_A_PERSON = "red_needs_a_person"
    ALREADY_THERE = "already_there"  # the same person has done just this
    RED_NEVER_WAITS = "red_never_waits"
    SOMEBODY_IS_THERE = "somebody_is_there"  # who is on site owes a report: nothing is put off
    SNOOZED_ENOUGH = "snoozed_enough"  # later than the policy allows
    RED_ONE_BY_ONE = "red_one_by_one"  # never closed together with others
    CANNOT_BE_ASKED = "cannot_be_asked"  # not a responder here, or no way to reach them
    UNKNOWN = "unknown"
