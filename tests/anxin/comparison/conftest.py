"""The made-up recording of three weeks, as the comparison sees it."""

from pathlib import Path

import pytest

from anxin.comparison.witness import Seen, witness
from simulator import playback, recording
from tests.anxin.evaluation.recorded import write_recording


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("homes") / "quiet-street-4")


@pytest.fixture(scope="session")
def seen(made_up: Path) -> Seen:
    found = recording.load(made_up)
    return witness(playback.messages(found), found.inventory, found.home)
