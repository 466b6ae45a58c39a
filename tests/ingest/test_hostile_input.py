"""Whatever bytes arrive on whatever topic: readings, or Malformed with a reason; nothing else is ever raised."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import hostile
from ingest.conventions.decoded import Malformed, OneProfile
from ingest.conventions.registry import installed

CONVENTIONS = installed()

WORDS = """contact occupancy action battery last_seen linkquality state voltage power_l1 v at readings kind value id
history channel unit ENERGY Power Total ZbReceived Device LinkQuality LwReceived RfReceived Data Time Switch1 Button1
Action TempUnit Temperature StatusSNS Name Contact ZoneStatusChange PersonalAlarm Battery exposes definition
friendly_name ieee_address property features Click 0x1"""
KEYS = st.sampled_from(WORDS.split())
EDGES = ["ON", "online", "door", "2026-11-24T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(EDGES))
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
LEVEL_WORDS = """zigbee2mqtt bridge state devices availability set tele stat cmnd SENSOR LWT RESULT STATE SWITCH1
DEEPSLEEP native v1 reading gateway status a contact action"""
LEVELS = st.sampled_from([*LEVEL_WORDS.split(), ""])
TOPICS = st.one_of(st.lists(LEVELS, max_size=6).map("/".join), st.text(max_size=20))
PROFILES = st.dictionaries(
    KEYS,
    st.one_of(
        st.none(),
        st.dictionaries(
            st.sampled_from(["kind", "on", "off", "value", "values", "unit", "device", "channel", "semantics"]),
            st.one_of(st.sampled_from(["door", "open", "power", "W", "event"]), TREES),
            max_size=4,
        ),
    ),
    max_size=3,
)


def _offer(topic: str, payload: bytes, profile: dict[str, Any], *, retain: bool) -> None:
    for convention in CONVENTIONS.values():
        decoder = convention.decoder()
        for _ in range(2):  # the second time with what it remembers of the first
            try:
                said = decoder.decode(topic, payload, retain=retain, profiles=OneProfile(profile))
            except Malformed:
                continue
            assert isinstance(said, list)


@given(TOPICS, st.binary(max_size=200), st.booleans())
@example("tele/a/LWT", b"\xff\xff", False)  # noqa: FBT003
@example("native/v1/a/reading", b'{"v":1,"readings":[{"kind":[],"value":{}}]}', False)  # noqa: FBT003
def test_arbitrary_bytes_break_no_decoder(topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001
    _offer(topic, payload, {}, retain=retain)


@given(TOPICS, st.one_of(TREES, st.dictionaries(KEYS, TREES, max_size=6)), PROFILES, st.booleans())
@settings(max_examples=300)
def test_arbitrary_json_breaks_no_decoder(topic: str, said: Any, profile: dict[str, Any], retain: bool) -> None:  # noqa: FBT001
    _offer(topic, json.dumps(said).encode(), profile, retain=retain)


@given(st.integers(1, 5000))
def test_depth_is_bounded_before_anything_walks_it(depth: int) -> None:
    payload = b'{"a":' + b"[" * depth + b"]" * depth + b"}"

    _offer("native/v1/a/reading", payload, {}, retain=False)
    _offer("tele/a/SENSOR", payload, {}, retain=False)


def test_real_messages_that_were_tampered_with_break_no_decoder() -> None:
    """A part of what `python -m bench.hostile` does a million times."""
    *_, outcome = hostile.attack(30_000, seed=3)

    assert outcome.broken == []
    assert outcome.facts > 5_000
    assert sum(outcome.refused.values()) > 5_000
