"""A session with a genuine Zigbee2MQTT: what happened is said once, and nothing that the bridge only remembers is.

Recorded from Zigbee2MQTT 2.14.1 (`sessions/record_zigbee2mqtt.js` says how): played, stopped, started again, killed.
"""

from pathlib import Path

import pytest

from core.places import Device, Role, Room
from core.readings import ALARM_KINDS, Kind, Reading, Replay
from detectors.alarms import is_press
from ingest.conventions.registry import installed
from ingest.fixtures import Judged, Refused, happened, play, read

SESSION = Path(__file__).parent / "sessions" / "zigbee2mqtt-2.14.1.json"
RESTARTED_AT = "bridge/devices"


@pytest.fixture(scope="module")
def outcome() -> list[Judged | Refused]:
    return play(read(SESSION), installed()["zigbee2mqtt"])


def kept(outcome: list[Judged | Refused], device: str) -> list[Reading]:
    return [
        one.admitted.reading
        for one in outcome
        if isinstance(one, Judged) and one.fact.device == device and not one.admitted.decision.drops
    ]


def test_nothing_that_the_genuine_bridge_says_is_refused(outcome: list[Judged | Refused]) -> None:
    assert [one for one in outcome if isinstance(one, Refused)] == []


def test_everything_that_happened_is_an_event_once(outcome: list[Judged | Refused]) -> None:
    assert happened(outcome) == {
        "door_open": 2, "door_closed": 1, "motion": 2, "button": 3, "sos": 2, "water": 1, "smoke": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("device", "presses"),
    [("sos", ["single", "off", "single"]), ("feibit_sos", [True]), ("wall_button", [True])],
)
def test_each_make_of_help_button_is_heard_in_its_own_words(
    outcome: list[Judged | Refused], device: str, presses: list[object]
) -> None:
    button = Device(f"fixture/{device}", "h", Room.BEDROOM, Role.SOS, "fixture")

    assert [r.value for r in kept(outcome, device) if is_press(r, button)] == presses


def test_a_standing_call_that_the_restarted_bridge_repeats_is_no_second_press(outcome: list[Judged | Refused]) -> None:
    calls = [r for r in kept(outcome, "feibit_sos") if r.kind is Kind.SOS]

    assert [(r.value, r.happened) for r in calls] == [(True, True), (False, True)]


def test_the_bridge_s_memory_raises_no_alarm_after_its_restart(outcome: list[Judged | Refused]) -> None:
    cached = [
        one.admitted.reading
        for one in outcome
        if isinstance(one, Judged) and one.admitted.reading.replay is Replay.CACHED
    ]

    assert {r.kind for r in cached} & ALARM_KINDS == {Kind.WATER, Kind.SMOKE}
    assert not any(r.happened for r in cached)


def test_the_bridge_s_death_is_told_by_its_last_will(outcome: list[Judged | Refused]) -> None:
    said = [r.value for r in kept(outcome, "bridge") if r.kind is Kind.AVAILABILITY]

    assert said == ["online", "offline", "online", "offline"]
