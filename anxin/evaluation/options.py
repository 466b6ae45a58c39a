"""What `anxin evaluate` is asked to do."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anxin.settings import SettingsRefused
from core.people import Language
from detectors.settings import WatchSettings

DETECTORS = (
    "silence", "decline", "no_meal", "restless", "wandering",
    "appliance_on", "door_open", "night_out", "sos", "temperature", "smoke", "gas", "co", "water",
)  # fmt: skip
"""Names that `--detector` takes: those that concerns carry."""


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """`budget`: false alarms a home-month that a person chose. `injections`: falls in each recording; every other kind
    of injection takes its share of that, unless `faults` says how many of each device fault. `detector`: count only
    what this one says. `answered`: the share of questions that the resident answers when well: recordings hold no
    answers, so they are drawn. `learns`: how the false alarms of the untouched life ended is taught to the watch, as in
    the service. `doubts`: thin evidence waits longer, as in the service.
    """

    data: tuple[Path, ...]
    detector: str | None = None
    budget: float = 0.5
    answered: float = 0.0
    seed: int = 1
    injections: int = 200
    curve: tuple[float, ...] = ()
    html: Path | None = None
    language: Language = Language.ENGLISH
    as_json: bool = False
    workers: int = 1
    learns: bool = True
    faults: int | None = None
    doubts: bool = True


def options_of(
    data: Sequence[Path],
    *,
    detector: str | None,
    budget: float,
    answered: float,
    seed: int,
    injections: int,
    curve: str,
    html: Path | None,
    language: Language,
    as_json: bool,
    workers: int | None,
    learns: bool,
    faults: int | None,
    doubts: bool,
) -> EvaluateOptions:
    """As given on the command line. Raises SettingsRefused for an unknown detector or a budget out of range."""
    if detector is not None and detector not in DETECTORS:
        raise SettingsRefused(f"--detector {detector}: choose from {', '.join(DETECTORS)}")
    _refuse_wrong("--budget", lambda: WatchSettings(false_alarms_per_month=budget))
    _refuse_wrong("--answered", lambda: WatchSettings(answered=answered))
    budgets = tuple(_budget(text.strip()) for text in curve.split(",") if text.strip())
    cores = os.cpu_count() or 1
    return EvaluateOptions(
        tuple(data),
        detector,
        budget,
        answered,
        seed,
        injections,
        budgets,
        html,
        language,
        as_json,
        workers or cores,
        learns,
        faults,
        doubts,
    )


def _budget(text: str) -> float:
    """One of the curve. Raises SettingsRefused, which names it."""
    name = f"--curve {text}"
    try:
        budget = float(text)
    except ValueError as error:
        raise SettingsRefused(f"{name}: budgets are numbers, separated by commas, as in 0.25,1,2") from error
    _refuse_wrong(name, lambda: WatchSettings(false_alarms_per_month=budget))
    return budget


def _refuse_wrong(name: str, checked: Callable[[], WatchSettings]) -> None:
    """Raises SettingsRefused with the option's own name."""
    try:
        checked()
    except ValueError as error:
        raise SettingsRefused(f"{name}: {error}") from error
