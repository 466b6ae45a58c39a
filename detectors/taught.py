"""What endings have taught, brought to a home's detectors: how long each waits, and what was no custom after all."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from core.concerns import ConcernKind
from core.lessons import Episode, Taught
from detectors.appliance_on import ApplianceOn
from detectors.decline import Decline
from detectors.detector import Detector
from detectors.door_open import DoorOpen
from detectors.instants import seconds
from detectors.night_out import NightOut
from detectors.settings import WatchSettings
from detectors.silence import Silence

NOTHING: Final = Taught({})
_KIND_OF: Final[Mapping[type, ConcernKind]] = {
    DoorOpen: ConcernKind.DOOR_OPEN,
    ApplianceOn: ConcernKind.APPLIANCE_ON,
    NightOut: ConcernKind.NIGHT_OUT,
}


def bring(taught: Taught, silence: Silence, decline: Decline, settings: WatchSettings) -> None:
    """To those that every home has."""
    silence.use_settings(settings, taught.factors.get(ConcernKind.SILENCE, 1.0))
    silence.take_back([began for kind, episode in taught.real if kind is ConcernKind.SILENCE for began in _at(episode)])
    decline.patience = taught.factors.get(ConcernKind.DECLINE, 1.0)


def bring_to_extra(taught: Taught, detector: Detector) -> None:
    """To one of a device."""
    if isinstance(detector, DoorOpen | ApplianceOn | NightOut):
        kind, subject = _KIND_OF[type(detector)], detector.name.partition(":")[2]
        detector.runs.patience = taught.factors.get(kind, 1.0)
        for began in _runs(taught.real, kind, subject):
            detector.take_back(began) if isinstance(detector, ApplianceOn) else detector.runs.take_back(began)


def _runs(real: Iterable[Episode], kind: ConcernKind, subject: str) -> Iterable[float]:
    """When the runs of this device began in which somebody was in need."""
    for of, episode in real:
        device, _, began = episode.rpartition("@")
        if of is kind and device == subject:
            yield from _at(began)


def _at(text: str) -> Iterable[float]:
    """The instant, if it is one: older versions may have called an episode otherwise."""
    try:
        yield seconds(datetime.fromisoformat(text))
    except ValueError:
        return


def to_json(taught: Taught) -> dict[str, Any]:
    """The factors: what was real is told again after a start."""
    return {kind.value: factor for kind, factor in taught.factors.items()}


def from_json(body: Mapping[str, Any]) -> Taught:
    return Taught({ConcernKind(kind): float(factor) for kind, factor in body.items()})
