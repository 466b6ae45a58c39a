"""A simulated home can be written down as a real one is, and read again."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anxin.cli import app
from anxin.settings import SettingsRefused
from core.places import Role
from core.readings import Kind
from simulator import recording
from simulator.community import Community, build_community
from simulator.recorder import WRITTEN, native, write_recordings
from simulator.timeline import messages
from tests.simulator.street import SEED

SINCE = datetime(2026, 3, 2, 2, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=2)


@pytest.fixture(scope="module")
def street() -> Community:
    return build_community(4, seed=SEED)


@pytest.fixture(scope="module")
def written(street: Community, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_recordings(street, tmp_path_factory.mktemp("street"), since=SINCE, until=UNTIL, seed=SEED)


def test_it_is_read_as_a_recording_and_known_to_be_simulated(street: Community, written: list[Path]) -> None:
    for household, folder in zip(street.households, written, strict=True):
        found = recording.load(folder)

        assert found.simulated
        assert found.home.timezone == household.home.timezone
        mine = {native(s): s.role for s in household.kit.sensors if s.kind in WRITTEN}
        assert mine == {name: role for name, role in found.roles.items() if role is not Role.BRIDGE}


def test_it_holds_what_the_sensors_said_in_order_and_no_more(street: Community, written: list[Path]) -> None:
    said = Counter(one.gateway for one in messages(street, since=SINCE, until=UNTIL, seed=SEED) if one.human)

    for household, folder in zip(street.households, written, strict=True):
        lines = list(recording.load(folder).readings())

        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert all(SINCE.timestamp() <= line.at < UNTIL.timestamp() for line in lines)
        moved = sum(1 for line in lines if line.kind is not Kind.POWER and line.value is not False)
        assert abs(moved - said[household.gateway.id]) <= 0.2 * moved


def test_it_says_when_they_were_away_and_asleep(written: list[Path]) -> None:
    labels = Counter(label.label for folder in written for label in recording.load(folder).labels)

    assert labels["asleep"] >= 2 * len(written)
    assert labels["away"] >= len(written)


def test_the_same_seed_writes_the_same(street: Community, written: list[Path], tmp_path: Path) -> None:
    again = write_recordings(street, tmp_path, since=SINCE, until=UNTIL, seed=SEED)

    for one, other in zip(written, again, strict=True):
        assert list(recording.load(one).readings()) == list(recording.load(other).readings())
        assert (one / "truth.csv").read_text() == (other / "truth.csv").read_text()


def test_on_the_command_line_it_needs_to_know_from_when_to_when(tmp_path: Path) -> None:
    asked = ["simulate", "--record", str(tmp_path), "--homes", "1", "--start", "2026-03-02"]

    refused = CliRunner().invoke(app, asked)
    done = CliRunner().invoke(app, [*asked, "--until", "2026-03-04"])

    assert isinstance(refused.exception, SettingsRefused)
    assert done.exit_code == 0, done.output
    assert recording.load(tmp_path / "h-0001").simulated
