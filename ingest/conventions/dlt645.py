"""DL/T 645: frames of Chinese electricity meters, as bytes or as hexadecimal text, read by a DTU below any topic.

Address and data are byte-reversed BCD, data bytes carry an offset of 33H. Source: DL/T 645-2007 (and 645-1997).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from core.readings import Kind
from ingest.conventions.decoded import Malformed, Profiles, Reason, Said
from ingest.conventions.payload import MAX_PAYLOAD, parse_object
from ingest.conventions.voice import Voice, refused

START, END, WAKE = 0x68, 0x16, 0xFE
_OFFSET = 0x33
_HEAD, _TAIL = 10, 2
_READ_2007, _READ_1997 = frozenset({0x91, 0xB1, 0x92, 0xB2}), frozenset({0x81, 0xA1, 0x82, 0xA2})
"""Answers of a meter that carry data; D1H, C1H and their kin are refusals."""
_DIRECTIONS: Final = {0x00: "combined", 0x01: None, 0x02: "reverse"}
_DIRECTIONS_1997: Final = {0x9010: None, 0x9020: "reverse"}
_PHASES: Final = {0x00: None, 0x01: "A", 0x02: "B", 0x03: "C"}
_MOST_FRAMES, _MOST_TARIFFS = 64, 63
_WRAPPED_IN = ("data", "frame", "payload", "hex", "msg", "raw")
_NEGATIVE = 0x80
_BLOCK = 0xFF
"""In an identifier: the total and then each part."""
_TARIFF, _POWER_1997 = 0x0F, 0xB630


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the meter's address as its digits are printed, the control code, and the data without offset."""

    meter: str
    control: int
    data: bytes


class Dlt645:
    """The convention as it is registered."""

    name = "dlt645"

    def decoder(self) -> "Dlt645Decoder":
        return Dlt645Decoder()


class Dlt645Decoder:
    """Remembers nothing."""

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        del topic, retain, profiles
        if len(payload) > MAX_PAYLOAD:
            raise Malformed(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {MAX_PAYLOAD}")
        return [one for frame in frames(_raw(payload)) for one in _values(frame)]


def _raw(payload: bytes) -> bytes:
    """The frames' bytes: as they are, as hexadecimal text, or wrapped in JSON by a DTU."""
    if payload.lstrip().startswith(b"{"):
        said = parse_object(payload)
        wrapped = next((said[key] for key in _WRAPPED_IN if isinstance(said.get(key), str)), None)
        if wrapped is None:
            raise Malformed(Reason.SHAPE, "an object without a frame in it")
        payload = wrapped.encode(errors="replace")
    if payload[:1] in {bytes([START]), bytes([WAKE])}:
        return payload
    try:
        return bytes.fromhex(payload.decode("ascii"))
    except ValueError:
        raise Malformed(Reason.SHAPE, "neither a frame nor hexadecimal digits") from None


def frames(raw: bytes) -> Iterator[Frame]:
    """Every frame in these bytes, wake-up bytes skipped. Raises Malformed for what is no frame, or one that is torn."""
    at = count = 0
    while at < len(raw):
        if raw[at] == WAKE:
            at += 1
            continue
        count += 1
        if count > _MOST_FRAMES:
            raise Malformed(Reason.TOO_LARGE, f"more than {_MOST_FRAMES} frames")
        frame, at = _frame(raw, at)
        yield frame
    if count == 0:
        raise Malformed(Reason.SHAPE, "no frame")


def _frame(raw: bytes, at: int) -> tuple[Frame, int]:
    head = raw[at : at + _HEAD]
    if len(head) < _HEAD or head[0] != START or head[7] != START:
        raise Malformed(Reason.SHAPE, "no frame begins here")
    end = at + _HEAD + head[9] + _TAIL
    whole = raw[at:end]
    if len(whole) < _HEAD + head[9] + _TAIL or whole[-1] != END:
        raise Malformed(Reason.SHAPE, "the frame is torn")
    if sum(whole[:-_TAIL]) & 0xFF != whole[-_TAIL]:
        raise Malformed(Reason.VALUE, "the checksum is wrong")
    data = bytes((byte - _OFFSET) & 0xFF for byte in whole[_HEAD:-_TAIL])
    meter = head[6:0:-1].hex()
    if not meter.isdigit():
        raise Malformed(Reason.VALUE, f"address {meter} is no number")
    return Frame(meter, head[8], data), end


def _values(frame: Frame) -> Iterator[Said]:
    voice = Voice(frame.meter)
    if frame.control in _READ_2007 and len(frame.data) > 4:  # noqa: PLR2004 - a data identifier has four bytes
        di3, di2, di1, di0 = frame.data[3::-1]
        content = frame.data[4:]
        if di3 == 0 and di2 in _DIRECTIONS and di0 == 0:
            yield from _energies(voice, content, _DIRECTIONS[di2], first=di1)
        elif (di3, di2, di0) == (0x02, 0x03, 0x00):
            yield from _powers(voice, content, first=di1)
    elif frame.control in _READ_1997 and len(frame.data) > 2:  # noqa: PLR2004 - here it has two
        identifier, content = int.from_bytes(frame.data[1::-1], "big"), frame.data[2:]
        if identifier & 0xFFF0 in _DIRECTIONS_1997:
            tariff = _BLOCK if identifier & _TARIFF == _TARIFF else identifier & _TARIFF
            yield from _energies(voice, content, _DIRECTIONS_1997[identifier & 0xFFF0], first=tariff)
        elif identifier == _POWER_1997:
            yield from _powers(voice, content, first=0)


def _energies(voice: Voice, content: bytes, direction: str | None, *, first: int) -> Iterator[Said]:
    """XXXXXX.XX kWh: the total, one tariff, or (FFH) the total and then each tariff."""
    if first > _MOST_TARIFFS and first != _BLOCK:
        return
    block = first == _BLOCK
    for position, value in enumerate(content[i : i + 4] for i in range(0, len(content) - 3 if block else 1, 4)):
        tariff = position if block else first
        if tariff > _MOST_TARIFFS:
            return
        channel = direction if tariff == 0 else f"{direction or 'forward'}:{tariff}"
        yield from _reading(voice, Kind.ENERGY, value, 4, 0.01, channel, signed=direction == "combined")


def _powers(voice: Voice, content: bytes, *, first: int) -> Iterator[Said]:
    """XX.XXXX kW, in W: the total, one phase, or (FFH) the total and then each phase."""
    block = first == _BLOCK
    for position, value in enumerate(content[i : i + 3] for i in range(0, len(content) - 2 if block else 1, 3)):
        phase = position if block else first
        if phase in _PHASES:
            yield from _reading(voice, Kind.POWER, value, 3, 0.1, _PHASES[phase], signed=True)


def _reading(
    voice: Voice, kind: Kind, raw: bytes, size: int, step: float, channel: str | None, *, signed: bool
) -> list[Said]:
    """`size` bytes of BCD, lowest first; the highest bit is a sign where the value may be below zero."""
    digits = bytearray(raw[::-1])
    if len(digits) != size:
        return [refused(kind.value, raw.hex())]
    if set(digits) == {0xFF}:
        return []  # this meter does not have it
    negative = signed and digits[0] & _NEGATIVE
    if negative:
        digits[0] &= ~_NEGATIVE & 0xFF
    text: Any = digits.hex()
    if not text.isdigit():
        return [refused(kind.value, raw.hex())]
    value = round(int(text) * step, 4)
    return [voice.fact(kind, -value if negative else value, channel=channel)]
