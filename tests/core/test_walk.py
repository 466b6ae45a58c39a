"""The walk test: a battery report shows life, only what a sensor is there for shows that it works."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.places import Device, Role, Room
from core.readings import Kind, Novelty, Reading, Replay, Semantics, Value
from core.walk import LONGEST, Walked, begins, walk

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DOOR = Device("g/door", "h", Room.ENTRANCE, Role.FRONT_DOOR, "g")


def said(kind: Kind, value: Value, *, after: float = 1, **more: object) -> Reading:
    at = NOW + after * SECOND
    return replace(Reading(DOOR.id, kind, value, at, at), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reading", "walked"),
    [
        (said(Kind.DOOR, "open"), Walked.WORKS),
        (said(Kind.DOOR, "closed", novelty=Novelty.BASELINE), Walked.WORKS),
        (said(Kind.DOOR, "closed", novelty=Novelty.REPEATED), Walked.SPOKE),
        (said(Kind.SOS, value=True, semantics=Semantics.EVENT, novelty=Novelty.REPEATED), Walked.WORKS),
        (said(Kind.POWER, 3.5, semantics=Semantics.MEASUREMENT, novelty=Novelty.REPEATED), Walked.WORKS),
        (said(Kind.BATTERY, 90.0), Walked.SPOKE),
        (said(Kind.LINK, 90.0), Walked.SPOKE),
        (said(Kind.LIVENESS, value=True), Walked.SPOKE),
        (said(Kind.DOOR, "open", replay=Replay.RETAINED), Walked.SILENT),
        (said(Kind.DOOR, "open", replay=Replay.HISTORY), Walked.SILENT),
        (said(Kind.DOOR, "open", after=-1), Walked.SILENT),
    ],
    ids=lambda v: f"{v.kind} {v.value}" if isinstance(v, Reading) else str(v),
)
def test_what_a_device_said_decides_how_far_it_has_come(reading: Reading, walked: Walked) -> None:
    (step,) = walk([DOOR], [reading], since=NOW)

    assert step.walked is walked
    assert step.said == (() if walked is Walked.SILENT else (reading,))


def test_what_it_sensed_is_shown_and_not_its_battery_and_the_newest_first() -> None:
    told = [said(Kind.DOOR, word, after=n) for n, word in enumerate(["open", "closed", "open", "closed"], start=1)]
    (step,) = walk([DOOR], [*told, said(Kind.BATTERY, 90.0, after=9)], since=NOW)

    assert [(r.kind, r.value) for r in step.said] == [(Kind.DOOR, v) for v in ("closed", "open", "closed")]


def test_a_gateway_works_when_it_speaks_or_anything_is_heard_through_it() -> None:
    bridge = replace(DOOR, id="g/bridge", role=Role.BRIDGE)
    online = replace(said(Kind.AVAILABILITY, "online"), device=bridge.id)

    speaks, passes_on, silent = (
        walk([bridge, DOOR], heard, since=NOW)[0] for heard in ([online], [said(Kind.BATTERY, 90.0)], [])
    )

    assert (speaks.walked, passes_on.walked, silent.walked) == (Walked.WORKS, Walked.WORKS, Walked.SILENT)


def test_a_walk_is_never_longer_than_two_hours_and_never_begins_in_the_future() -> None:
    assert begins(NOW - 5 * LONGEST, NOW) == NOW - LONGEST
    assert begins(NOW + SECOND, NOW) == NOW
    assert begins(NOW - SECOND, NOW) == NOW - SECOND
