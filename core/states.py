"""What we believe about a home: presence, visibility, and the one of three states that people are shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.places import Room


class Presence(StrEnum):
    """Is the resident at home? Inferred, never assumed."""

    HOME = "home"
    OUT = "out"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """Can we see this home at all? `BLIND` is its own state and never means quiet."""

    VISIBLE = "visible"
    PARTIAL = "partial"
    BLIND = "blind"


class HomeState(StrEnum):
    WELL = "well"
    CONCERN = "concern"
    CANNOT_SEE = "cannot_see"


def home_state(visibility: Visibility, *, has_open_alert: bool) -> HomeState:
    """Exactly one of three: an open alert outranks blindness, blindness outranks calm."""
    if has_open_alert:
        return HomeState.CONCERN
    if visibility is Visibility.BLIND:
        return HomeState.CANNOT_SEE
    return HomeState.WELL


@dataclass(frozen=True, slots=True)
class Company:
    """Somebody else is probably in the home too, since they came in. Evidence about the resident is weaker then.

    `moves`: movements seen in rooms since then, and how many are usual of the resident alone; `crossings`: how often
    two rooms moved nearly at once, and how often is usual.
    """

    since: datetime
    moves: int
    usual_moves: float
    crossings: int
    usual_crossings: float


@dataclass(frozen=True, slots=True)
class HomeStatus:
    """What the watch believes about one home, apart from alerts.

    `learned_days` counts the days whose routine is known. `visibility_reason` is a `FaultCause` value or empty.
    `overdue_since`: since when they are out for too long to be believed, None where they are not.
    """

    home: str
    presence: Presence = Presence.UNKNOWN
    presence_since: datetime | None = None
    visibility: Visibility = Visibility.BLIND
    visibility_since: datetime | None = None
    visibility_reason: str = ""
    last_sign_at: datetime | None = None
    last_sign_room: Room | None = None
    last_sign_device: str | None = None
    learned_days: int = 0
    company: Company | None = None
    overdue_since: datetime | None = None


class LinkQuality(StrEnum):
    """A weak radio is the first suspect where messages are missing: a repeater, or another place, is the answer."""

    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"


WEAK_LINK, GOOD_LINK = 20.0, 45.0
"""Percent: of Zigbee's 255 that is 51 and 115."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """What we know of one device's health. `battery` in percent; `online` as its bridge says, None if it never said.

    `battery_due`: when its battery will have to be changed, None where nothing can be forecast. `link`: how well its
    radio reaches us, in percent of the best.
    """

    device: str
    last_heard_at: datetime | None = None
    online: bool | None = None
    battery: float | None = None
    value: str | None = None
    kind: str | None = None
    battery_due: datetime | None = None
    link: float | None = None

    @property
    def link_quality(self) -> LinkQuality | None:
        """The same as a word."""
        if self.link is None:
            return None
        if self.link < WEAK_LINK:
            return LinkQuality.WEAK
        return LinkQuality.GOOD if self.link >= GOOD_LINK else LinkQuality.FAIR
