"""The published examples of each convention: decoded as they say they are, and each convention has one."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.readings import Kind
from ingest.conventions.registry import installed
from ingest.fixtures import Judged, Refused, play, read

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "messages"
EXAMPLES = sorted(FOLDER.glob("*.json"))
UNTOLD = {Kind.LIVENESS, Kind.TEMPERATURE, Kind.HUMIDITY, Kind.ILLUMINANCE}
"""Left out of the examples' expectations."""


def test_every_convention_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES} == set(installed())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_read_as_it_says(path: Path) -> None:
    fixture = read(path)
    wanted = [{"channel": None, **one} for one in json.loads(path.read_text())["expected"]]

    outcome = play(fixture, installed()[fixture.convention])

    told: list[dict[str, Any]] = [
        {
            "msg": one.msg,
            "device": one.fact.device,
            "kind": one.fact.kind.value,
            "value": pytest.approx(one.fact.value) if isinstance(one.fact.value, float) else one.fact.value,
            "channel": one.fact.channel,
        }
        for one in outcome
        if isinstance(one, Judged) and one.fact.kind not in UNTOLD and not one.admitted.decision.drops
    ]
    assert told == wanted
    assert [one for one in outcome if isinstance(one, Refused)] == [], "nothing in a real message is refused"
