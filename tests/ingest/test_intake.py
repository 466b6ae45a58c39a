"""From a message to readings that are kept, heard and acknowledged: the pipeline without a broker."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.ports import ReadingsRefused
from core.readings import Kind, Reading
from ingest.pipeline import PipelineLimits
from tests.ingest.conftest import NOON, ListStore, house
from tests.ingest.story import DOOR, SOS, AwayStore, House, ListIntake, eventually, message


def test_a_message_is_kept_heard_and_only_then_acknowledged() -> None:
    place = House(house("door"))

    intake = place.serve([message("door", DOOR)], until=lambda: bool(place.heard))

    assert [one.kind for one in place.store.readings] == [Kind.DOOR]
    assert place.heard == place.store.readings
    assert len(intake.acknowledged) == 1
    assert intake.closed
    assert place.pipeline.report().readings == 1


def test_while_the_store_is_away_nothing_is_acknowledged_and_alarms_are_heard_all_the_same() -> None:
    store = AwayStore()
    place = House(house("door", "button"), store=store)

    async def story() -> ListIntake:
        intake = ListIntake([[message("door", DOOR)], [message("button", SOS)]])
        running = asyncio.create_task(place.pipeline.run(intake), name="pipeline")
        await eventually(lambda: bool(place.heard) and place.pipeline.report().store_retries > 3)

        assert [one.kind for one in place.heard] == [Kind.SOS]
        assert intake.acknowledged == []
        assert place.pipeline.report().store_error == "gone fishing"
        assert place.pipeline.gate.snapshot() == {}

        store.away = False
        await eventually(lambda: len(intake.acknowledged) == 2)
        place.pipeline.stop()
        await running
        return intake

    asyncio.run(story())

    assert [one.kind for one in place.heard] == [Kind.SOS, Kind.DOOR]
    assert place.slept == sorted(place.slept)
    assert place.pipeline.report().store_error is None
    assert len(place.pipeline.gate.snapshot()) == 2


def test_an_alarm_in_the_middle_of_a_batch_overtakes_it() -> None:
    place = House(house("door", "button"))
    batch = [message("door", DOOR, after=i) for i in range(5)] + [message("button", SOS, after=6)]

    intake = place.serve(batch, until=lambda: len(place.heard) == 6)

    assert place.heard[0].kind is Kind.SOS
    assert intake.acknowledged == batch, "acknowledged in the order of receipt"


def test_the_stage_is_bounded() -> None:
    store = AwayStore()
    place = House(house("door"), store=store, limits=PipelineLimits(staged=10))

    async def story() -> None:
        intake = ListIntake([[message("door", DOOR, after=10 * i + j) for j in range(5)] for i in range(6)])
        running = asyncio.create_task(place.pipeline.run(intake), name="pipeline")
        await eventually(lambda: place.pipeline.report().staged >= 10)
        for _ in range(20):
            await asyncio.sleep(0)

        assert place.pipeline.report().staged == 10
        assert len(intake.batches) == 4, "nothing more is taken in"

        store.away = False
        await eventually(lambda: len(intake.acknowledged) == 30)
        place.pipeline.stop()
        await running

    asyncio.run(story())


def test_cancelled_it_leaves_the_rest_to_the_broker() -> None:
    place = House(house("door"), store=AwayStore())

    async def story() -> ListIntake:
        intake = ListIntake([[message("door", DOOR)]])
        running = asyncio.create_task(place.pipeline.run(intake), name="pipeline")
        await eventually(lambda: place.pipeline.report().store_retries > 0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return intake

    intake = asyncio.run(story())

    assert intake.acknowledged == []
    assert intake.closed


class BrittleStore(ListStore):
    """Breaks on one value, with everything that comes along."""

    def append(self, readings: list[Reading]) -> None:
        if any(one.value == 13 for one in readings):
            raise ValueError("unlucky")
        super().append(readings)


class PickyStore(ListStore):
    """Refuses one value for ever, and keeps the others."""

    def append(self, readings: list[Reading]) -> None:
        super().append([one for one in readings if one.value != 13])
        if refused := [(one, "unlucky") for one in readings if one.value == 13]:
            raise ReadingsRefused(refused)


@pytest.mark.parametrize("store", [BrittleStore, PickyStore])
def test_a_reading_that_cannot_be_stored_is_set_aside_and_the_rest_flows(
    store: type[ListStore], caplog: pytest.LogCaptureFixture
) -> None:
    place = House(house("plug"), store=store())
    watts = b'{"v":1,"readings":[{"kind":"power","value":%d}]}'

    intake = place.serve(
        [message("plug", watts % i, after=i) for i in range(10, 16)], until=lambda: len(place.heard) == 6
    )

    assert sorted(one.value for one in place.store.readings) == [10, 11, 12, 14, 15]
    assert place.pipeline.report().set_aside == 1
    assert len(intake.acknowledged) == 6
    assert "unlucky" in caplog.text


def test_a_listener_that_fails_on_one_reading_hears_the_others(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Reading] = []

    def listener(readings: Sequence[Reading]) -> None:
        if any(one.device == "g/bad" for one in readings):
            raise RuntimeError("broken home")
        heard.extend(readings)

    place = House(house("bad", "door"), listener=listener)

    place.serve([message("bad", DOOR), message("door", DOOR)], until=lambda: bool(heard))

    assert [one.device for one in heard] == ["g/door"]
    assert place.pipeline.report().unheard == 1
    assert "broken home" in caplog.text


def test_the_age_of_what_is_not_durable_is_visible() -> None:
    store = AwayStore()
    place = House(house("door"), store=store)
    place.pipeline._clock.moment = NOON + timedelta(seconds=30)  # type: ignore[attr-defined]

    async def story() -> None:
        intake = ListIntake([[message("door", DOOR)]])
        running = asyncio.create_task(place.pipeline.run(intake), name="pipeline")
        await eventually(lambda: place.pipeline.report().store_retries > 0)

        assert place.pipeline.report().lag == 30.0

        store.away = False
        await eventually(lambda: len(intake.acknowledged) == 1)
        place.pipeline.stop()
        await running

    asyncio.run(story())

    assert place.pipeline.report().lag == 0.0
