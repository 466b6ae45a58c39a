"""Small pictures as phones write them, with everything beside the picture that must not be kept."""

import struct
import zlib

PLACE = b"GPS 31.2304N 121.4737E taken 2026-11-24 by a phone"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*, frame: int = 0xC0, beside: bool = True) -> bytes:
    """The parts of a JPEG in their order; its coded data has stuffed bytes and restarts."""
    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if beside:
        parts += [segment(0xE1, b"Exif\0\0" + PLACE), segment(0xE2, b"MPF" + PLACE), segment(0xFE, PLACE)]
    parts += [
        segment(0xDB, bytes(65)),
        segment(frame, struct.pack(">BHHB", 8, 1, 1, 1) + b"\1\x11\0"),
        segment(0xC4, bytes(29)),
        segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56",
        segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x78",
        b"\xff\xd9",
    ]
    return b"".join(parts) + (b"a second picture behind the end: " + PLACE if beside else b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*, beside: bool = True) -> bytes:
    """One white pixel."""
    beside_it = chunk(b"tEXt", b"Comment\0" + PLACE) + chunk(b"eXIf", PLACE) if beside else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + beside_it
        + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
        + (PLACE if beside else b"")
    )
