"""Durations of ISO 8601 (`PT2M`, `P1DT12H`), as scenario files write them."""

import re
from datetime import timedelta

_SHAPE = re.compile(
    r"(?P<sign>-)?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def parse_duration(text: str) -> timedelta:
    """The length of time. Years and months have none, so they are refused with ValueError."""
    found = _SHAPE.fullmatch(text)
    parts = {
        name: float(value) for name, value in (found.groupdict() if found else {}).items() if value and name != "sign"
    }
    if not found or not parts or text.endswith("T"):
        raise ValueError(f"{text!r} is not a duration like PT2M, PT1H30M or P3D")
    length = timedelta(**parts)
    return -length if found["sign"] else length
