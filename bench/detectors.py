"""The detectors alone: what they find and how often they are wrong on recordings, and what a home costs them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from anxin.evaluation import result
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.trial import trial_of
from bench import watch
from bench.figures import Figure, Finding, NotRun

DETECTION, WATCH = "detection", "watch"
_FOLDER = "ANXIN_RECORDINGS"
_A_BATCH = 2_000
_READING, _HOME = 30.0, 20.0
"""Aims: µs and kB."""


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """`falls`: moments in each recording from which on the person is gone silent."""

    falls: int = 200
    seed: int = 1


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """`homes` for memory and restore; `speaking` homes for the time that a reading takes."""

    homes: int = 10_000
    speaking: int = 60
    days: int = 28


def recordings() -> list[Path]:
    """The recorded homes of the folder that ANXIN_RECORDINGS names."""
    named = os.environ.get(_FOLDER)
    return [] if named is None else sorted(path.parent for path in Path(named).glob("**/home.toml"))


def find(options: DetectionOptions) -> Iterator[Finding]:
    homes = recordings()
    if not homes:
        yield NotRun(DETECTION, f"no recordings: name their folder in {_FOLDER}")
    asked = EvaluateOptions((), seed=options.seed, injections=options.falls)
    for home in homes:
        said = result.as_json(trial_of(home, asked))
        name, falls = said["name"], said["fall"]
        note = f"{said['false_count']} in {said['days_counted']:.0f} days, tickets {said['tickets'] or 'none'}"
        if said["false_per_home_month"] is not None:
            yield Figure(DETECTION, f"{name}: called for nothing", said["false_per_home_month"], "/month", note=note)
        yield Figure(
            DETECTION, f"{name}: falls found", falls["found"], f"of {falls['n']}",
            note=f"half within {falls['median_h']} h, 90 % within {falls['p90_h']} h",
        )  # fmt: skip


def cost(options: WatchOptions) -> Iterator[Finding]:
    bulk = watch.bulk(options.speaking, options.days, _A_BATCH)
    note = f"{bulk['readings']:,} readings"
    yield Figure(WATCH, "history in bulk", bulk["us_per_reading"], "µs/reading", at_most=_READING, note=note)
    known = watch.bulk(max(options.speaking // 6, 1), options.days, _A_BATCH, known=watch.KNOWN_DAYS)
    note = f"{known['readings']:,} readings"
    name = "the same in homes known for two months"
    yield Figure(WATCH, name, known["us_per_reading"], "µs/reading", at_most=_READING, note=note)
    live = watch.live(options.speaking)
    note = f"{live['asked']:,} times asked what is due"
    name = "one reading at a time, judged when due"
    yield Figure(WATCH, name, live["us_per_reading"], "µs/reading", at_most=_READING, note=note)
    rest = watch.at_rest(options.homes, options.days)
    note = f"{options.homes:,} homes beyond the inventory; snapshots of {rest['snapshot_kB']:.1f} kB"
    yield Figure(WATCH, "memory of a learned home", rest["kB_per_home"], "kB", at_most=_HOME, note=note)
    longest = watch.at_rest(options.homes, watch.LONGEST_DAYS)
    note = f"snapshots of {longest['snapshot_kB']:.1f} kB"
    yield Figure(WATCH, "the same after ninety days", longest["kB_per_home"], "kB", at_most=_HOME, note=note)
    yield Figure(WATCH, f"restore of {options.homes:,} homes", rest["restore_s"], "s")
