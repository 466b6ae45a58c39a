"""Reading: one normalised fact from one sensor at one time, and what may count as a sign of life.

Everything that detectors, stores and pages know about the physical world is a stream of these.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.decisions import ClockDecision, Decision

Value: TypeAlias = bool | int | float | str


class Kind(StrEnum):
    """What a reading is about. Unit and value type follow from it (see `UNITS`)."""

    DOOR = "door"  # "open" | "closed"
    MOTION = "motion"  # True = triggered
    OCCUPANCY = "occupancy"  # bed or seat; True = occupied
    POWER = "power"  # W
    ENERGY = "energy"  # kWh, cumulative
    SOS = "sos"  # True
    BUTTON = "button"  # the press, as text ("single", "double", "long", …)
    SMOKE = "smoke"  # True = smoke
    GAS = "gas"  # True = gas
    CO = "co"  # True = carbon monoxide
    WATER = "water"  # True = leak
    CO_PPM = "co_ppm"  # ppm of carbon monoxide
    TEMPERATURE = "temperature"  # °C
    HUMIDITY = "humidity"  # %
    ILLUMINANCE = "illuminance"  # lx
    VIBRATION = "vibration"  # True
    TAMPER = "tamper"  # True = opened
    BATTERY = "battery"  # %
    BATTERY_LOW = "battery_low"  # True = low
    BATTERY_VOLTAGE = "battery_voltage"  # V
    LINK = "link"  # %: how well its radio reaches us
    AVAILABILITY = "availability"  # "online" | "offline" | "sleeping" (off on purpose, and due to wake)
    LIVENESS = "liveness"  # True: the device spoke, and said nothing else that we keep


UNITS: dict[Kind, str] = {
    Kind.POWER: "W",
    Kind.ENERGY: "kWh",
    Kind.CO_PPM: "ppm",
    Kind.TEMPERATURE: "°C",
    Kind.HUMIDITY: "%",
    Kind.ILLUMINANCE: "lx",
    Kind.BATTERY: "%",
    Kind.BATTERY_VOLTAGE: "V",
    Kind.LINK: "%",
}

ALARM_KINDS = frozenset({Kind.SOS, Kind.SMOKE, Kind.GAS, Kind.CO, Kind.WATER})
"""Kinds that are acted on at once, and overtake bulk readings wherever there is a queue."""


class Semantics(StrEnum):
    STATE = "state"
    EVENT = "event"
    MEASUREMENT = "measurement"
    COUNTER = "counter"


class Replay(StrEnum):
    """Is this news? Only `LIVE` readings may change what we believe about the present."""

    LIVE = "live"
    RETAINED = "retained"
    CACHED = "cached"
    HISTORY = "history"


class Novelty(StrEnum):
    """What the gate knows by comparing with the last value of the same device, channel and kind."""

    BASELINE = "baseline"  # first known value: a state, never an event
    CHANGED = "changed"
    REPEATED = "repeated"


class TimeSource(StrEnum):
    DEVICE = "device"
    GATEWAY = "gateway"
    NETWORK = "network"
    NONE = "none"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Reading:
    """One normalised fact.

    `device` is the platform-wide id, `<gateway>/<native id>`. `at` is the best trusted time, UTC;
    `device_time` is what the device or gateway claimed, if it claimed anything usable.
    `source` names the convention that decoded it. A reading is identified by
    (device, channel, kind, at); storing it twice keeps one. `decision` and `clock` are the gate's rules that admitted
    it and judged its time (None for readings from before these were kept).
    """

    device: str
    kind: Kind
    value: Value
    at: datetime
    received_at: datetime
    channel: str | None = None
    unit: str | None = None
    device_time: datetime | None = None
    time_source: TimeSource = TimeSource.NONE
    semantics: Semantics = Semantics.STATE
    replay: Replay = Replay.LIVE
    novelty: Novelty = Novelty.CHANGED
    message_id: str | None = None
    source: str = "native"
    decision: Decision | None = None
    clock: ClockDecision | None = None

    @property
    def happened(self) -> bool:
        """Did something happen just now, as opposed to being known, repeated or old?

        A momentary event happens whenever it is live; a state only when it changes.
        """
        if self.replay is not Replay.LIVE:
            return False
        return self.semantics is Semantics.EVENT or self.novelty is Novelty.CHANGED
