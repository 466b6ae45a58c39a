"""`anxin evaluate`: every recording of the given folders, each in a process of its own, and what they showed."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from anxin.evaluation import plugs, result, table
from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.put_out import put_out
from anxin.evaluation.together import together
from anxin.evaluation.trial import trial_of
from anxin.settings import SettingsRefused

Entry = dict[str, Any]


def evaluate_command(options: EvaluateOptions) -> int:
    """Print the table, or JSON, and write the HTML report if one is asked for. Raises SettingsRefused."""
    try:
        evaluated = evaluate(options)
    except (ValueError, OSError) as error:
        raise SettingsRefused(str(error)) from error

    def report(path: Path) -> None:
        from anxin.evaluation.report import write_report

        write_report(evaluated, path, options.language)

    def rows(out: TextIO) -> None:
        table.write(evaluated["recordings"], evaluated["appliances"], out)
        table.write_together(evaluated["simulated"], out)

    put_out(evaluated, as_json=options.as_json, html=options.html, write_report=report, write_table=rows)
    return 0


def evaluate(options: EvaluateOptions) -> Entry:
    """`recordings` and `appliances`, in the order of their names, `simulated` homes together, None where there is none,
    and `curve` where budgets are given for one.
    """
    homes, appliances = _found(options.data)
    work = [(folder, options) for folder in homes]
    work += [(folder, replace(options, budget=budget)) for budget in options.curve for folder in homes]
    entries = list(_each(_recording, work, options.workers))
    rows = list(_each(_plug_row, [(path, options) for path in appliances], options.workers))
    curve = entries[len(homes) :]
    return {
        "budget": options.budget,
        "answered": options.answered,
        "seed": options.seed,
        "detector": options.detector,
        "recordings": entries[: len(homes)],
        "appliances": rows,
        "simulated": together(entries[: len(homes)]),
        "curve": [
            {"budget": budget, "recordings": curve[number * len(homes) : (number + 1) * len(homes)]}
            for number, budget in enumerate(options.curve)
        ],
    }


def _recording(work: tuple[Path, EvaluateOptions]) -> Entry:
    folder, options = work
    return result.as_json(trial_of(folder, options))


def _plug_row(work: tuple[Path, EvaluateOptions]) -> Entry:
    return plugs.run(*work)


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
        if not folder.is_dir():
            raise SettingsRefused(f"--data {folder}: no such folder")
        here = [path.parent for path in sorted(folder.glob("**/home.toml"))]
        there = sorted(folder.glob(f"**/*{plugs.ENDING}"))
        if not here and not there:
            raise SettingsRefused(f"--data {folder}: no recording in it (home.toml, or <class>{plugs.ENDING})")
        homes += here
        appliances += there
    return list(dict.fromkeys(homes)), list(dict.fromkeys(appliances))
