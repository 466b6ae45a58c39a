"""Attempt: one recording may be refused, or the program may fail on it, without the others being lost."""

import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from simulator.recorded import RecordingError

Entry = dict[str, Any]
PROBLEM: Final = "problem"


def attempt(path: Path, judge: Callable[[], Entry]) -> Entry:
    """What was found, or `name`, `path` and the `problem` in one sentence. `failed`: the mistake is the program's.
    `why` and `places`: the problem for another language, where it is the recording's.
    """
    this = {"name": path.name, "path": str(path)}
    try:
        return judge()
    except RecordingError as error:
        said = {"why": error.why and error.why.value, "places": error.places}
        return {**this, PROBLEM: str(error), "failed": False, **said}
    except OSError as error:
        return {**this, PROBLEM: str(error), "failed": False}
    except Exception as error:  # noqa: BLE001 - said aloud, for this recording; the others are judged
        traceback.print_exc(file=sys.stderr)
        problem = f"{path}: the program failed on it ({type(error).__name__}: {error})"
        return {**this, PROBLEM: problem, "failed": True}


def judged(entries: Iterable[Entry]) -> list[Entry]:
    return [one for one in entries if PROBLEM not in one]


def refused(entries: Iterable[Entry]) -> list[Entry]:
    return [one for one in entries if PROBLEM in one]
