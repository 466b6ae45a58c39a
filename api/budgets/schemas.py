"""Bodies of budgets. Budgets are false alarms a month for a home; spans are seconds."""

from datetime import datetime

from pydantic import Field

from api.budgets.view import PlaceRow, Replayed
from api.schema import Body, example
from core.alerts import Outcome
from core.budget_replays import Arm, Effect, HomeReplay, Judged, Proposal, ProposalState, ReplayFailure
from core.budgets import LONGEST_NOTE, BudgetVersion
from core.concerns import ConcernKind
from core.places import AreaKind

_AT = "2026-11-24T01:41:00Z"
_PLACE = {
    "place": "area:grid-3",
    "name": "第三网格",
    "kind": "grid",
    "homes": 15,
    "budget": 1.0,
    "set_at": "area:community-1",
    "mean_wait_s": 7560.0,
    "false": 4,
    "allowed": 30.0,
}
_BOUGHT = {"homes": 8, "waits_s": {0.25: 14000.0, 0.5: 11400.0, 1.0: 9300.0, 2.0: 7700.0}}
_VERSION = {
    "place": "area:grid-3",
    "number": 2,
    "value": 1.0,
    "at": _AT,
    "by": "p-lin",
    "note": "白跑不多，想早一点发现",
    "proposal": "6f1c9a2b4d3e",
}
_PROPOSAL = {
    "id": "6f1c9a2b4d3e",
    "place": "area:grid-3",
    "value": 1.0,
    "at": _AT,
    "by": "p-lin",
    "note": "白跑不多，想早一点发现",
    "state": "replayed",
    "stale": False,
    "homes": 15,
    "done": 15,
    "concerned": 15,
    "since": "2026-09-25T01:41:00Z",
    "until": _AT,
}
_ARM = {"budget": 0.5, "mean_wait_s": 9360.0, "asked": 3, "sent": 2}
_DIFFERENCE = {
    "home": "building-7/0402",
    "kind": "silence",
    "effect": "spared",
    "since": "2026-11-02T07:12:00Z",
    "before": "2026-11-02T08:57:00Z",
    "after": None,
    "found": None,
    "sent_before": True,
    "sent_after": False,
    "alert": "a-17",
    "outcome": "well_at_home",
}
_HOME = {
    "home": "building-7/0402",
    "days": 60.0,
    "learned_days": 112,
    "readings": 21004,
    "before": _ARM,
    "after": {**_ARM, "budget": 1.0, "mean_wait_s": 7560.0},
    "failed": None,
}


class PlaceBudgetBody(Body):
    """What holds at an area or home."""

    model_config = example(**_PLACE)

    place: str = Field(description="a home's id, or area: and an area's")
    name: str
    kind: AreaKind | None = Field(description="null for a home")
    homes: int
    budget: float
    set_at: str | None = Field(description="the place where this was set; null: it is the service's setting")
    mean_wait_s: float | None = Field(description="how long a fall is waited for on average; null: not known yet")
    false: int = Field(description="how often somebody was sent for a silence that was nothing, in the past 60 days")
    allowed: float = Field(description="what the budgets of these homes allow in that time, or since they are known")

    @classmethod
    def of(cls, row: PlaceRow) -> "PlaceBudgetBody":
        return cls(
            place=row.place,
            name=row.name,
            kind=row.kind,
            homes=row.homes,
            budget=row.budget.value,
            set_at=row.budget.place,
            mean_wait_s=row.wait,
            false=row.false,
            allowed=row.allowed,
        )


class VersionBody(Body):
    """What was set once. None is ever changed; the highest number of a place holds."""

    model_config = example(**_VERSION)

    place: str
    number: int
    value: float | None = Field(description="null: as above it")
    at: datetime
    by: str
    note: str
    proposal: str | None = Field(description="that which was replayed before; null where it went back to what had held")

    @classmethod
    def of(cls, version: BudgetVersion) -> "VersionBody":
        return cls.model_validate(version, from_attributes=True)


class BoughtBody(Body):
    """By budget (false alarms a month), how long a fall would be waited for, on average over some of the homes."""

    model_config = example(**_BOUGHT)

    homes: int
    waits_s: dict[float, float]


class BudgetList(Body):
    """Areas, each parent before its children; the homes in them; and what was set, the newest first."""

    model_config = example(areas=[_PLACE], homes=[], of=15, bought=_BOUGHT, versions=[_VERSION])

    areas: list[PlaceBudgetBody]
    homes: list[PlaceBudgetBody] = Field(description="300 at most")
    of: int = Field(description="how many homes there are")
    bought: BoughtBody | None = Field(description="null: no place was asked for, or nothing is known of its homes")
    versions: list[VersionBody]


class NewProposal(Body):
    """A budget to be replayed on the past. Nothing takes effect by this."""

    model_config = example(place="area:grid-3", value=1.0, note="白跑不多，想早一点发现")

    place: str = Field(max_length=200)
    value: float | None = Field(description="0.1 to 5 false alarms a month for a home; null: as above it")
    note: str = Field(min_length=1, max_length=LONGEST_NOTE, description="why")


class ProposalBody(Body):
    """What is proposed, and how far its replay is."""

    model_config = example(**_PROPOSAL)

    id: str
    place: str
    value: float | None
    at: datetime
    by: str
    note: str
    state: ProposalState
    stale: bool = Field(description="what holds there has changed since the replay: it must be proposed anew")
    homes: int = Field(description="how many are replayed; fewer than concerned: a sample, drawn by the proposal's id")
    done: int
    concerned: int
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, proposal: Proposal, *, done: int, stale: bool) -> "ProposalBody":
        return cls(
            id=proposal.id,
            place=proposal.place,
            value=proposal.value,
            at=proposal.at,
            by=proposal.by,
            note=proposal.note,
            state=proposal.state,
            stale=stale,
            homes=len(proposal.homes),
            done=done,
            concerned=proposal.concerned,
            since=proposal.since,
            until=proposal.until,
        )


class ProposalList(Body):
    """The newest first."""

    model_config = example(items=[_PROPOSAL])

    items: list[ProposalBody]


class ArmBody(Body):
    """One way in which the past was gone through."""

    model_config = example(**_ARM)

    budget: float
    mean_wait_s: float | None
    asked: int = Field(description="how often the resident was asked because of a silence")
    sent: int = Field(description="how often somebody else was asked too")

    @classmethod
    def of(cls, arm: Arm) -> "ArmBody":
        return cls(budget=arm.budget, mean_wait_s=arm.mean_wait, asked=arm.asked, sent=arm.sent)


class HomeReplayBody(Body):
    """What the past says of one home, as it is (before) and as proposed (after)."""

    model_config = example(**_HOME)

    home: str
    days: float = Field(description="so many days of readings were there, of the span asked for")
    learned_days: int = Field(description="days that were learned before that span")
    readings: int
    before: ArmBody
    after: ArmBody
    failed: ReplayFailure | None = Field(description="why it could not be replayed; null: it was")

    @classmethod
    def of(cls, replay: HomeReplay) -> "HomeReplayBody":
        return cls(
            home=replay.home,
            days=replay.days,
            learned_days=replay.learned,
            readings=replay.readings,
            before=ArmBody.of(replay.before),
            after=ArmBody.of(replay.after),
            failed=replay.failed,
        )


class DifferenceBody(Body):
    """One silence that would be judged otherwise, and how the real alert about it ended."""

    model_config = example(**_DIFFERENCE)

    home: str
    kind: ConcernKind
    effect: Effect
    since: datetime
    before: datetime | None = Field(description="noticed as it is; null: not at all")
    after: datetime | None = Field(description="noticed as proposed; null: not at all")
    found: datetime | None = Field(description="of a real need: when it would be found as proposed, had nobody come")
    sent_before: bool
    sent_after: bool
    alert: str | None
    outcome: Outcome | None

    @classmethod
    def of(cls, each: Judged) -> "DifferenceBody":
        difference = each.difference
        return cls(
            home=each.home,
            kind=difference.kind,
            effect=each.effect,
            since=difference.since,
            before=difference.before,
            after=difference.after,
            found=each.found,
            sent_before=difference.sent_before,
            sent_after=difference.sent_after,
            alert=each.alert,
            outcome=each.outcome,
        )


class ReplayBody(Body):
    """A proposal with what its replay has found until now."""

    model_config = example(proposal=_PROPOSAL, replays=[_HOME], differences=[_DIFFERENCE])

    proposal: ProposalBody
    replays: list[HomeReplayBody]
    differences: list[DifferenceBody]

    @classmethod
    def of(cls, found: Replayed) -> "ReplayBody":
        return cls(
            proposal=ProposalBody.of(found.proposal, done=found.done, stale=found.is_stale),
            replays=[HomeReplayBody.of(each) for each in found.replays],
            differences=[DifferenceBody.of(each) for each in found.differences],
        )


class GoingBack(Body):
    """Back to what had held there before: needs no replay."""

    model_config = example(place="area:grid-3", seen=2, note="白跑太多")

    place: str = Field(max_length=200)
    seen: int = Field(ge=1, description="the number of the version to go back from")
    note: str = Field("", max_length=LONGEST_NOTE)
