"""`anxin budget` as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anxin.cli import with_everything
from anxin.settings import SettingsRefused, load
from anxin.stores import open_database
from core.budgets import BudgetVersion
from core.people import Person
from core.places import of_area
from tests.anxin.budgets.past import two_homes
from tests.contracts.cases import T0
from tests.detectors.elder import HOME


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANXIN_DATA_DIR", str(tmp_path))
    inventory = two_homes()
    with open_database(load(), migrate=True) as stores:
        stores.inventory.save(
            areas=inventory.areas.values(),
            homes=inventory.homes.values(),
            gateways=inventory.gateways.values(),
            devices=inventory.devices.values(),
            people=[Person("lin", "林主任")],
        )
        stores.budgets.add(BudgetVersion(HOME, 1, 2.0, T0, "lin", "why"))


def budget(*arguments: str) -> str:
    result = CliRunner().invoke(with_everything(), ["budget", *arguments])
    if isinstance(result.exception, SettingsRefused):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_holds_is_listed_what_is_proposed_waits_and_what_cannot_be_is_said_in_one_line() -> None:
    rows = [json.loads(line) for line in budget("list", "--homes", "--json").splitlines()]
    assert rows == [
        {"place": "area:grid", "budget": 0.5, "set_at": "the setting"},
        {"place": HOME, "budget": 2.0, "set_at": HOME},
        {"place": "h-2", "budget": 0.5, "set_at": "the setting"},
    ]

    said = budget("propose", "grid", "1.5", "--why", "sooner", "--by", "lin")

    with open_database(load(), migrate=False) as stores:
        (proposal,) = stores.budgets.proposals()
        assert (proposal.place, proposal.value, proposal.by) == (of_area("grid"), 1.5, "lin")
    assert proposal.id in said
    assert "1.5  area:grid  proposed: sooner" in budget("list")
    assert budget("propose", HOME, "above", "--why", "x", "--by", "lin")
    for arguments, says in (
        (("grid", "9"), "stops going"),
        (("grid", "0.5"), "no home there"),
        (("grid", "much"), "must be a number"),
        (("nowhere", "1"), "no such area or home"),
    ):
        with pytest.raises(SettingsRefused, match=says):
            budget("propose", *arguments, "--why", "x", "--by", "lin")
    with pytest.raises(SettingsRefused, match="no such person"):
        budget("propose", "grid", "1", "--why", "x", "--by", "nobody")
