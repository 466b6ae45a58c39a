"""The palette can be read: every pair of colours that text is set in keeps a contrast of 4.5 to 1, by day and by night.

Contrast after WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

import re
from importlib.resources import files

import pytest

PAIRS = (
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "red-soft"),
    ("ink", "orange-soft"),
    ("ink", "yellow-soft"),
    ("ink", "unseen-soft"),
    ("quiet", "paper"),
    ("quiet", "card"),
    ("quiet", "red-soft"),
    ("quiet", "orange-soft"),
    ("quiet", "unseen-soft"),
    ("brand", "paper"),
    ("brand", "card"),
    ("brand", "red-soft"),
    ("on-brand", "brand"),
    ("well", "paper"),
    ("well", "card"),
    ("well", "well-soft"),
    ("red", "card"),
    ("red", "paper"),
    ("red", "red-soft"),
    ("card", "red"),
    ("orange", "card"),
    ("orange", "orange-soft"),
    ("yellow", "card"),
    ("yellow", "yellow-soft"),
    ("unseen", "paper"),
    ("unseen", "card"),
    ("unseen", "unseen-soft"),
)


def palettes() -> dict[str, dict[str, str]]:
    style = files("api.pages").joinpath("static", "anxin.css").read_text(encoding="utf-8")
    day, night = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)[:2]
    return {
        name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
        for name, block in (("day", day), ("night", night))
    }


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("time", ["day", "night"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(time: str, text: str, ground: str) -> None:
    palette = palettes()[time]

    assert contrast(palette[text], palette[ground]) >= 4.5
