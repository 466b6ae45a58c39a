"""What was said of company against who came: by visit and by the hour, and only counted where nobody noted visitors."""

import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anxin.evaluation.life import Life
from anxin.evaluation.visits import Told, line, together, visits_of
from core.states import Company
from simulator import recording
from simulator.player import Player

FROM = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600.0
KIT = (("door", "door", "entrance", "front_door"), ("kitchen", "motion", "kitchen", "room"),
       ("living", "motion", "living", "room"))  # fmt: skip
COUNTED_FROM = FROM + timedelta(days=7)


def life(folder: Path, visits: Sequence[tuple[float, float]], *, kit: Sequence[tuple[str, ...]] = KIT) -> Life:
    """Two weeks of one person; visits in hours after the first week, which only teaches."""
    devices = [f'[[device]]\nid = "{i}"\nkind = "{k}"\nplace = "{p}"\nrole = "{r}"' for i, k, p, r in kit]
    (folder / "home.toml").write_text("\n".join(['name = "h"', 'timezone = "UTC"', *devices]), encoding="utf-8")
    with gzip.open(folder / "readings.csv.gz", "wt", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("at", "device", "kind", "value"))
        for hour in range(14 * 24 + 1):
            table.writerow(((FROM + timedelta(hours=hour)).isoformat(), "kitchen", "motion", "detected"))
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("start", "end", "label"))
        for start, end in visits:
            hours = (COUNTED_FROM + timedelta(hours=each) for each in (start, end))
            table.writerow((*(each.isoformat() for each in hours), "visitor"))
    return Life(Player(recording.load(folder)))


def said(*spells: tuple[float, float]) -> list[tuple[float, float]]:
    begins = COUNTED_FROM.timestamp()
    return [(begins + start * HOUR, begins + end * HOUR) for start, end in spells]


def test_visits_are_found_by_any_overlap_and_hours_are_counted_by_the_clock(tmp_path: Path) -> None:
    lived = life(tmp_path, [(10, 12), (12.5, 14), (40, 42)])  # half an hour at the shop

    figures = visits_of(lived, said((11, 15), (60, 61), (-30, -28)))

    assert (figures["visits"], figures["found"], figures["spells"], figures["false_spells"]) == (2, 1, 2, 1)
    assert (figures["hours_visited"], figures["hours_right"], figures["hours_false"]) == (5.5, 2.5, 2.5)
    assert figures["sensitivity"] == round(2.5 / 5.5, 3)
    assert figures["specificity"] == round(1 - 2.5 / (7 * 24 - 5.5), 3)


def test_what_is_said_just_after_they_left_is_late_and_not_false(tmp_path: Path) -> None:
    assert visits_of(life(tmp_path, [(10, 12)]), said((12.2, 12.4)))["false_spells"] == 0


def test_where_nobody_noted_visitors_it_is_only_counted(tmp_path: Path) -> None:
    figures = visits_of(life(tmp_path, []), said((11, 15)))

    assert figures["visits"] is None
    assert (figures["spells"], figures["hours"]) == (1, 4.0)
    assert figures["hours_a_month"] == pytest.approx(4 / 7 * 30, abs=0.1)
    assert "nobody noted visitors" in line(figures)


def test_a_home_whose_sensors_cannot_tell_is_counted_apart(tmp_path: Path) -> None:
    blind, seen = tmp_path / "blind", tmp_path / "seen"
    for folder in (blind, seen):
        folder.mkdir()
    figures: list[dict[str, Any]] = [
        visits_of(life(blind, [(10, 12)], kit=KIT[:2]), []),
        visits_of(life(seen, [(10, 12), (20, 22)]), said((10, 11))),
    ]

    both = together(figures)

    assert both is not None
    assert (both["homes"], both["homes_untold"], both["visits_untold"]) == (1, 1, 1)
    assert (both["visits"], both["found"], both["sensitivity"]) == (2, 1, 0.25)
    assert line(figures[0]) == "company: cannot be told by these sensors"


def test_a_spell_lasts_from_when_it_is_said_until_it_is_not() -> None:
    told, somebody = Told(), Company(FROM, 20, 8.0, 2, 0.1)
    for at, company in ((1.0, None), (2.0, somebody), (3.0, somebody), (5.0, None), (7.0, somebody)):
        told.note(at, company)

    assert told.end(9.0) == [(2.0, 5.0), (7.0, 9.0)]
