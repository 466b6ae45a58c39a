"""`anxin evaluate`: every recording of the given folders, each in a process of its own, and what they showed."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from anxin.evaluation import plugs, result, table
from anxin.evaluation.attempt import PROBLEM, attempt, judged, refused
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.put_out import put_out
from anxin.evaluation.together import together
from anxin.evaluation.trial import trial_of
from anxin.settings import SettingsRefused

Entry = dict[str, Any]


def evaluate_command(options: EvaluateOptions) -> int:
    """Print the table, or JSON, and write the HTML report if one is asked for. Raises SettingsRefused.

    What is refused is said on standard error besides; the answer is 1 only where the program failed on something.
    """
    try:
        evaluated = evaluate(options)
    except (ValueError, OSError) as error:
        raise SettingsRefused(str(error)) from error
    for one in evaluated["refused"]:
        sys.stderr.write(f"left out: {one[PROBLEM]}\n")

    def report(path: Path) -> None:
        from anxin.evaluation.report import write_report

        write_report(evaluated, path, options.language)

    def rows(out: TextIO) -> None:
        table.write(evaluated, out)

    put_out(evaluated, as_json=options.as_json, html=options.html, write_report=report, write_table=rows)
    return int(any(one["failed"] for one in evaluated["refused"]))


def evaluate(options: EvaluateOptions) -> Entry:
    """`recordings` and `appliances`, in the order of their names, `refused` what is none or could not be judged,
    `simulated` homes together, None where there is none, and `curve` where budgets are given for one. Raises
    SettingsRefused where nothing could be judged.
    """
    homes, appliances = _found(options.data)
    first = list(_each(_recording, [(folder, options) for folder in homes], options.workers))
    rows = list(_each(_plug_row, [(path, options) for path in appliances], options.workers))
    problems = refused([*first, *rows])
    if len(problems) == len(first) + len(rows):
        raise SettingsRefused("; ".join(one[PROBLEM] for one in problems))
    sound = [folder for folder, one in zip(homes, first, strict=True) if PROBLEM not in one]
    return {
        "budget": options.budget,
        "answered": options.answered,
        "seed": options.seed,
        "detector": options.detector,
        "learns": options.learns,
        "doubts": options.doubts,
        "recordings": judged(first),
        "appliances": judged(rows),
        "refused": problems,
        "simulated": together(judged(first)),
        "curve": _curve(sound, options),
    }


def _curve(homes: Sequence[Path], options: EvaluateOptions) -> list[Entry]:
    """The same homes again, for each budget."""
    work = [(folder, replace(options, budget=budget)) for budget in options.curve for folder in homes]
    entries = list(_each(_recording, work, options.workers))
    return [
        {"budget": budget, "recordings": judged(entries[number * len(homes) : (number + 1) * len(homes)])}
        for number, budget in enumerate(options.curve)
    ]


def _recording(work: tuple[Path, EvaluateOptions]) -> Entry:
    folder, options = work
    return attempt(folder, lambda: result.as_json(trial_of(folder, options)))


def _plug_row(work: tuple[Path, EvaluateOptions]) -> Entry:
    path, options = work
    return attempt(path, lambda: plugs.run(path, options))


def _each(
    do: Callable[[tuple[Path, EvaluateOptions]], Entry], work: Sequence[tuple[Path, EvaluateOptions]], workers: int
) -> Iterator[Entry]:
    """In order; several at once where there are several."""
    if workers == 1 or len(work) < 2:  # noqa: PLR2004 - nothing to share out
        yield from map(do, work)
        return
    with ProcessPoolExecutor(max_workers=min(workers, len(work))) as pool:
        yield from pool.map(do, work)


def _found(folders: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Recordings of homes and of appliances, below the folders that were named or those folders themselves."""
    homes, appliances = list[Path](), list[Path]()
    for folder in folders:
        if not folder.exists():
            raise SettingsRefused(f"--data {folder}: no such folder")
        files = [folder] if folder.is_file() else sorted(_below(folder))
        here = [path.parent for path in files if path.name == "home.toml"]
        there = [path for path in files if path.name.endswith(plugs.ENDINGS)]
        if not here and not there:
            raise SettingsRefused(f"--data {folder}: no recording in it (home.toml, or <class>{plugs.ENDING})")
        homes += here
        appliances += there
    return list(dict.fromkeys(homes)), list(dict.fromkeys(appliances))


def _below(folder: Path) -> Iterator[Path]:
    """Every file, also by links to folders, each folder once."""
    seen = set[str]()
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(root) / name for name in names)
