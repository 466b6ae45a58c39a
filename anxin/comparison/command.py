"""`anxin compare` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from core.people import Language


def compare(
    data: Annotated[list[Path], typer.Option(help="Recordings, or a folder with some below it; repeat for more.")],
    homes: Annotated[int, typer.Option(help="Simulated homes beside each recording.", max=2000)] = 24,
    days: Annotated[int, typer.Option(help="Days that each of them lives.", max=400)] = 28,
    seed: Annotated[int, typer.Option(help="Same seed, same simulated homes.")] = 1,
    html: Annotated[Path | None, typer.Option(help="Write a report with plots here.")] = None,
    language: Annotated[Language, typer.Option(help="Of the report.")] = Language.ENGLISH,
    workers: Annotated[int | None, typer.Option(min=1, help="Homes at once; one for each core.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one line of JSON.")] = False,
) -> None:
    """Does a recorded home look like one of the simulated ones? Feature by feature, with counts and distances."""
    from anxin.comparison.options import options_of
    from anxin.comparison.run import compare_command

    options = options_of(
        data, homes=homes, days=days, seed=seed, html=html, language=language, as_json=as_json, workers=workers
    )
    raise SystemExit(compare_command(options))
