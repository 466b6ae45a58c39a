"""One made-up recording, tried once."""

from pathlib import Path

import pytest

from anxin.evaluation.options import EvaluateOptions
from anxin.evaluation.trial import Trial, trial_of
from tests.anxin.evaluation.recorded import write_recording


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("data") / "homes" / "quiet-street-4")


@pytest.fixture(scope="session")
def trial(recorded: Path) -> Trial:
    return trial_of(recorded, EvaluateOptions((), injections=20, seed=2))
