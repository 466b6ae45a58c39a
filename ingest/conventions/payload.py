"""Bytes to JSON within bounds, and the small readings of single values that every convention needs.

The bounds (size, depth) hold before anything walks the structure.
"""

import math
from typing import Any

import orjson

from core.readings import Kind
from ingest.conventions.decoded import Malformed, Reason

MAX_PAYLOAD = 128 * 1024
MAX_INVENTORY = 4 * 1024 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 32
MAX_NAME = 256

_SCALES: dict[Kind, dict[str, float]] = {
    Kind.POWER: {"W": 1.0, "kW": 1000.0, "mW": 0.001},
    Kind.ENERGY: {"kWh": 1.0, "Wh": 0.001, "Ws": 1 / 3_600_000, "MWh": 1000.0},
    Kind.BATTERY_VOLTAGE: {"V": 1.0, "mV": 0.001},
    Kind.BATTERY: {"%": 1.0},
    Kind.HUMIDITY: {"%": 1.0},
    Kind.LINK: {"%": 1.0},
    Kind.TEMPERATURE: {"°C": 1.0, "C": 1.0},
    Kind.ILLUMINANCE: {"lx": 1.0},
    Kind.CO_PPM: {"ppm": 1.0, "ppb": 0.001, "mg/m³": 0.873},  # 24.45 l/mol at 25 °C by 28.01 g/mol
}

_BOUNDS: dict[Kind, tuple[float, float]] = {
    Kind.BATTERY: (0.0, 100.0),
    Kind.HUMIDITY: (0.0, 100.0),
    Kind.LINK: (0.0, 100.0),
    Kind.TEMPERATURE: (-100.0, 1000.0),
    Kind.BATTERY_VOLTAGE: (0.0, 60.0),
    Kind.POWER: (-1e7, 1e7),
    Kind.ENERGY: (-1e9, 1e9),
    Kind.ILLUMINANCE: (0.0, 1e6),
    Kind.CO_PPM: (0.0, 1e6),
}


def parse(payload: bytes, *, limit: int = MAX_PAYLOAD) -> Any:
    """The JSON value. Raises Malformed for TOO_LARGE (bytes), TOO_DEEP (levels) and NOT_JSON."""
    if len(payload) > limit:
        raise Malformed(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {limit}")
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        reason = Reason.TOO_DEEP if "recursion" in str(error).lower() else Reason.NOT_JSON
        raise Malformed(reason, str(error)[:120]) from None
    # Counting brackets is an upper bound of the depth and costs next to nothing.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Malformed(Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    return value


def parse_object(payload: bytes, *, limit: int = MAX_PAYLOAD) -> dict[str, Any]:
    value = parse(payload, limit=limit)
    if not isinstance(value, dict):
        raise Malformed(Reason.SHAPE, f"an object is expected, not {type(value).__name__}")
    return value


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= MAX_DEPTH:
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ())
        ]
        deepest += 1
    return deepest


def name_in(said: dict[str, Any], *keys: str) -> str:
    """The first of these keys that is there, as a device's name. Raises Malformed where it is none, or too long."""
    raw = next((said[key] for key in keys if said.get(key) is not None), None)
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str) or not 0 < len(raw) <= MAX_NAME:
        raise Malformed(Reason.SHAPE, f"no {' or '.join(keys)}")
    return raw


def text(payload: bytes) -> str:
    """A short plain-text payload. Raises Malformed where it is no text or too long to be a word."""
    if len(payload) > MAX_DEPTH * 8:
        raise Malformed(Reason.TOO_LARGE, f"{len(payload)} bytes where a word is expected")
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Malformed(Reason.VALUE, "not UTF-8") from None


def number(raw: object) -> float | int | None:
    """A finite number, also where it was sent as text ("100.00"); None for everything else, booleans included."""
    match raw:
        case bool():
            return None
        case int():
            return raw if abs(raw) < 1 << 53 else None
        case float():
            return raw if math.isfinite(raw) else None
        case str() if 0 < len(raw) <= MAX_DIGITS:
            try:
                found = float(raw)
            except ValueError:
                return None
            return found if math.isfinite(found) and "_" not in raw else None
        case _:
            return None


def measure(kind: Kind, raw: object, unit: str | None = None) -> float | int | None:
    """A measurement in the kind's own unit; None where it is no number, the unit is unknown or it cannot be true."""
    found = number(raw)
    if found is None:
        return None
    if unit is not None:
        if kind is Kind.TEMPERATURE and unit in {"F", "°F"}:
            found = (found - 32) * 5 / 9
        else:
            scale = _SCALES[kind].get(unit)
            if scale is None:
                return None
            found = found if scale == 1.0 else found * scale
    low, high = _BOUNDS[kind]
    return found if low <= found <= high else None


def knows_unit(kind: Kind, unit: str) -> bool:
    return unit in _SCALES.get(kind, {}) or (kind is Kind.TEMPERATURE and unit in {"F", "°F"})
