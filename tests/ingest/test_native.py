"""The native convention: the schema, its examples and the decoder agree."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.readings import Kind, Replay, Semantics, TimeSource, Value
from ingest.conventions.decoded import NO_PROFILE, Decoded, Malformed, OneProfile, Reason, Refusal, Said
from ingest.conventions.native import Native

SCHEMA: dict[str, Any] = json.loads(files("ingest.conventions").joinpath("native.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def hear(said: object, topic: str = "native/v1/a/reading", *, retain: bool = False) -> list[Said]:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Native().decoder().decode(topic, payload, retain=retain, profiles=OneProfile(NO_PROFILE))


def reading(kind: str, value: object, **more: object) -> dict[str, object]:
    return {"v": 1, "readings": [{"kind": kind, "value": value, **more}]}


@pytest.mark.parametrize(
    ("said", "kind", "value", "unit", "semantics"),
    [
        (reading("door", "open"), Kind.DOOR, "open", None, Semantics.STATE),
        (reading("motion", True), Kind.MOTION, True, None, Semantics.EVENT),  # noqa: FBT003
        (reading("motion", True, semantics="state"), Kind.MOTION, True, None, Semantics.STATE),  # noqa: FBT003
        (reading("sos", True), Kind.SOS, True, None, Semantics.EVENT),  # noqa: FBT003
        (reading("power", 1.5, unit="kW"), Kind.POWER, 1500.0, "W", Semantics.MEASUREMENT),
        (reading("energy", 2500, unit="Wh"), Kind.ENERGY, 2.5, "kWh", Semantics.COUNTER),
        (reading("battery", 87), Kind.BATTERY, 87, "%", Semantics.MEASUREMENT),
        (reading("button", "long"), Kind.BUTTON, "long", None, Semantics.EVENT),
    ],
)
def test_each_example_fits_the_schema_and_is_understood(
    said: dict[str, object], kind: Kind, value: Value, unit: str | None, semantics: Semantics
) -> None:
    VALIDATOR.validate(said)

    (heard,) = hear(said)

    assert isinstance(heard, Decoded)
    assert (heard.kind, heard.value, heard.unit, heard.semantics) == (kind, value, unit, semantics)


def test_identity_time_and_history_are_taken_at_their_word() -> None:
    said = {"v": 1, "id": "x1", "at": "2026-11-24T08:00:00+08:00", "history": True,
            "readings": [{"kind": "door", "value": "open", "channel": "left"}]}  # fmt: skip

    (heard,) = hear(said)

    assert isinstance(heard, Decoded)
    assert (heard.message_id, heard.channel) == ("x1", "left")
    assert (heard.device_time, heard.time_source) == (datetime(2026, 11, 24, tzinfo=UTC), TimeSource.DEVICE)
    assert heard.replay_hint is Replay.HISTORY


def test_a_wall_time_without_an_offset_is_not_believed_and_the_reading_is_kept() -> None:
    (heard,) = hear({**reading("sos", True), "at": "2026-11-24T08:00:00"})  # noqa: FBT003

    assert isinstance(heard, Decoded)
    assert (heard.device_time, heard.time_source) == (None, TimeSource.UNTRUSTED)


def test_availability_of_devices_and_of_the_gateway() -> None:
    said = {"v": 1, "state": "offline"}
    VALIDATOR.validate(said)

    (device,) = hear(said, "native/v1/a/availability")
    (gateway,) = hear(said, "native/v1/gateway/status")

    assert isinstance(device, Decoded)
    assert isinstance(gateway, Decoded)
    assert (device.device, device.value) == ("a", "offline")
    assert (gateway.device, gateway.kind) == ("bridge", Kind.AVAILABILITY)


def test_an_empty_list_says_only_that_the_device_lives() -> None:
    (heard,) = hear({"v": 1, "readings": []})

    assert isinstance(heard, Decoded)
    assert heard.kind is Kind.LIVENESS


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (reading("dragon", 1), Reason.KIND),
        (reading("door", True), Reason.VALUE),  # noqa: FBT003
        (reading("motion", 1), Reason.VALUE),
        (reading("power", "12"), Reason.VALUE),
        (reading("battery", 300), Reason.VALUE),
        (reading("power", 1, unit="hp"), Reason.UNIT),
        (reading("power", 1, channel=5), Reason.SHAPE),
        (reading("power", 1, semantics="joke"), Reason.SHAPE),
    ],
)
def test_one_bad_reading_is_refused_and_its_neighbours_are_kept(said: dict[str, Any], reason: Reason) -> None:
    said["readings"].append({"kind": "sos", "value": True})

    refused, kept = hear(said)

    assert isinstance(refused, Refusal)
    assert refused.reason is reason
    assert isinstance(kept, Decoded)
    assert kept.kind is Kind.SOS
    assert not VALIDATOR.is_valid(said)


@pytest.mark.parametrize(
    ("topic", "said", "reason"),
    [
        ("native/v2/a/reading", {}, Reason.TOPIC),
        ("native/v1/reading", {}, Reason.TOPIC),
        ("native/v1/a/what", {}, Reason.TOPIC),
        ("native/v1/bridge/reading", {}, Reason.TOPIC),
        ("native/v1/a/reading", {"v": 2, "readings": []}, Reason.VERSION),
        ("native/v1/a/reading", {"v": True, "readings": []}, Reason.VERSION),
        ("native/v1/a/reading", {"v": 1}, Reason.SHAPE),
        ("native/v1/a/reading", {"v": 1, "readings": [], "id": 7}, Reason.SHAPE),
        ("native/v1/a/reading", {"v": 1, "readings": [], "history": "no"}, Reason.SHAPE),
        ("native/v1/a/reading", b"\xff\xfe", Reason.NOT_JSON),
        ("native/v1/a/availability", {"v": 1, "state": "asleep"}, Reason.VALUE),
    ],
)
def test_what_cannot_be_read_has_a_reason(topic: str, said: object, reason: Reason) -> None:
    with pytest.raises(Malformed) as refused:
        hear(said, topic)

    assert refused.value.reason is reason


def _readings() -> st.SearchStrategy[dict[str, Any]]:
    anything = st.one_of(
        st.booleans(),
        st.none(),
        st.integers(-5, 2000),
        st.floats(-100, 2000),
        st.sampled_from(["open", "closed", "online"]),
    )
    return st.fixed_dictionaries(
        {"kind": st.sampled_from([*Kind, "dragon"]), "value": anything},
        optional={
            "unit": st.sampled_from([None, "W", "kW", "%", "mV", "V", "°F", "lx", "Wh", "hp"]),
            "channel": st.sampled_from([None, "left", "", "x" * 65]),
            "semantics": st.sampled_from([None, "event", "state", "joke"]),
        },
    )


def _times() -> st.SearchStrategy[str | None]:
    return st.one_of(
        st.none(),
        st.datetimes(timezones=st.just(UTC)).map(lambda t: t.isoformat()),
        st.just("2026-02-31T10:00:00Z"),
        st.just("2026-11-24T10:00:00"),
    )


@given(
    st.fixed_dictionaries(
        {"v": st.sampled_from([1, 1, 1, 2]), "readings": st.lists(_readings(), max_size=3)},
        optional={
            "at": _times(),
            "id": st.sampled_from(["a", "", None, 5]),
            "history": st.booleans(),
            "more": st.just(1),
        },
    )
)
def test_whatever_fits_the_schema_is_decoded_whole(said: dict[str, Any]) -> None:
    if not VALIDATOR.is_valid(said):
        return

    heard = hear(said)

    assert all(isinstance(one, Decoded) for one in heard)
    assert len(heard) == max(1, len(said["readings"]))


def test_the_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
