"""What the interface needs from outside, as one frozen bundle that the wiring fills in.

Everything is a port or a callable, so that an inventory or a rota can change while people look.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.desk import Desk
from alerts.links import Links
from alerts.providers import Providers
from alerts.proving import Proving
from alerts.pushing import Pushing
from api.feed import LiveFeed
from core.arrival import DoorStore
from core.budget_replays import HomeReplay, Proposal
from core.budgets import Back, BudgetFlaw, BudgetVersion
from core.clock import Clock
from core.concerns import ConcernKind
from core.digest import Digest
from core.duty import Change, Rota
from core.family import FamilyStore
from core.inbox import UnknownDevice
from core.ledger import Ledger, ServiceLevels
from core.lessons import Choice, Lesson
from core.people import Directory, Language
from core.phones import PhoneStore
from core.pictures import PhotoStore
from core.places import Device, Inventory
from core.policies import Policies
from core.policy_versions import PolicyVersion
from core.ports import AccountStore, AlertStore, ReadingsStore, StatusStore, TicketStore
from core.routine import ShownRoutine
from core.shift_edits import ShiftEdit


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`session_hours` and `heartbeat_s` are real time; `speed` is how many seconds of the clock pass in a real one."""

    secure_cookies: bool = False
    session_hours: float = 12.0
    speed: float = 1.0
    language: Language = Language.CHINESE
    heartbeat_s: float = 10.0

    @property
    def session_length(self) -> timedelta:
        """On the clock that sessions are compared with."""
        return timedelta(hours=self.session_hours) * self.speed


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One thing that must work for us to see and to call. `reason` says what is wrong and what to do."""

    name: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    parts: tuple[PartHealth, ...] = ()

    @property
    def ready(self) -> bool:
        return all(part.ok for part in self.parts)


def random_token() -> str:
    """256 bits that nobody can guess, in URL-safe letters."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held, or every mistake in it."""

    homes: int = 0
    devices: int = 0
    mistakes: tuple[str, ...] = ()


class Onboarding(Protocol):
    """What an installer needs: the inbox of unknown devices, binding one, taking one away, a whole building. Blocking.

    What is wrong is told in words, one line per mistake; nothing is changed then.
    """

    def unknown(self) -> list[UnknownDevice]: ...

    def bind(self, device: Device) -> list[str]:
        """Bind it to its home, wherever it was before."""
        ...

    def remove(self, device: str) -> list[str]:
        """Take it out of its home. What it said stays."""
        ...

    def removed(self, home: str) -> list[tuple[Device, datetime]]:
        """What was taken out of this home, and when; newest first."""
        ...

    def import_building(self, text: str, *, dry_run: bool) -> Imported:
        """Take in a CSV file, all of it or nothing; with `dry_run` only look."""
        ...


class DutyBook(Protocol):
    """Where changes of the rota are written. Blocking; a running service asks by them within seconds."""

    def rota(self) -> Rota:
        """As it is written now."""
        ...

    def change(self, change: Change) -> None:
        """Raises StoreRefused when it names what is not there."""
        ...

    def take_back(self, change: str) -> bool:
        """False if it was not there (any more)."""
        ...

    def edit_shift(self, edit: ShiftEdit, *, seen: str) -> bool:
        """As `core.shift_edits.ShiftStore.edit`."""
        ...

    def shift_edits(self, area: str) -> list[ShiftEdit]:
        """What people have changed in an area's weekly shifts, the newest first."""
        ...


class FamilyBook(FamilyStore, Protocol):
    """Wishes, consent and expectations of families, and what became of the daily word. Blocking; a running service
    heeds what is written within seconds.
    """

    def latest_digest(self, home: str, person: str) -> Digest | None: ...


class PolicyBook(Protocol):
    """Escalation policies: what holds, and where the office writes others. Blocking."""

    @property
    def base(self) -> Policies:
        """What holds where the office has written nothing."""
        ...

    def current(self) -> Policies: ...

    def versions(self) -> Sequence[PolicyVersion]:
        """What the office has written, the newest first."""
        ...

    def add(self, version: PolicyVersion) -> bool:
        """It holds for new alerts at once. False if that version has been written meanwhile."""
        ...


class BudgetBook(Protocol):
    """Budgets of false alarms: what holds where, what is proposed, and how it takes effect. Blocking."""

    @property
    def setting(self) -> float:
        """What holds where nothing is set."""
        ...

    def versions(self) -> Sequence[BudgetVersion]:
        """The newest first."""
        ...

    def proposals(self, *, open_only: bool = False) -> Sequence[Proposal]:
        """The newest first."""
        ...

    def proposal(self, id_: str) -> Proposal | None: ...
    def replays(self, id_: str) -> Sequence[HomeReplay]: ...

    def propose(self, place: str, value: float | None, *, by: str, note: str) -> Proposal | BudgetFlaw:
        """It is replayed in the background, and takes effect only when somebody says so."""
        ...

    def is_stale(self, proposal: Proposal) -> bool:
        """Has what holds there changed since it was replayed? Then it must be proposed anew."""
        ...

    def enact(self, id_: str, *, by: str) -> bool:
        """Put in effect what was replayed; a running service judges by it within seconds. False if it may not."""
        ...

    def withdraw(self, id_: str, *, by: str) -> bool:
        """False if it was decided already."""
        ...

    def back(self, place: str) -> Back | None:
        """What had held at this place before, if one may go back to it without a replay."""
        ...

    def go_back(self, place: str, *, seen: int, by: str, note: str) -> bool:
        """`seen`: the version to go back from. False if it is not the newest any more, or one may not."""
        ...


class LessonBook(Protocol):
    """What endings have taught each home, and what people choose about it. Blocking."""

    @property
    def learns(self) -> bool:
        """Is anything taught at all? False: an operator has turned it off."""
        ...

    def of_home(self, home: str) -> Sequence[Lesson]:
        """Of each kind that can be taught."""
        ...

    def choose(self, home: str, kind: ConcernKind, choice: Choice, *, seen: int, by: str, note: str) -> bool:
        """The watch goes by it at once. `seen`: the version that holds, 0 for none; False if it is not any more."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The ports behind the interface. `pushing` is there where Web Push is set up; `changed` is called when people or
    their ways have changed. `routines` says what is usual in a home, where the watch is, and `mean_wait`
    how long (s) a fall is waited for there on average. `phones` exists only in a
    demonstration, `links` where people's phones can reach the console, `providers` where those of channels may call
    back.

    Whoever makes the desk lets it announce to the feed, so that pages learn of every move, whoever made it.
    """

    clock: Clock
    inventory: Callable[[], Inventory]
    directory: Callable[[], Directory]
    rota: Callable[[], Rota]
    readings: ReadingsStore
    alerts: AlertStore
    ledger: Ledger
    doors: DoorStore
    photos: PhotoStore
    desk: Desk
    tickets: TicketStore
    statuses: StatusStore
    accounts: AccountStore
    feed: LiveFeed
    health: Callable[[], HealthReport]
    metrics: Callable[[], bytes]
    onboarding: Onboarding
    duty: DutyBook
    policies: PolicyBook
    budgets: BudgetBook
    lessons: LessonBook
    families: FamilyBook
    proving: Proving
    pushing: Pushing | None = None
    changed: Callable[[], None] = lambda: None
    routines: Callable[[str], ShownRoutine | None] = lambda _: None
    mean_wait: Callable[[str], float | None] = lambda _: None
    phones: PhoneStore | None = None
    links: Links | None = None
    providers: Providers | None = None
    settings: WebSettings = WebSettings()
    levels: ServiceLevels = field(default_factory=ServiceLevels)
    precision_floor: float = 0.1
    token: Callable[[], str] = random_token
