"""`anxin compare`: recordings of real homes beside simulated homes with the same sorts of sensors."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from anxin.comparison import table
from anxin.comparison.judgement import Entry, judged
from anxin.comparison.options import CompareOptions
from anxin.comparison.portrait import Portrait
from anxin.comparison.stand_in import of_recorded, of_simulated
from anxin.evaluation.put_out import put_out
from anxin.settings import SettingsRefused

Work = Callable[[], Portrait]


def compare_command(options: CompareOptions) -> int:
    """Print the table, or JSON, and write the HTML report if one is asked for. Raises SettingsRefused."""
    try:
        compared = compare(options)
    except (ValueError, OSError) as error:
        raise SettingsRefused(str(error)) from error

    def report(path: Path) -> None:
        from anxin.comparison.report import write_report

        write_report(compared, path, options.language)

    put_out(
        compared,
        as_json=options.as_json,
        html=options.html,
        write_report=report,
        write_table=partial(table.write, compared),
    )
    return 0


def compare(options: CompareOptions) -> Entry:
    """`recordings`, in the order of their names below each folder."""
    folders = _homes(options.data)
    work = [one for folder in folders for one in _work(folder, options)]
    portraits = list(_each(work, options.workers))
    step = options.homes + 1
    groups = (portraits[first : first + step] for first in range(0, len(portraits), step))
    return {
        "homes": options.homes,
        "days": options.days,
        "seed": options.seed,
        "recordings": [
            {"name": folder.name, **judged(group[0], group[1:])} for folder, group in zip(folders, groups, strict=True)
        ],
    }


def _work(folder: Path, options: CompareOptions) -> Iterator[Work]:
    """The recorded home, then the simulated ones."""
    yield partial(of_recorded, folder, seed=options.seed)
    for number in range(options.homes):
        yield partial(of_simulated, folder, number=number, homes=options.homes, seed=options.seed, days=options.days)


def _each(work: Sequence[Work], workers: int) -> Iterator[Portrait]:
    """In order; several at once where there are several."""
    if workers == 1:
        yield from (do() for do in work)
        return
    with ProcessPoolExecutor(max_workers=min(workers, len(work))) as pool:
        yield from pool.map(_do, work)


def _do(work: Work) -> Portrait:
    return work()


def _homes(folders: Sequence[Path]) -> list[Path]:
    """Recordings of homes, below the folders that were named or those folders themselves."""
    homes = list[Path]()
    for folder in folders:
        if not folder.is_dir():
            raise SettingsRefused(f"--data {folder}: no such folder")
        here = [path.parent for path in sorted(folder.glob("**/home.toml"))]
        if not here:
            raise SettingsRefused(f"--data {folder}: no recording of a home in it (home.toml)")
        homes += here
    return list(dict.fromkeys(homes))
