"""Photos that whoever came adds to an alert: JPEG or PNG, without anything a phone writes beside the picture.

What a file says is read from its bytes, never from its name. Only the parts that the picture itself needs are kept:
EXIF (place, time, make of phone), comments, thumbnails and whatever hangs behind the end are gone.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

LARGEST = 2 * 1024 * 1024
"""Bytes of one photo."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
_SOI, _EOI, _SOS, _APP0, _APP14, _COMMENT, _APP15, _TEM = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xFE, 0xEF, 0x01
_RESTARTS = range(0xD0, 0xD8)
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended and progressive: what browsers show
_MARK = 0xFF


class NotAPicture(ValueError):
    """These bytes are no JPEG or PNG that can be shown, or too many; the message says which."""


class Media(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Photo:
    """`by` is a person's id. `body` is the file itself."""

    id: str
    alert: str
    at: datetime
    by: str
    media: Media
    body: bytes = field(repr=False)


class PhotoStore(Protocol):
    def keep(self, photo: Photo) -> None:
        """Raises StoreRefused for an alert that is not there, and for an id that is taken."""
        ...

    def photo(self, id_: str) -> Photo | None: ...
    def forget(self, id_: str) -> None: ...
    def forget_before(self, instant: datetime) -> int:
        """Drop those taken in before; how many went."""
        ...


def bare(body: bytes) -> tuple[Media, bytes]:
    """The picture without what a phone writes beside it. Raises NotAPicture."""
    if len(body) > LARGEST:
        raise NotAPicture(f"{len(body)} bytes are too many: at most {LARGEST}")
    try:
        if body.startswith(_PNG):
            return Media.PNG, _PNG + b"".join(_png_parts(body))
        if body.startswith(_JPEG):
            return Media.JPEG, _JPEG + b"".join(_jpeg_parts(body))
    except (struct.error, IndexError) as error:
        raise NotAPicture("the file breaks off") from error
    raise NotAPicture("neither a JPEG nor a PNG")


def _png_parts(body: bytes) -> Iterator[bytes]:
    """ISO/IEC 15948: chunks of length, type, data and CRC, from IHDR to IEND."""
    at, first = len(_PNG), True
    while True:
        length, kind = struct.unpack_from(">I4s", body, at)
        end = at + 12 + length
        (told,) = struct.unpack_from(">I", body, end - 4)
        if zlib.crc32(body[at + 4 : end - 4]) != told or first != (kind == b"IHDR"):
            raise NotAPicture("a part of the PNG is damaged")
        if kind in _PNG_KEPT:
            yield body[at:end]
        if kind == b"IEND":
            return
        at, first = end, False


def _jpeg_parts(body: bytes) -> Iterator[bytes]:
    """ITU-T T.81, annex B: marker segments up to EOI, each scan followed by its coded data."""
    at, framed = len(_JPEG), False
    while True:
        if body[at] != _MARK:
            raise NotAPicture("a part of the JPEG is damaged")
        marker = body[at + 1]
        if marker == _MARK:  # fill
            at += 1
            continue
        if marker == _EOI:
            if not framed:
                raise NotAPicture("a JPEG without a picture")
            yield body[at : at + 2]
            return
        if marker in {_SOI, _TEM, *_RESTARTS, 0}:
            raise NotAPicture("a part of the JPEG is damaged")
        (length,) = struct.unpack_from(">H", body, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(body):  # noqa: PLR2004 - the length counts its own two bytes
            raise NotAPicture("the file breaks off")
        if marker == _SOS:
            end = _scan_end(body, end)
        framed = framed or marker in _FRAMES
        if _is_picture(marker):
            yield body[at:end]
        at = end


def _is_picture(marker: int) -> bool:
    """APP0 (JFIF) and APP14 (how colours are coded) are needed to show it; other application segments are not."""
    return marker in {_APP0, _APP14} or not (_APP0 <= marker <= _APP15 or marker == _COMMENT)


def _scan_end(body: bytes, at: int) -> int:
    """Where the coded data ends: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = body.find(b"\xff", at)
        if at < 0 or at + 1 >= len(body):
            raise NotAPicture("the file breaks off")
        following = body[at + 1]
        if following and following not in _RESTARTS and following != _MARK:
            return at
        at += 1 if following == _MARK else 2
