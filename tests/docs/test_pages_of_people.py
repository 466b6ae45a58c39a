"""The documentation's pages: every setting is told, every link leads somewhere, both languages are there."""

import re
from pathlib import Path

import pytest

from anxin.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md"), *DOCS.glob("detectors/*.md")])
FOR_PEOPLE = ("resident", "family", "responder", "desk", "manager", "operator")
LARGEST_IMAGE = 150_000


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on the usual sites."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8"))

    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_each_kind_of_person_has_a_page_first_in_chinese_then_in_english(name: str) -> None:
    chinese, _, english = (DOCS / f"{name}.md").read_text(encoding="utf-8").partition("\n---\n")

    assert re.match(r"# 给", chinese)
    assert re.match(r"\s*# For ", english)


def test_the_operators_page_tells_every_setting_and_no_other() -> None:
    text = (DOCS / "operator.md").read_text(encoding="utf-8")
    told = re.findall(rf"^\| `{PREFIX}(\w+)` \|", text, flags=re.MULTILINE)

    assert [name.lower() for name in told] == list(Settings.model_fields)


def test_the_defaults_that_are_told_are_the_real_ones() -> None:
    text = (DOCS / "operator.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \| `([^`]+)` \|", text, flags=re.MULTILINE)

    for name, told in rows:
        real = Settings.model_fields[name.lower()].default
        shown = str(real).lower() if isinstance(real, bool) else f"{real:g}" if isinstance(real, float) else str(real)
        assert told == shown, name


@pytest.mark.parametrize("image", sorted((DOCS / "images").glob("*")), ids=lambda image: image.name)
def test_images_are_small_and_shown_somewhere(image: Path) -> None:
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert image.stat().st_size <= LARGEST_IMAGE
    assert f"images/{image.name}" in shown
