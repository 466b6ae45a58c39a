"""Only the picture is kept of a photo, and only what is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pictures import LARGEST, Media, NotAPicture, bare
from tests.pictures import PLACE, jpeg, png, segment


def test_what_a_phone_writes_beside_a_jpeg_is_gone() -> None:
    assert bare(jpeg()) == (Media.JPEG, jpeg(beside=False))
    assert PLACE not in bare(jpeg())[1]


def test_what_is_written_beside_a_png_is_gone() -> None:
    assert bare(png()) == (Media.PNG, png(beside=False))


def test_a_progressive_jpeg_is_one_too() -> None:
    assert bare(jpeg(frame=0xC2))[1] == jpeg(frame=0xC2, beside=False)


def test_how_colours_are_coded_is_kept() -> None:
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    picture = jpeg(beside=False)

    assert bare(picture[:2] + adobe + picture[2:])[1] == picture[:2] + adobe + picture[2:]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "neither"),
        (b"GIF89a", "neither"),
        (b"<svg onload=alert(1)>", "neither"),
        (b"\xff\xd8\xff\xd9", "without a picture"),
        (b"\xff\xd8" + b"<html>", "damaged"),
        (jpeg(beside=False)[:-2], "breaks off"),
        (jpeg(beside=False)[:40], "breaks off"),
        (png(beside=False)[:-4], "breaks off"),
        (png().replace(b"IDAT", b"IDAU"), "damaged"),
        (jpeg() + bytes(LARGEST), "too many"),
    ],
)
def test_what_is_no_whole_picture_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(NotAPicture, match=why):
        bare(body)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_are_a_picture_or_refused(body: bytes, start: bytes) -> None:
    try:
        _, kept = bare(start + body)
    except NotAPicture:
        return
    assert bare(kept)[1] == kept


@given(st.integers(0, len(jpeg()) - 1), st.integers(0, 255))
def test_a_damaged_jpeg_is_kept_without_what_was_beside_it_or_refused(where: int, byte: int) -> None:
    body = bytearray(jpeg())
    body[where] = byte
    try:
        _, kept = bare(bytes(body))
    except NotAPicture:
        return
    assert bare(kept)[1] == kept
