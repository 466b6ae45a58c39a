"""What `anxin compare` is asked to do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anxin.settings import SettingsRefused
from core.people import Language

FEWEST_HOMES, FEWEST_DAYS = 3, 10


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """`homes`: how many simulated ones stand beside each recording, for `days` each."""

    data: tuple[Path, ...]
    homes: int = 24
    days: int = 28
    seed: int = 1
    html: Path | None = None
    language: Language = Language.ENGLISH
    as_json: bool = False
    workers: int = 1


def options_of(
    data: Sequence[Path],
    *,
    homes: int,
    days: int,
    seed: int,
    html: Path | None,
    language: Language,
    as_json: bool,
    workers: int | None,
) -> CompareOptions:
    """As given on the command line. Raises SettingsRefused where there would be nothing to compare."""
    if homes < FEWEST_HOMES or days < FEWEST_DAYS:
        raise SettingsRefused(f"--homes must be at least {FEWEST_HOMES}, and --days at least {FEWEST_DAYS}")
    return CompareOptions(tuple(data), homes, days, seed, html, language, as_json, workers or os.cpu_count() or 1)
