"""The detectors' pages: each says all that their first page promises, and that page leads to each of them."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "detectors"
FIRST = FOLDER / "README.md"
PAGES = sorted(set(FOLDER.glob("*.md")) - {FIRST})
HEADS = ("Sees", "How", "Says", "Misses", "Figures?", "Sources?")


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_was_promised_under_the_same_head_as_all_others(page: Path, head: str) -> None:
    said = re.findall(rf"^\*\*{head}\b[^*\n]*\*\*(.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert len(said) >= 1
    assert all(len(each.split()) > 1 for each in said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_figure_stands_beside_the_command_that_prints_it_or_the_test_that_shows_it(page: Path) -> None:
    _, *figures = re.split(r"^\*\*Figures?\b", page.read_text(encoding="utf-8"), flags=re.MULTILINE)

    told = "\n".join(re.split(r"^\*\*Sources?\b", figure, flags=re.MULTILINE)[0] for figure in figures)

    assert re.search(r"(anxin evaluate|python -m bench \w+|pytest tests/\S+)", told)


def test_the_first_page_leads_to_each_of_them_once() -> None:
    rows = re.findall(r"^\| \[(\S+\.md)\]\((\S+)\) \|", FIRST.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert all(name == target for name, target in rows)
    assert sorted(target for _, target in rows) == [page.name for page in PAGES]


def test_the_tests_that_are_named_are_there() -> None:
    named = re.findall(r"`pytest ([^`]+)`", "".join(page.read_text(encoding="utf-8") for page in PAGES))

    assert named
    for path in " ".join(named).split():
        assert (FOLDER.parents[1] / path).is_file(), path
