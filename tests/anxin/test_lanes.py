"""Events on their way to the stores: who goes first, and when what was there at a mark is done."""

import asyncio
from datetime import UTC, datetime

from anxin.lanes import Lanes
from core.concerns import Concern, ConcernKind, Severity
from core.states import HomeStatus
from detectors.watch import ConcernCleared, ConcernRaised, FaultCleared, StatusChanged, WatchEvent

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def help_for(home: str, episode: str = "e1") -> ConcernRaised:
    return ConcernRaised(Concern(home, ConcernKind.SOS, Severity.RED, episode, NOON, NOON, "sos"))


def over_in(home: str, episode: str = "e1") -> ConcernCleared:
    return ConcernCleared(home, ConcernKind.SOS, episode, NOON, "usual")


def emptied(lanes: Lanes) -> list[WatchEvent]:
    async def story() -> list[WatchEvent]:
        found = []
        while len(lanes):
            event = await lanes.first()
            lanes.done(event)
            found.append(event)
        return found

    return asyncio.run(story())


def test_a_call_for_help_overtakes_a_thousand_device_tickets() -> None:
    lanes = Lanes()
    tickets = [FaultCleared(f"gateway_silent/g-{n}", NOON) for n in range(1000)]
    lanes.put(tickets)
    lanes.put([help_for("h-1")])

    assert emptied(lanes) == [help_for("h-1"), *tickets]


def test_of_one_home_nothing_overtakes_what_was_said_of_its_concerns() -> None:
    lanes = Lanes()
    said: list[WatchEvent] = [over_in("h-1"), help_for("h-1"), help_for("h-1", "e2")]
    lanes.put(said)

    assert emptied(lanes) == said


def test_another_homes_concern_is_not_held_back() -> None:
    lanes = Lanes()
    lanes.put([over_in("h-1"), help_for("h-2")])

    assert emptied(lanes) == [help_for("h-2"), over_in("h-1")]


def test_a_mark_is_passed_when_both_lanes_have_come_so_far() -> None:
    async def story() -> None:
        lanes = Lanes()
        lanes.put([StatusChanged(HomeStatus("h-1")), help_for("h-2")])
        mark = lanes.mark()

        lanes.done(await lanes.first())
        lanes.put([help_for("h-3")])
        lanes.done(await lanes.first())
        assert not lanes.passed(mark)

        lanes.done(await lanes.first())
        assert lanes.passed(mark)

    asyncio.run(story())


def test_whoever_waits_is_woken_by_the_first_event() -> None:
    async def story() -> None:
        lanes = Lanes()
        waiting = asyncio.create_task(lanes.first())
        await asyncio.sleep(0)

        lanes.put([help_for("h-1")])

        assert await waiting == help_for("h-1")

    asyncio.run(story())
