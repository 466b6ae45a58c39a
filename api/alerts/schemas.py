"""Bodies of alerts. Codes, never sentences: the pages turn them into words."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schema import Body, example
from core.alerts import Condition, EntryKind, Handling, Outcome, Purpose, Refusal, TimerKind
from core.concerns import ConcernKind, Severity
from core.delivery import SendState, Settlement
from core.outcomes import Access
from core.places import Room
from core.policies import Target
from core.receipts import ReceiptState

_FACT = {"name": "silent_for", "value": 3120.0, "unit": "s"}
_PART = {"kind": "silence", "severity": "red", "episode": "since 01:02", "since": "2026-11-24T01:02:00Z"}
_ALERT = {
    "id": "a-17",
    "home": "building-7/0402",
    "area": "building-7",
    "kind": "silence",
    "severity": "red",
    "handling": "triggered",
    "condition": "active",
    "level": 1,
    "round": 0,
    "fence": 2,
    "opened_at": "2026-11-24T01:54:00Z",
    "since": "2026-11-24T01:02:00Z",
    "facts": [_FACT],
    "place": "bathroom",
    "taken_by": None,
    "taken_at": None,
    "arrived_by": None,
    "arrived_at": None,
    "closed_by": None,
    "closed_at": None,
    "outcome": None,
    "note": "",
    "predecessor": None,
    "handed_to": None,
    "accept_by": None,
    "snoozed_until": None,
    "parts": [_PART],
}


class FactBody(Body):
    """One number of the evidence. Units: s, d, W, count, time, place, device, text."""

    model_config = example(**_FACT)

    name: str
    value: float | str
    unit: str


class PartBody(Body):
    """One of the concerns of an alert."""

    model_config = example(**_PART)

    kind: ConcernKind
    severity: Severity
    episode: str
    since: datetime


class AlertBody(Body):
    """One case. `fence` rises with each move: send the one that you saw when you act."""

    model_config = example(**_ALERT)

    id: str
    home: str
    area: str
    kind: ConcernKind
    severity: Severity
    handling: Handling
    condition: Condition
    level: int = Field(description="step of the policy, from 0")
    round: int = Field(description="how often the last level was asked again")
    fence: int
    opened_at: datetime
    since: datetime
    facts: list[FactBody]
    place: Room | None
    taken_by: str | None
    taken_at: datetime | None
    arrived_by: str | None
    arrived_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    outcome: Outcome | None
    note: str
    predecessor: str | None
    handed_to: str | None = Field(description="who should take it from its holder")
    accept_by: datetime | None = Field(description="until when; then it climbs")
    snoozed_until: datetime | None = Field(description="nobody is asked before")
    parts: list[PartBody] = Field(description="every concern that it is for, the one that opened it first")


class AlertPage(Body):
    """Newest first. `next` fetches the page after, null at the end."""

    model_config = example(items=[_ALERT], next=None)

    items: list[AlertBody]
    next: str | None


class TimerBody(Body):
    """What happens by itself if nobody acts."""

    model_config = example(kind="level", due_at="2026-11-24T01:57:00Z")

    kind: TimerKind
    due_at: datetime


class EntryBody(Body):
    """A line of the timeline. `actor` is a person's id, or "system"."""

    model_config = example(
        at="2026-11-24T01:55:00Z",
        kind="level_entered",
        fence=2,
        actor="system",
        detail={"level": 1, "round": 0, "targets": ["family"], "people": ["p-9"], "until": "2026-11-24T01:58:00Z"},
    )

    at: datetime
    kind: EntryKind
    fence: int
    actor: str
    detail: dict[str, Any]


class ReceiptBody(Body):
    """What a provider said later of what it accepted, as far as it came; `at` is when we heard it."""

    model_config = example(state="delivered", at="2026-11-24T01:55:04Z", said="DELIVERED: 用户接收成功")

    state: ReceiptState
    at: datetime
    said: str


class AttemptBody(Body):
    """One try over one channel, and what the provider said."""

    model_config = example(
        number=1,
        at="2026-11-24T01:55:01Z",
        channel="console",
        settlement="accepted",
        said="delivered",
        provider_id="m-81",
        repeat=False,
        receipt=None,
    )

    number: int
    at: datetime
    channel: str
    settlement: Settlement
    said: str
    provider_id: str | None
    repeat: bool
    receipt: ReceiptBody | None


class DeliveryBody(Body):
    """One message owed to one person, and its fate."""

    model_config = example(
        id="a-17.2.p-9",
        person="p-9",
        name="王芳",
        target="family",
        purpose="ask",
        event="level_entered",
        state="accepted",
        reason="",
        attempts=[],
    )

    id: str
    person: str
    name: str
    target: Target
    purpose: Purpose
    event: EntryKind
    state: SendState
    reason: str
    attempts: list[AttemptBody]


class AlertStory(Body):
    """An alert with everything that happened, will happen, and who was told."""

    model_config = example(alert=_ALERT, timer=None, levels=[["resident"], ["family"]], timeline=[], deliveries=[])

    alert: AlertBody
    timer: TimerBody | None
    levels: list[list[str]] = Field(description="whom each level of its policy asks: roles, `person:id`, `contract:id`")
    timeline: list[EntryBody]
    deliveries: list[DeliveryBody]


class Seen(Body):
    """The fence of the alert as it was seen when this was decided."""

    model_config = example(fence=2)

    fence: int = Field(ge=0)


class LocationBody(Body):
    """WGS 84, in degrees, as the phone says it."""

    model_config = example(latitude=31.23041, longitude=121.4737, accuracy_m=18.0)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy_m: float = Field(ge=0, le=40_075_000, description="radius in metres")


class Arriving(Body):
    """Both kinds of evidence may be left out."""

    model_config = example(fence=3, door="Zk3q…", location=None)

    fence: int = Field(ge=0)
    door: str | None = Field(None, max_length=200, description="the secret of the code at this home's door")
    location: LocationBody | None = None


class Closing(Body):
    model_config = example(fence=4, outcome="helped", note="在卫生间滑倒，已扶起，未受伤。", access="key")

    fence: int = Field(ge=0)
    outcome: Outcome
    note: str = Field("", max_length=2000)
    access: Access | None = Field(None, description="how whoever came got in")


class SeenAlert(Body):
    model_config = example(alert="a-17", fence=3)

    alert: str = Field(min_length=1, max_length=200)
    fence: int = Field(ge=0)


class ClosingTogether(Body):
    model_config = example(
        alerts=[{"alert": "a-17", "fence": 3}], outcome="device_fault", note="整栋楼停电，已逐户电话确认。"
    )

    alerts: list[SeenAlert] = Field(min_length=1, max_length=200)
    outcome: Outcome
    note: str = Field(min_length=1, max_length=2000, description="what they had in common")


class ClosedTogether(Body):
    """`refused` is null for one that is closed now, else the code that says why it is not."""

    model_config = example(alert="a-17", refused=None)

    alert: str
    refused: Refusal | None


class Releasing(Body):
    model_config = example(fence=3, reason="车坏了，去不了。")

    fence: int = Field(ge=0)
    reason: str = Field("", max_length=300)


class HandingOver(Body):
    model_config = example(fence=3, to="p-12")

    fence: int = Field(ge=0)
    to: str = Field(min_length=1, max_length=200, description="a person of `responders`")


class Snoozing(Body):
    model_config = example(fence=3, minutes=30, reason="电话里说刚起床，半小时后再看。")

    fence: int = Field(ge=0)
    minutes: int = Field(ge=1, le=1440, description="from now; the policy bounds it from the opening")
    reason: str = Field("", max_length=300)


class ResponderBody(Body):
    """Somebody to whom an alert may be handed over."""

    model_config = example(person="p-12", name="网格员 李伟", target="grid_worker", reachable=True)

    person: str
    name: str
    target: Target
    reachable: bool = Field(description="is any way to reach them known?")


class NoteText(Body):
    model_config = example(text="电话无人接听，已上门。")

    text: str = Field(min_length=1, max_length=2000)
