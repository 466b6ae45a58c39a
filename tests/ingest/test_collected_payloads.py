"""The collected messages of real devices come out as they were judged by hand, through decoder and gate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.readings import Kind
from ingest.conventions.registry import installed
from ingest.fixtures import Judged, happened, play, read, row

pytestmark = pytest.mark.payloads

CORE = {
    "door", "motion", "power", "energy", "battery", "battery_low", "battery_voltage", "sos", "button", "water", "smoke",
    "gas", "tamper", "vibration", "availability",
}  # fmt: skip
OURS = {"native", "custom-json"}
"""Conventions of our own, of which nothing was collected."""
COLLECTED = sorted(set(installed()) - OURS)


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["msg"], row["device"], row["kind"], str(row["channel"])


def _about(row: Mapping[str, Any]) -> dict[str, Any]:
    value = row["value"]
    return {**row, "value": pytest.approx(value) if isinstance(value, float) else value}


@pytest.mark.parametrize("convention", COLLECTED)
def test_every_collected_message_is_read_as_judged(convention: str, payloads: Path) -> None:
    folder = payloads / convention
    expected = json.loads((folder / "expected.json").read_text())
    assert expected

    for name, wanted in expected.items():
        outcome = play(read(folder / f"{name}.json"), installed()[convention])

        judged = [one for one in outcome if isinstance(one, Judged)]
        rows = [row(one) for one in judged if one.fact.kind.value in CORE]
        assert sorted(rows, key=_order) == sorted(map(_about, wanted["readings"]), key=_order), name
        assert len(judged) == len(outcome), "nothing in a real message is refused"
        if "timeline_events" in wanted:
            seen = happened(outcome)
            assert {event: seen.get(event, 0) for event in {*wanted["timeline_events"], "sos"}} == {
                "sos": 0,
                **wanted["timeline_events"],
            }, name
            assert bool(seen) == bool(wanted["timeline_events"]), name


@pytest.mark.parametrize("convention", COLLECTED)
def test_only_what_the_broker_delivered_twice_is_dropped(convention: str, payloads: Path) -> None:
    for path in sorted((payloads / convention).glob("*.json")):
        if path.name == "expected.json":
            continue
        fixture = read(path)

        dropped = [one.msg for one in play(fixture, installed()[convention]) if isinstance(one, Judged)
                   and one.admitted.decision.drops and one.fact.kind is not Kind.LINK]  # fmt: skip

        assert all(fixture.messages[index].dup for index in dropped), path.name


def test_every_collected_family_is_spoken(payloads: Path) -> None:
    folders = {folder.name for folder in payloads.iterdir() if folder.is_dir()}

    assert folders == set(COLLECTED)
