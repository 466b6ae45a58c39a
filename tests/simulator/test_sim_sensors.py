"""Each kind of device has the habits of the real one."""

from itertools import pairwise

import pytest

from core.places import Role, Room
from core.readings import Kind
from simulator.kits import Sensor, Sort
from simulator.sensors import Report, SensorModel
from simulator.traces import Alarm, Opening, Session, Traces

DAY = 86400.0


def sensor(sort: Sort, kind: Kind, *, role: Role = Role.ROOM, number: int = 1, check_in: float = 1e9) -> Sensor:
    return Sensor(
        "it", sort, kind, role, Room.KITCHEN, "", "", check_in, check_in / 2, 75.0, number, wired=sort is Sort.PLUG
    )


def reports(model: SensorModel, traces: Traces, *, start: float = 0, end: float = DAY) -> list[Report]:
    return model.reports(start, end, traces)


def moving(*at: float) -> Traces:
    traces = Traces()
    traces.moves[Room.KITCHEN] += at
    return traces


def told(found: list[Report]) -> list[tuple[float, object]]:
    return [(report.at, report.value) for report in found]


def test_a_motion_sensor_is_blind_for_its_cool_down() -> None:
    model = SensorModel(sensor(Sort.MOTION, Kind.MOTION), clears=False)

    found = reports(model, moving(1000, 1010, 1074, 1076, 1150, 1160))

    assert told(found) == [(1000, True), (1076, True), (1160, True)]
    assert all(report.human for report in found)


def test_the_bridge_invents_the_clear_ninety_seconds_after_the_last_trigger() -> None:
    model = SensorModel(sensor(Sort.MOTION, Kind.MOTION), clears=True)

    found = reports(model, moving(1000, 1080, 2000))

    assert told(found) == [(1000, True), (1080, True), (1170, False), (2000, True), (2090, False)]
    assert [report.human for report in found] == [True, True, False, True, False]


def test_a_clear_that_falls_into_the_next_day_comes_the_next_day() -> None:
    model = SensorModel(sensor(Sort.MOTION, Kind.MOTION), clears=True)

    first = reports(model, moving(DAY - 30))
    second = reports(model, moving(DAY + 20), start=DAY, end=2 * DAY)

    assert told(first) == [(DAY - 30, True)]
    assert told(second) == [(DAY + 60, False)], "blind when the next movement came, and then clear"


def test_a_sensor_sees_nothing_in_other_rooms() -> None:
    traces = Traces()
    traces.moves[Room.BEDROOM].append(1000)

    assert reports(SensorModel(sensor(Sort.MOTION, Kind.MOTION), clears=True), traces) == []


def test_the_door_opens_and_closes_and_bounces_now_and_then() -> None:
    bounces = 0
    for number in range(200):
        model = SensorModel(sensor(Sort.CONTACT, Kind.DOOR, number=number), clears=True)

        found = reports(model, Traces(openings=[Opening(500, 506)]))

        values = [report.value for report in found]
        assert (values[0], values[-1]) == ("open", "closed")
        assert all(one != other for one, other in pairwise(values))
        assert found[-1].at < 507
        bounces += len(found) > 2
    assert 30 < bounces < 90


def test_a_plug_reports_when_it_starts_while_it_draws_and_when_it_stops() -> None:
    model = SensorModel(sensor(Sort.PLUG, Kind.POWER, role=Role.TELEVISION), clears=True)
    evening = Session(Role.TELEVISION, 1000, 8200, 80, 9, by_hand=True)

    found = reports(model, Traces(sessions=[evening, Session(Role.KETTLE, 3000, 3200, 1800, 5, by_hand=False)]))

    assert found[0].value == 80
    assert found[-1].value == 0
    assert 10 < len(found) < 35
    assert all(71 <= float(report.value) <= 89 for report in found[1:-1])
    assert [report.human for report in found] == [True, *[False] * (len(found) - 2), True]


def test_a_kettle_switches_itself_off() -> None:
    model = SensorModel(sensor(Sort.PLUG, Kind.POWER, role=Role.KETTLE), clears=True)

    found = reports(model, Traces(sessions=[Session(Role.KETTLE, 3000, 3200, 1800, 5, by_hand=False)]))

    assert [(report.value, report.human) for report in found] == [(1800, True), (0, False)]


def test_what_a_plug_says_after_the_days_end_is_kept_for_the_next_day() -> None:
    late = Session(Role.TELEVISION, DAY - 600, DAY + 3600, 80, 9, by_hand=True)
    whole = reports(
        SensorModel(sensor(Sort.PLUG, Kind.POWER, role=Role.TELEVISION), clears=True),
        Traces(sessions=[late]),
        end=2 * DAY,
    )
    model = SensorModel(sensor(Sort.PLUG, Kind.POWER, role=Role.TELEVISION), clears=True)

    first = reports(model, Traces(sessions=[late]))
    second = reports(model, Traces(), start=DAY, end=2 * DAY)

    assert first + second == whole
    assert first
    assert second


def test_the_button_says_one_press_once() -> None:
    found = reports(SensorModel(sensor(Sort.BUTTON, Kind.SOS), clears=True), Traces(presses=[700.0]))

    assert [(report.at, report.kind, report.value, report.human) for report in found] == [(700, Kind.SOS, True, True)]


def test_a_smoke_alarm_repeats_itself_until_the_air_is_clear() -> None:
    model = SensorModel(sensor(Sort.ALARM, Kind.SMOKE), clears=True)

    found = reports(model, Traces(alarms=[Alarm(Kind.SMOKE, 100, 300), Alarm(Kind.GAS, 100, 300)]))

    assert told(found) == [(100, True), (160, True), (220, True), (280, True), (300, False)]


def test_a_device_without_news_checks_in_by_its_interval() -> None:
    model = SensorModel(sensor(Sort.CONTACT, Kind.DOOR, check_in=3600), clears=True)

    found = reports(model, Traces(), end=10 * DAY)

    gaps = [after.at - before.at for before, after in pairwise(found)]
    assert len(found) == 240
    assert all(report.kind is None and not report.human for report in found)
    assert all(3555 < gap < 3645 for gap in gaps)


def test_news_replaces_a_check_in_that_would_follow_at_once() -> None:
    model = SensorModel(sensor(Sort.CONTACT, Kind.DOOR, check_in=3600), clears=True)

    found = reports(model, Traces(openings=[Opening(5300, 5306)]), end=3 * 3600)

    assert [int(report.at / 3600) for report in found if report.kind is None] == [0, 2]


def test_batteries_wear_slowly_and_are_changed_in_time() -> None:
    one = sensor(Sort.CONTACT, Kind.DOOR, number=12345)

    levels = [one.battery(day * DAY) for day in range(20_000, 22_000)]

    assert all(level is not None and 40 < level <= 100 for level in levels)
    drops = [before - after for before, after in pairwise(levels) if before is not None and after is not None]
    assert set(drops) <= {0, 1, -59}
    assert sensor(Sort.PLUG, Kind.POWER).battery(0) is None


@pytest.mark.parametrize("sort", list(Sort))
def test_nothing_happens_without_traces(sort: Sort) -> None:
    assert reports(SensorModel(sensor(sort, Kind.MOTION), clears=True), Traces()) == []
