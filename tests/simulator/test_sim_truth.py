"""The truth log tells what really happened, so that detectors can be judged by it."""

import io
import json
from datetime import datetime, timedelta
from itertools import pairwise

from core.places import Role
from simulator.chronicle import chronicle
from simulator.community import build_community
from simulator.kits import Convention
from simulator.truth import Sort, Truth, write_truth
from tests.simulator.street import MORNING, SEED, native, play, said, script_of

STREET = build_community(12, seed=SEED)
EVENTS = """
[[event]]
what = "fall"
home = "h-0003"
after = "PT2M"
duration = "PT3H"
[[event]]
what = "gateway_down"
home = "h-0004"
after = "PT3M"
[[event]]
what = "outing"
home = "h-0005"
after = "PT4M"
duration = "PT50M"
"""


def told(days: float = 7) -> list[Truth]:
    return chronicle(
        STREET,
        since=MORNING,
        until=MORNING + timedelta(days=days),
        seed=SEED,
        script=script_of(STREET, EVENTS.replace("fall", "sos").replace('duration = "PT3H"\n', "")),
    )


def test_each_line_is_json_with_home_label_start_and_end() -> None:
    out = io.StringIO()

    count = write_truth(told(), out)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) == count > 100
    assert {line["sort"] for line in lines} == {sort.value for sort in Sort}
    for line in lines:
        start = datetime.fromisoformat(line["start"])
        assert line["end"] is None or datetime.fromisoformat(line["end"]) >= start
        assert line["home"] in {home.id for home in STREET.homes}


def test_what_nobody_ended_has_no_end() -> None:
    (down,) = [truth for truth in told() if truth.label == "gateway_down"]

    assert json.loads(down.line()) == {
        "home": "h-0004",
        "sort": "fault",
        "label": "gateway_down",
        "start": "2026-11-24T01:33:00Z",
        "end": None,
    }


def test_everybody_sleeps_every_night() -> None:
    nights = [truth for truth in told() if truth.label == "asleep" and truth.end - truth.start > 3600]

    assert {truth.home for truth in nights} == {home.id for home in STREET.homes}
    assert len(nights) >= 7 * 10


def test_truths_are_ordered_and_stays_of_one_kind_do_not_overlap() -> None:
    found = told()

    assert [truth.start for truth in found] == sorted(truth.start for truth in found)
    for home in STREET.homes:
        for label in ("asleep", "away"):
            mine = [truth for truth in found if (truth.home, truth.label) == (home.id, label)]
            assert all(one.end <= other.start for one, other in pairwise(mine))


def test_an_injected_walk_is_an_absence_like_any_other() -> None:
    script = script_of(STREET, '[[event]]\nwhat = "outing"\nafter = "PT4M"\nduration = "PT50M"')
    (home,) = script.homes

    found = chronicle(STREET, since=MORNING, until=MORNING + timedelta(hours=5), seed=SEED, script=script)

    away = next(truth for truth in found if (truth.home, truth.label) == (home, "away"))
    assert away.sort is Sort.STAY
    assert away.start == (MORNING + timedelta(minutes=4)).timestamp()
    assert away.end == (MORNING + timedelta(minutes=54)).timestamp()


def test_what_a_fall_prevented_did_not_happen() -> None:
    fall = '[[event]]\nwhat = "fall"\nhome = "h-0001"\nafter = "PT2M"'
    script = script_of(STREET, fall)

    found = chronicle(STREET, since=MORNING, until=MORNING + timedelta(days=3), seed=SEED, script=script)

    mine = [truth for truth in found if truth.home == "h-0001"]
    assert [truth.label for truth in mine if truth.end > (MORNING + timedelta(minutes=2)).timestamp()] == ["fall"]


def test_a_stay_in_hospital_is_an_absence() -> None:
    fall = '[[event]]\nwhat = "fall"\nhome = "h-0001"\nafter = "PT2M"\nduration = "PT1H"'
    script = script_of(STREET, fall)

    found = chronicle(STREET, since=MORNING, until=MORNING + timedelta(days=2), seed=SEED, script=script)

    away = [truth for truth in found if (truth.home, truth.label) == ("h-0001", "away")]
    assert [round((truth.end - truth.start) / 86400) for truth in away] == [3]


def test_while_somebody_is_away_nothing_human_is_heard() -> None:
    away = [t for t in told(3) if t.label == "away" and t.end - t.start > 900]
    visits = [t for t in told(3) if t.label == "visitor"]
    found = [
        m for m in play(STREET, EVENTS.replace("fall", "sos").replace('duration = "PT3H"\n', ""), hours=72) if m.human
    ]

    assert len(away) > 20
    for absence in away:
        gateway = absence.home.replace("h-", "g-")
        inside = [m for m in found if m.gateway == gateway and absence.start + 20 < m.at.timestamp() < absence.end]
        assert inside == [] or any(v.home == absence.home and v.start < absence.end for v in visits)


def test_each_absence_begins_and_ends_with_the_front_door() -> None:
    homes = {
        h.gateway.id: h.home.id
        for h in STREET.households
        if h.kit.convention is Convention.ZIGBEE2MQTT and h.kit.sensor_for(Role.FRONT_DOOR)
    }
    found = [m for m in play(STREET, hours=72) if m.gateway in homes and native(m) == "front_door"]
    opened = [(homes[m.gateway], m.at.timestamp()) for m in found if m.human and not said(m)["contact"]]
    truths = chronicle(STREET, since=MORNING, until=MORNING + timedelta(hours=72), seed=SEED)
    since, until = MORNING.timestamp(), (MORNING + timedelta(hours=72)).timestamp()

    away = [t for t in truths if t.label == "away" and t.home in homes.values() and since < t.start and t.end < until]

    assert len(away) > 10
    for absence in away:
        for moment in (absence.start, absence.end):
            assert any(home == absence.home and abs(at - moment) < 1 for home, at in opened)
