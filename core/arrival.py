"""What shows that somebody really is at the door: its code was scanned, and where their phone says that they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Proof(StrEnum):
    QR = "qr"  # the code at this home's door was scanned


@dataclass(frozen=True, slots=True)
class Location:
    """WGS 84, in degrees; `accuracy_m` is the radius in metres within which the phone believes to be (95 %).

    Raises ValueError for what is no place on Earth.
    """

    latitude: float
    longitude: float
    accuracy_m: float

    def __post_init__(self) -> None:
        on_earth = -90 <= self.latitude <= 90 and -180 <= self.longitude <= 180  # noqa: PLR2004 - degrees
        if not on_earth or not 0 <= self.accuracy_m <= _ROUND_THE_EARTH_M:
            raise ValueError(f"{self.latitude}, {self.longitude} ± {self.accuracy_m} m is no place on Earth")


_ROUND_THE_EARTH_M = 40_075_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both may be missing: to say that one is there is enough."""

    proof: Proof | None = None
    location: Location | None = None

    def told(self) -> dict[str, Any]:
        """As a timeline's line keeps it: `evidence`, and `location` with `latitude`, `longitude`, `accuracy_m`."""
        found: dict[str, Any] = {}
        if self.proof is not None:
            found["evidence"] = self.proof.value
        if self.location is not None:
            at = self.location
            found["location"] = {"latitude": at.latitude, "longitude": at.longitude, "accuracy_m": at.accuracy_m}
        return found


@dataclass(frozen=True, slots=True)
class DoorCode:
    """The secret on the printed code at a home's door, since when, and who made it."""

    home: str
    code: str
    made_at: datetime
    made_by: str


class DoorStore(Protocol):
    """One code per home."""

    def renew(self, door: DoorCode) -> None:
        """The home's only code from now on: what hung there before is worthless. Raises StoreRefused for a code that
        another home has.
        """
        ...

    def door(self, home: str) -> DoorCode | None: ...
    def home_of(self, code: str) -> str | None:
        """Whose door has this code now."""
        ...
