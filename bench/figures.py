"""Figures: what a section of the benchmark found, beside what is aimed at; and what could not be measured, and why.

One shape for all sections, so that one table and one JSON document show them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TextIO

from rich.console import Console
from rich.table import Table

_WIDTH = 160
"""Columns where nobody looks at a terminal."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` says what was measured, `value` is in `unit`. `at_least` or `at_most` is the aim, if there is one."""

    section: str
    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None where nothing is aimed at."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    @property
    def aim(self) -> str:
        if self.at_least is not None:
            return f"≥ {_number(self.at_least)}"
        return "" if self.at_most is None else f"≤ {_number(self.at_most)}"


@dataclass(frozen=True, slots=True)
class NotRun:
    """A part of the benchmark that this machine could not run."""

    section: str
    reason: str


Finding = Figure | NotRun


def show(findings: Sequence[Finding], machine: str, out: TextIO) -> None:
    """A table of the figures, and loudly below it what did not run."""
    console = Console(file=out, highlight=False, width=None if out.isatty() else _WIDTH)
    table = Table(title=f"Anxin on {machine}", title_justify="left")
    for heading in ("section", "figure"):
        table.add_column(heading)
    for heading in ("measured", "aim"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("note")
    section = ""
    for figure in (one for one in findings if isinstance(one, Figure)):
        shown = "" if figure.section == section else figure.section
        section = figure.section
        met = {None: "", True: "met", False: "[bold red]MISSED[/]"}[figure.met]
        table.add_row(shown, figure.name, f"{_number(figure.value)} {figure.unit}", figure.aim, met, figure.note)
    console.print(table)
    for missing in (one for one in findings if isinstance(one, NotRun)):
        console.print(f"[bold red]NOT RUN: {missing.section}: {missing.reason}[/]")


def as_json(findings: Iterable[Finding], machine: str) -> str:
    """`figures` with their aims and `not_run` with the reasons."""
    found = list(findings)
    figures = [asdict(one) | {"met": one.met} for one in found if isinstance(one, Figure)]
    not_run = [asdict(one) for one in found if isinstance(one, NotRun)]
    return json.dumps({"machine": machine, "figures": figures, "not_run": not_run}, ensure_ascii=False, indent=1)


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
