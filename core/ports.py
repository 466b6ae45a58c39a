"""The ports: what the rooms ask of storage and of the outside. Adapters live in `storage/`; fakes in the tests.

All calls are synchronous and safe to make from several threads; callers on an event loop use a worker thread.
A call that writes has written durably when it returns.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from core.alerts import Alert, Condition, Entry, Timer, Transition
from core.delivery import Attempt, Claimed, Delivery
from core.duty import Change, Rota, Shift
from core.faults import Fault, Ticket
from core.people import Account, Directory, Person, Tie
from core.places import Area, Device, Gateway, Home, Inventory
from core.readings import Reading
from core.receipts import ReceiptStore
from core.states import DeviceStatus, HomeStatus


class StoreUnavailable(Exception):
    """The store is away or busy: nothing was written, try again later."""


class StoreRefused(Exception):
    """The store will never take this: the caller's mistake. Nothing was written."""


class ReadingsRefused(StoreRefused):
    """These readings can never be stored, each with its reason. All others of the call are durable."""

    def __init__(self, refused: Sequence[tuple[Reading, str]]) -> None:
        self.refused = tuple(refused)
        worst = "; ".join(f"{r.device}: {reason}" for r, reason in self.refused[:3])
        super().__init__(f"{len(self.refused)} readings refused: {worst}")


class ReadingsStore(Protocol):
    """Every reading, by (device, channel, kind, at)."""

    def append(self, readings: Sequence[Reading]) -> None:
        """Durable on return; a reading that is there already is kept once. Raises StoreUnavailable (nothing is certain:
        say it again) or ReadingsRefused (the others are durable).
        """
        ...

    def between(
        self, devices: Collection[str], since: datetime, until: datetime, *, limit: int | None = None
    ) -> list[Reading]:
        """Readings of these devices with since <= at < until, oldest first."""
        ...

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        """Everything received at or after the instant, in order of receipt: what a restart replays."""
        ...

    def forget_before(self, instant: datetime) -> int:
        """Drop readings older than the instant; how many went (-1 where the store cannot say)."""
        ...

    def ping(self) -> None:
        """Raises StoreUnavailable when it cannot serve."""
        ...

    def close(self) -> None: ...


class InventoryStore(Protocol):
    """Places, devices, people, ties and rotas. Writes are upserts by id; a wrong reference is StoreRefused."""

    def save(
        self,
        *,
        areas: Iterable[Area] = (),
        homes: Iterable[Home] = (),
        gateways: Iterable[Gateway] = (),
        devices: Iterable[Device] = (),
        people: Iterable[Person] = (),
        ties: Iterable[Tie] = (),
        shifts: Iterable[Shift] = (),
        changes: Iterable[Change] = (),
    ) -> None:
        """All or nothing, in one transaction. A device that had been removed is back."""
        ...

    def remove_devices(self, devices: Iterable[str], *, at: datetime) -> tuple[str, ...]:
        """Take devices out of the inventory; which of them were in it. Their readings and their row stay."""
        ...

    def removed_devices(self) -> tuple[tuple[Device, datetime], ...]:
        """What was taken out and when, newest first."""
        ...

    def inventory(self) -> Inventory: ...
    def directory(self) -> Directory: ...
    def rota(self) -> Rota:
        """Weekly shifts, and the changes that are not over."""
        ...

    def remove_changes(self, changes: Iterable[str]) -> tuple[str, ...]:
        """Take changes of the rota back; which of them were there."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a streaming part has learned: `body` is plain JSON of layout `version`, covering receipt up to `as_of`."""

    owner: str
    key: str
    version: int
    as_of: datetime
    body: Mapping[str, Any]


class SnapshotStore(Protocol):
    def save(self, snapshots: Iterable[Snapshot]) -> None:
        """Replace by (owner, key), in one transaction."""
        ...

    def load(self, owner: str) -> Iterator[Snapshot]: ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page of alerts, newest first; `cursor` fetches the next, None at the end."""

    alerts: tuple[Alert, ...]
    cursor: str | None


class AlertStore(ReceiptStore, Protocol):
    """Alerts with timeline, timers, outbox and receipts: one transaction per move."""

    def open(self, transition: Transition) -> Alert | None:
        """Write a new alert. If its key is open or its episode was raised before, write nothing and
        return that alert (the open one if there is one); None means that it is new and written.
        One with a `predecessor` (reopened) may share its episode: only an open key stands in its way.
        """
        ...

    def apply(self, transition: Transition) -> bool:
        """Write a move, every field of its alert, if the fence is still `expected_fence`; False if it was stale and
        nothing was written. The condition is the sensors': a move changes it only by a line that says so. What the
        alert is for (kind, severity, policy, facts, place, parts) changes only by one that says WORSENED or MERGED.
        """
        ...

    def apply_all(self, transitions: Sequence[Transition]) -> list[bool]:
        """As `apply` for each, of different alerts, in one transaction: much faster for many. When it raises, nothing
        is written.
        """
        ...

    def remark(self, entry: Entry, *, condition: Condition | None = None) -> bool:
        """Add a line, and set the sensors' condition, without raising the fence. False if the alert is closed
        (then only a DELIVERY or NOT_SENT line is written).
        """
        ...

    def get(self, alert: str) -> Alert | None: ...
    def get_all(self, alerts: Collection[str]) -> dict[str, Alert]:
        """Those of them that are there."""
        ...

    def open_alerts(self, *, homes: Collection[str] | None = None) -> list[Alert]: ...
    def of_episode(self, key: str, episode: str) -> Alert | None:
        """The newest alert that was opened for this episode, or that it was merged into."""
        ...

    def held(self) -> list[Alert]:
        """Taken, with nobody on site yet, and not being handed over."""
        ...

    def page(
        self,
        *,
        areas: Collection[str] | None = None,
        homes: Collection[str] | None = None,
        open_only: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """`areas` must be the full set of area ids wanted (the caller expands the tree). Both given: either matches.
        The canary's are never among them.
        """
        ...

    def timeline(self, alert: str) -> list[Entry]: ...
    def timer(self, alert: str) -> Timer | None: ...
    def due_timers(self, now: datetime, *, limit: int = 100) -> list[Timer]:
        """Armed timers with due_at <= now, oldest first."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest instant at which a timer or a queued send wants attention."""
        ...

    def claim_sends(self, now: datetime, *, lease_until: datetime, limit: int = 20, owner: str = "") -> list[Claimed]:
        """Take due, unleased sends under a lease, most urgent severity first, oldest first within it. `owner` is the
        name of the sender, without a slash.
        """
        ...

    def end_leases(self, now: datetime, *, owner: str | None = None) -> int:
        """What `owner` claimed and never settled is due at once, as a repeat; how many. For a sender at its start: it
        held these leases before it died. None: everybody's, for the only sender there is.
        """
        ...

    def settle(self, claimed: Claimed, attempt: Attempt, *, retry_at: datetime | None = None) -> bool:
        """Record an attempt and what becomes of the send, with a DELIVERY line in the timeline, in one transaction.
        False if the lease was lost meanwhile; the attempt is recorded all the same.
        """
        ...

    def cancel_send(self, claimed: Claimed, *, at: datetime, reason: str) -> bool:
        """Decide not to send, with a NOT_SENT line that says why (invariant 9)."""
        ...

    def level_exhausted(self, alert: str, fence: int) -> bool:
        """Has every ASK send of the newest fence up to this one that asked anybody failed or been cancelled?"""
        ...

    def exhausted(self) -> list[str]:
        """Alerts that now ask a level, or somebody to take a hand-over, and for which `level_exhausted` holds."""
        ...

    def last_asked(self, people: Collection[str]) -> dict[str, datetime]:
        """When each of these people was last asked to act on any alert; without those who never were."""
        ...

    def deliveries(self, alert: str) -> list[Delivery]: ...


class TicketStore(Protocol):
    def open_ticket(self, fault: Fault, *, ticket_id: str) -> Ticket | None:
        """None if one with this key is open already."""
        ...

    def close_ticket(self, key: str, *, at: datetime) -> Ticket | None:
        """The ticket that this closed, None if none was open."""
        ...

    def tickets(
        self, *, homes: Collection[str] | None = None, open_only: bool = True, limit: int = 200
    ) -> list[Ticket]: ...


class StatusStore(Protocol):
    """The last known status of homes and devices, for pages and for a restart."""

    def save(self, homes: Iterable[HomeStatus] = (), devices: Iterable[DeviceStatus] = ()) -> None: ...
    def homes(self, ids: Collection[str] | None = None) -> dict[str, HomeStatus]: ...
    def devices(self, ids: Collection[str] | None = None) -> dict[str, DeviceStatus]: ...
    def batteries_due(self, until: datetime, *, limit: int = 1000) -> list[DeviceStatus]:
        """Devices whose battery has to be changed by then, the most urgent first."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """A login session. Only the hash of its token is stored."""

    token_hash: str
    login: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at something: every look is logged."""

    at: datetime
    login: str
    what: str
    subject: str


class AccountStore(Protocol):
    def save_account(self, account: Account) -> None: ...
    def account(self, login: str) -> Account | None: ...
    def accounts(self) -> list[Account]: ...
    def save_session(self, session: Session) -> None: ...
    def session(self, token_hash: str) -> Session | None: ...
    def end_session(self, token_hash: str) -> None: ...
    def forget_sessions_before(self, instant: datetime) -> int: ...
    def record_look(self, look: Look) -> None: ...
    def looks(self, subject: str, *, limit: int = 100) -> list[Look]: ...
