"""Figures as CSV for a spreadsheet, in the reader's language. No cell can become a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from api.figures.view import Figures, Judged, Timed
from api.i18n.catalogue import Catalogue
from core.ledger import ServiceLevel, Share, Speed

Cell = str | int | float | None
Name = Callable[[Judged | Timed], str]
"""How a row's key is said to people."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Sheet(StrEnum):
    PRECISION = "precision"
    RESPONSE = "response"


def sheet(which: Sheet, figures: Figures, name: Name, t: Catalogue) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it; lines end as RFC 4180 says."""
    rows = _precision(figures, name, t) if which is Sheet.PRECISION else _responses(figures, name, t)
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_MINIMAL).writerows([[cell(each) for each in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def cell(value: Cell) -> str:
    """As it is written. Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP)."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.lstrip(" \xa0").startswith(_FORMULA) else value
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".")
        case int():
            return str(value)


def _precision(figures: Figures, name: Name, t: Catalogue) -> Iterable[Sequence[Cell]]:
    heads = (
        "split",
        "key",
        "name",
        "alerts",
        "real",
        "nothing",
        "technical",
        "excluded",
        "open",
        "share",
        "low",
        "high",
    )
    yield [t(f"figures_column.{head}") for head in heads]
    for row in figures.precision:
        each, found = row.precision, row.precision.interval
        counts = (each.alerts, each.real, each.nothing, each.technical, each.excluded, each.open)
        interval = (found.low, found.high) if found else (None, None)
        yield [t(f"figures_split.{row.split}"), row.key, name(row), *counts, each.share, *interval]


def _responses(figures: Figures, name: Name, t: Catalogue) -> Iterable[Sequence[Cell]]:
    answered, on_site = figures.levels.answered, figures.levels.on_site
    heads = [t(f"figures_column.{head}") for head in ("split", "key", "name", "alerts", "unvisited")]
    yield [*heads, *_speed_heads("answered", answered, t), *_speed_heads("on_site", on_site, t)]
    for row in figures.responses:
        each = row.response
        told: list[Cell] = [t(f"figures_split.{row.split}"), row.key, name(row), each.alerts, each.unvisited]
        yield [*told, *_speed(each.answered), *_speed(each.on_site)]


def _speed_heads(what: str, levels: Sequence[ServiceLevel], t: Catalogue) -> list[str]:
    word = t(f"figures_column.{what}")
    heads = [t(f"figures_column.{each}") for each in ("reached", "median_s", "slow_s")]
    for level in levels:
        seconds = f"{level.within.total_seconds():g}"
        heads += [t("figures_column.within", seconds=seconds), t("figures_column.of", seconds=seconds)]
    return [f"{word}: {head}" for head in heads]


def _speed(speed: Speed) -> list[Cell]:
    shares: Iterable[Share] = speed.shares
    counts = [count for share in shares for count in (share.within, share.of)]
    return [speed.reached, speed.median_s, speed.slow_s, *counts]
