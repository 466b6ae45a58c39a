"""A proposed budget and what the past says of it: nothing takes effect that was not replayed.

A proposal is replayed home by home; when all are done, a person puts it in effect, or withdraws it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Protocol

from core.alerts import Alert, Outcome
from core.budgets import BudgetVersion
from core.concerns import ConcernKind
from core.outcomes import Need, need

LOOKED_BACK = timedelta(days=60)
FOLLOWED = timedelta(hours=36)
"""How long a person who was really in need is followed, as if nobody had come, to see when they would be found."""


class ProposalState(StrEnum):
    PROPOSED = "proposed"  # waits to be replayed, or is being replayed
    REPLAYED = "replayed"  # may be put in effect
    IN_EFFECT = "in_effect"  # was put in effect
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`value` as in a version: None is "as above".

    Once its replay has begun: `homes`, those that are replayed, of so many `concerned`; the span `since` to `until`;
    `basis`: the stamp of the budgets from which it was reckoned. `decided_by`, `decided_at`: who put it in effect or
    withdrew it.
    """

    id: str
    place: str
    value: float | None
    at: datetime
    by: str
    note: str
    state: ProposalState = ProposalState.PROPOSED
    homes: tuple[str, ...] = ()
    concerned: int = 0
    since: datetime | None = None
    until: datetime | None = None
    basis: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in {ProposalState.PROPOSED, ProposalState.REPLAYED}


def drawn(homes: Iterable[str], most: int, seed: str) -> tuple[str, ...]:
    """All of them, or so many of them, the same for the same seed."""
    found = sorted(homes)
    if len(found) > most:
        found = sorted(Random(seed).sample(found, most))  # noqa: S311 - a sample, not a secret
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way in which a past was gone through. `mean_wait` (s): how long a fall is waited for on average at its end;
    None where nothing is known of the home. `asked`: how often the resident was asked; `sent`: how often somebody else
    was too.
    """

    budget: float
    mean_wait: float | None
    asked: int
    sent: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One quiet that the two ways judge otherwise. `before`, `after`: when it would be a concern as it is and as
    proposed; None: it would not. `sent_before`, `sent_after`: would somebody other than the resident be asked?

    `ended`: when life returned, or the home was left, by what was recorded. `anyway`: when it would be a concern as
    proposed had nobody come, and nothing moved; None: not within `FOLLOWED`, or it need not be known.
    """

    kind: ConcernKind
    episode: str
    since: datetime
    before: datetime | None
    after: datetime | None
    sent_before: bool = False
    sent_after: bool = False
    ended: datetime | None = None
    anyway: datetime | None = None


class ReplayFailure(StrEnum):
    """Why a home could not be replayed."""

    GONE = "gone"  # it is not among the homes any more
    BROKE = "broke"  # our own mistake; the log has it


@dataclass(frozen=True, slots=True)
class HomeReplay:
    """What the past says of one home. `days` of it were there, of the span asked for, and `learned` days before them.

    `failed`: why it could not be replayed; nothing else is told then.
    """

    home: str
    days: float
    learned: int
    readings: int
    before: Arm
    after: Arm
    differences: tuple[Difference, ...] = ()
    failed: ReplayFailure | None = None


class Effect(StrEnum):
    """What a difference means, by how the real alert ended."""

    SPARED = "spared"  # for nothing, and nobody would be asked
    CUT_SHORT = "cut_short"  # for nothing, but whoever came ended it: how long it would have lasted nobody knows
    FEWER = "fewer"  # not asked, and how it would have ended is not known
    MISSED = "missed"  # a real need, not found
    LATER = "later"
    SOONER = "sooner"
    MORE = "more"  # asked in addition


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference with the real alert about it, if there was one. `found` is when it would be found as proposed."""

    home: str
    difference: Difference
    effect: Effect
    alert: str | None = None
    outcome: Outcome | None = None
    found: datetime | None = None

    @property
    def shift(self) -> timedelta | None:
        """How much later (negative: sooner) it would be noticed."""
        before = self.difference.before
        return None if before is None or self.found is None else self.found - before


def is_false(outcome: Outcome) -> bool:
    """Was somebody sent for nothing? Not where it was over before anybody but the resident was asked."""
    return need(outcome) in {Need.NOTHING, Need.TECHNICAL} and outcome is not Outcome.OVER


def judged(home: str, difference: Difference, alert: Alert | None) -> Judged:
    """What it means. `alert`: that which was really raised for this quiet."""
    outcome = None if alert is None else alert.outcome
    told = (home, difference)
    known = (None if alert is None else alert.id, outcome)
    before, after = difference.before, difference.after
    if before is None:
        return Judged(*told, Effect.MORE, *known, after)
    if after is not None:
        return Judged(*told, Effect.LATER if after > before else Effect.SOONER, *known, after)
    if outcome is not None and need(outcome) is Need.REAL:
        effect = Effect.MISSED if difference.anyway is None else Effect.LATER
        return Judged(*told, effect, *known, difference.anyway)
    if outcome is None or need(outcome) is Need.EXCLUDED:
        return Judged(*told, Effect.FEWER, *known)
    return Judged(*told, Effect.CUT_SHORT if _ended_by_people(difference, alert) else Effect.SPARED, *known)


def _ended_by_people(difference: Difference, alert: Alert | None) -> bool:
    """Was somebody at the door before life returned?"""
    came = None if alert is None else alert.arrived_at
    return came is not None and (difference.ended is None or came <= difference.ended)


@dataclass(frozen=True, slots=True)
class Sum:
    """A replay in a few numbers. Waits (s) are means over the homes of which something is known, None without any;
    `sent_before` and `sent_after`: how often somebody other than the resident would be asked, in `home_days`.
    """

    homes: int
    failed: int
    home_days: float
    fewest_days: float
    most_days: float
    wait_before: float | None
    wait_after: float | None
    sent_before: int
    sent_after: int


def summed(replays: Sequence[HomeReplay]) -> Sum:
    done = [each for each in replays if not each.failed]
    known = [(e.before.mean_wait, e.after.mean_wait) for e in done if e.days > 0]
    pairs = [(before, after) for before, after in known if before is not None and after is not None]
    days = [each.days for each in done]
    return Sum(
        homes=len(replays),
        failed=len(replays) - len(done),
        home_days=sum(days),
        fewest_days=min(days, default=0.0),
        most_days=max(days, default=0.0),
        wait_before=sum(before for before, _ in pairs) / len(pairs) if pairs else None,
        wait_after=sum(after for _, after in pairs) / len(pairs) if pairs else None,
        sent_before=sum(each.before.sent for each in done),
        sent_after=sum(each.after.sent for each in done),
    )


class BudgetStore(Protocol):
    """Versions, which are added and never changed; proposals, which go one way; and their replays. Blocking."""

    def versions(self) -> list[BudgetVersion]:
        """All of them, the newest first."""
        ...

    def add(self, version: BudgetVersion) -> bool:
        """False, and nothing written, if that number of its place has been written meanwhile."""
        ...

    def propose(self, proposal: Proposal) -> None:
        """Raises StoreRefused for an id that is taken."""
        ...

    def proposal(self, id_: str) -> Proposal | None: ...

    def proposals(self, *, open_only: bool = False, limit: int = 200) -> list[Proposal]:
        """The newest first."""
        ...

    def begin(
        self,
        id_: str,
        *,
        homes: Collection[str],
        concerned: int,
        since: datetime,
        until: datetime,
        basis: str,
    ) -> bool:
        """Its replay begins, anew if it had begun: what was recorded of it goes. False unless it is PROPOSED."""
        ...

    def record(self, id_: str, replay: HomeReplay) -> bool:
        """Keep what was found of one home, instead of what was kept of it before. False unless it is PROPOSED."""
        ...

    def replays(self, id_: str) -> list[HomeReplay]:
        """By home."""
        ...

    def finish(self, id_: str) -> bool:
        """PROPOSED → REPLAYED. False, and nothing changed, while a home is missing, or in any other state."""
        ...

    def enact(self, id_: str, version: BudgetVersion) -> bool:
        """REPLAYED → IN_EFFECT, and its version, in one transaction. False, and nothing written, in any other state or
        where the version's number has been written meanwhile.
        """
        ...

    def withdraw(self, id_: str, *, at: datetime, by: str) -> bool:
        """PROPOSED or REPLAYED → WITHDRAWN. False in any other state."""
        ...
