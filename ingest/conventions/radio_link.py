"""How well a device's radio reaches us, as a share of the best (%): one scale for three ways of saying it.

An extra beside what a message says, never a reason to refuse it; the gate thins it out.
"""

from typing import Any, Final

from core.readings import Kind
from ingest.conventions.decoded import Said
from ingest.conventions.payload import number
from ingest.conventions.voice import Voice

_BEST_LQI: Final = 255
_WIFI: Final = (-100.0, -50.0)
"""dBm of the worst and the best: the scale of Tasmota's own RSSI in %, which is the usual one."""
_LORA: Final = (-125.0, -65.0)
"""dBm: a choice of ours. How weak a frame may be depends on its data rate, which is not asked here."""
_LEAST_DBM, _MOST_DBM = -200.0, 30.0
_MOST_RECEIVERS = 32


def zigbee(voice: Voice, raw: object) -> list[Said]:
    """From the link quality indicator of IEEE 802.15.4, 0 to 255."""
    found = number(raw)
    if found is None or not 0 <= found <= _BEST_LQI:
        return []
    return _link(voice, found / _BEST_LQI)


def percent(voice: Voice, raw: object) -> list[Said]:
    found = number(raw)
    return [] if found is None or not 0 <= found <= 100 else _link(voice, found / 100)  # noqa: PLR2004 - %


def wifi(voice: Voice, raw: object) -> list[Said]:
    """From the received signal strength in dBm."""
    return _by_strength(voice, raw, _WIFI)


def lora(voice: Voice, receivers: Any) -> list[Said]:
    """From the gateways that heard the frame, each with its `rssi` in dBm: the best of them counts."""
    heard = [
        strength
        for one in (receivers[:_MOST_RECEIVERS] if isinstance(receivers, list) else ())
        if isinstance(one, dict) and (strength := _strength(one.get("rssi"))) is not None
    ]
    return _by_strength(voice, max(heard), _LORA) if heard else []


def _by_strength(voice: Voice, raw: object, scale: tuple[float, float]) -> list[Said]:
    strength = _strength(raw)
    worst, best = scale
    return [] if strength is None else _link(voice, (strength - worst) / (best - worst))


def _strength(raw: object) -> float | None:
    """Zero means "not measured" wherever a strength is in dBm."""
    found = number(raw)
    return found if found and _LEAST_DBM <= found <= _MOST_DBM else None


def _link(voice: Voice, share: float) -> list[Said]:
    return [voice.fact(Kind.LINK, float(round(100 * min(1.0, max(0.0, share)))))]
