"""The collected messages of real devices come out as they were judged by hand, through decoder and gate."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.readings import Kind
from ingest.conventions.decoded import Decoded, OneProfile
from ingest.conventions.registry import installed
from ingest.decisions import Admitted
from ingest.gate import Gate
from ingest.message import Message

pytestmark = pytest.mark.payloads

CORE = {
    "door", "motion", "power", "energy", "battery", "battery_low", "battery_voltage", "sos", "button", "water", "smoke",
    "gas", "tamper", "vibration", "availability",
}  # fmt: skip
FALLBACK = datetime(2026, 1, 1, tzinfo=UTC)


def _played(convention: str, fixture: Mapping[str, Any]) -> list[tuple[int, Decoded, Admitted]]:
    """Each fact with its message's index, after the gate."""
    decoder, gate = installed()[convention].decoder(), Gate()
    profiles = OneProfile(fixture.get("profile", {}))
    judged = []
    for index, sent in enumerate(fixture["messages"]):
        payload = sent["payload"].encode()
        said = decoder.decode(sent["topic"], payload, retain=sent["retain"], profiles=profiles)
        facts = [one for one in said if isinstance(one, Decoded)]
        assert len(facts) == len(said), "nothing in a real message is refused"
        claimed = [one.device_time for one in facts if one.device_time is not None]
        received = (
            datetime.fromisoformat(sent["received_at"])
            if "received_at" in sent
            else (claimed[0] if claimed else FALLBACK + timedelta(seconds=index))
        )
        message = Message(sent["topic"], payload, received, sent["qos"], sent["retain"], sent["dup"])
        for device in dict.fromkeys(fact.device for fact in facts):
            said_of_it = [fact for fact in facts if fact.device == device]
            admitted = gate.admit(f"g/{device}", said_of_it, message, source=convention)
            judged += [(index, fact, one) for fact, one in zip(said_of_it, admitted, strict=True)]
    return judged


def _row(index: int, fact: Decoded, admitted: Admitted) -> dict[str, Any]:
    reading = admitted.reading
    row = {
        "msg": index,
        "device": fact.device,
        "channel": reading.channel,
        "kind": reading.kind.value,
        "value": pytest.approx(reading.value) if isinstance(reading.value, float) else reading.value,
        "unit": reading.unit,
        "device_time": reading.device_time
        and reading.device_time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time_source": reading.time_source.value,
        "semantics": reading.semantics.value,
        "replay": reading.replay.value,
    }
    if fact.raw_time is not None:
        row["raw_time"] = fact.raw_time
    return row


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["msg"], row["device"], row["kind"], str(row["channel"])


@pytest.mark.parametrize("convention", ["zigbee2mqtt", "tasmota"])
def test_every_collected_message_is_read_as_judged(convention: str, payloads: Path) -> None:
    folder = payloads / convention
    expected = json.loads((folder / "expected.json").read_text())
    assert expected

    for name, wanted in expected.items():
        judged = _played(convention, json.loads((folder / f"{name}.json").read_text()))

        rows = [_row(*one) for one in judged if one[2].reading.kind.value in CORE]
        assert sorted(rows, key=_order) == sorted(wanted["readings"], key=_order), name
        assert not any(admitted.decision.drops for _, _, admitted in judged), name


@pytest.mark.parametrize("convention", ["zigbee2mqtt", "tasmota"])
def test_only_what_happened_goes_onto_the_timeline(convention: str, payloads: Path) -> None:
    folder = payloads / convention
    expected = json.loads((folder / "expected.json").read_text())
    wanted = {name: one["timeline_events"] for name, one in expected.items() if "timeline_events" in one}

    for name, events in wanted.items():
        judged = _played(convention, json.loads((folder / f"{name}.json").read_text()))

        seen = Counter(
            f"door_{admitted.reading.value}" if admitted.reading.kind is Kind.DOOR else "sos"
            for _, _, admitted in judged
            if admitted.reading.happened and admitted.reading.kind in {Kind.DOOR, Kind.SOS}
        )
        assert dict(seen) == events, name


def test_both_families_are_there(payloads: Path) -> None:
    for convention in ("zigbee2mqtt", "tasmota"):
        assert len(list((payloads / convention).glob("*.json"))) > 5
