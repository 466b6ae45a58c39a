"""The rota of the fortnight ahead: gaps are seen, leave and cover count, and nobody changes what is not theirs."""

from datetime import UTC, datetime

from icalendar import Calendar

from alerts.links import Links
from api.services import Services
from core.duty import Change, Post
from tests.api import street
from tests.api.conftest import As
from tests.api.visitor import Visitor

LEAVE = {
    "area": "grid-1",
    "kind": "leave",
    "out": "li",
    "start": "2026-11-25T08:00",
    "end": "2026-11-26T08:00",
    "note": "看病",
}


def changes(services: Services) -> list[Change]:
    return [row for row in services.duty.rota() if isinstance(row, Change)]


def gaps(page: str) -> int:
    """In the list of the fortnight ahead."""
    return page.partition('id="spells"')[2].partition("</ul>")[0].count('class="gap"')


def send(visitor: Visitor, area: str = "grid-1", **fields: str) -> str:
    answer = visitor.form("/duty", page=f"/duty?area={area}", area=area, **fields)
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"]


def test_gaps_are_counted_and_shown(visit_as: As) -> None:
    text = visit_as("admin").get("/duty?area=grid-2").text

    assert "没有人值班" in text
    assert "处空缺" in text


def test_leave_is_a_gap_until_somebody_covers(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    before = gaps(desk.get("/duty?area=grid-1").text)

    assert send(desk, **LEAVE) == "/duty?area=grid-1&said=duty_changed"

    [leave] = changes(services)
    assert (leave.out, leave.person, leave.area, leave.note) == ("li", None, None, "看病")
    assert leave.start == datetime(2026, 11, 25, tzinfo=UTC)  # 08:00 in Shanghai
    text = desk.get("/duty?area=grid-1").text
    assert "请假" in text
    assert (before, gaps(text)) == (14, 13)  # a day without Li joins two nights that nobody holds

    send(desk, **{**LEAVE, "kind": "cover", "person": "qian"})

    cover = changes(services)[-1]
    assert gaps(desk.get("/duty?area=grid-1").text) == 14
    assert (cover.out, cover.person, cover.area, cover.post) == ("li", "qian", "grid-1", Post.GRID_WORKER)


def test_the_same_leave_sent_twice_is_one(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    said = [send(desk, **LEAVE) for _ in range(2)]
    send(desk, **{**LEAVE, "note": "住院"})

    assert said == ["/duty?area=grid-1&said=duty_changed"] * 2
    assert [leave.note for leave in changes(services)] == ["看病", "住院"]


def test_a_change_is_taken_back(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    send(desk, **LEAVE)
    [leave] = changes(services)

    taken = desk.form("/duty/take-back", page="/duty?area=grid-1", area="grid-1", change=leave.id)
    again = desk.form("/duty/take-back", page="/duty?area=grid-1", area="grid-1", change=leave.id)

    assert taken.headers["location"].endswith("said=duty_changed")
    assert again.headers["location"].endswith("problem=stale")
    assert changes(services) == []


def test_what_makes_no_change_is_refused_and_nothing_is_written(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    for wrong in (
        {"end": "2026-11-25T08:00"},
        {"end": "2028-11-25T08:00"},
        {"start": "tomorrow"},
        {"out": "fang"},
        {"out": "qian"},
        {"out": ""},
        {"kind": "cover"},
        {"kind": "cover", "person": "li"},
        {"kind": "cover", "person": "qian", "out": ""},
        {"kind": "more", "person": "fang"},
        {"kind": "alone", "person": "qian"},
        {"start": "0001-01-01T00:00", "end": "0001-01-02T00:00"},
        {"start": "9999-12-30T00:00", "end": "9999-12-31T00:00"},
        {"start": "2020-11-25T08:00", "end": "2020-11-26T08:00"},
        {"start": "2028-11-25T08:00", "end": "2028-11-26T08:00"},
    ):
        answer = desk.form("/duty", page="/duty?area=grid-1", **{**LEAVE, **wrong})
        assert answer.status_code == 422, wrong
        assert "这样不成立" in answer.text
        assert 'value="看病"' in answer.text, "what was typed is still there"
    assert changes(services) == []


def test_leave_with_somebody_to_stand_in_is_cover(visit_as: As, services: Services) -> None:
    send(visit_as("desk"), **{**LEAVE, "person": "qian"})

    [cover] = changes(services)
    assert (cover.out, cover.person, cover.area) == ("li", "qian", "grid-1")


def test_another_year_is_told(visit_as: As) -> None:
    desk = visit_as("desk")
    send(desk, **{**LEAVE, "end": "2027-01-03T08:00"})

    assert "2027年1月3日08:00" in desk.get("/duty?area=grid-1").text


def test_a_worker_sees_and_does_not_change(visit_as: As) -> None:
    li = visit_as("li")

    assert 'id="change"' not in li.get("/duty?area=grid-1").text
    assert li.get("/duty?area=grid-2").status_code == 404
    assert visit_as("fang").get("/duty").status_code == 403


def test_one_alone_and_one_in_addition(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    send(desk, **{**LEAVE, "kind": "more", "out": "", "person": "qian"})
    send(desk, **{**LEAVE, "kind": "alone", "out": "", "person": "qian"})

    assert [change.alone for change in changes(services)] == [False, True]


def test_a_calendar_of_ones_own_duty(visitor: Visitor, visit_as: As, services: Services) -> None:
    assert isinstance(services.links, Links)
    path = f"/duty/{services.links.code('duty feed', 'li')}.ics"
    assert path in visit_as("li").get("/duty").text

    answer = visitor.get(path)

    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert 59 <= len(events) <= 61
    first = events[1]
    assert first["SUMMARY"] == f"值班：{street.INVENTORY.areas['grid-1'].name}"
    assert (first.decoded("DTEND") - first.decoded("DTSTART")).total_seconds() == 12 * 3600

    services.duty.change(
        Change("c", first.decoded("DTSTART"), first.decoded("DTEND"), out="li", person="qian", area="grid-1")
    )
    fewer = Calendar.from_ical(visitor.get(path).text).walk("VEVENT")
    qian = visitor.get(f"/duty/{services.links.code('duty feed', 'qian')}.ics")
    assert len(fewer) == len(events) - 1
    assert len(Calendar.from_ical(qian.text).walk("VEVENT")) == 1


def test_a_guessed_calendar_is_not_found(visitor: Visitor, services: Services) -> None:
    assert isinstance(services.links, Links)
    assert visitor.get("/duty/aaaaaaaaaaaa.ics").status_code == 404
    assert visitor.get(f"/duty/{services.links.code('a-17', 'li')}.ics").status_code == 404
