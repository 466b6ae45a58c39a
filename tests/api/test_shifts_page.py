"""Weekly shifts on a page: looked at before they are saved, never with a gap unsaid, never over another's change."""

import re
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from api.services import Services
from core.duty import Shift
from core.shift_edits import ShiftEdit, stamp
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.visitor import Visitor

PAGE = "/duty/shifts?area=grid-1"
LI = {"area": "grid-1", "shift": "s1", "person": "li", "start": "08:00", "end": "20:00", "rank": "1"}
EVERY_DAY = [str(day) for day in range(7)]


def shifts(services: Services, area: str = "grid-1") -> list[Shift]:
    return [row for row in services.duty.rota() if isinstance(row, Shift) and row.area == area]


def send(desk: Visitor, services: Services, do: str, page: str = PAGE, **fields: Any) -> Any:
    given = {**LI, "weekdays": EVERY_DAY, "seen": stamp(shifts(services)), "do": do, **fields}
    return desk.form("/duty/shifts", page=page, **given)


@pytest.mark.parametrize(
    ("do", "fields"), [("remove", {"shift": ""}), ("look", {"start": "08:00+08:00"}), ("look", {"end": "18:00Z"})]
)
def test_what_is_no_shift_is_refused(visit_as: As, services: Services, do: str, fields: dict[str, str]) -> None:
    before = shifts(services)

    answer = send(visit_as("desk"), services, do, **fields)

    assert answer.status_code in {200, 422}
    assert shifts(services) == before


def test_looking_saves_nothing_and_says_what_would_be(visit_as: As, services: Services) -> None:
    looked = send(visit_as("desk"), services, "look", end="18:00")

    assert looked.status_code == 200
    assert "将没有人值班" in looked.text
    assert "168小时 → 140小时" in looked.text
    assert shifts(services)[0].end == time(20)
    assert services.duty.shift_edits("grid-1") == []


def test_a_gap_is_saved_only_knowingly(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    asked = send(desk, services, "save", end="18:00")
    assert (asked.status_code, "我知道那时没有人值班" in asked.text) == (422, True)
    assert shifts(services)[0].end == time(20)

    saved = send(desk, services, "save", end="18:00", gaps_known="1")
    assert saved.headers["location"] == "/duty?area=grid-1&said=duty_changed"
    assert shifts(services)[0].end == time(18)
    [edit] = services.duty.shift_edits("grid-1")
    assert (edit.by, edit.at) == ("desk", NOW)
    assert edit.before is not None
    assert edit.before.end == time(20)
    assert "修改记录" in desk.get("/duty?area=grid-1").text


def test_a_new_shift_closes_the_gap_of_the_night(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    night = {"shift": "", "person": "qian", "start": "20:00", "end": "08:00"}

    assert "不再空缺" in send(desk, services, "look", **night).text
    saved = send(desk, services, "save", **night)

    assert saved.status_code == 303
    made = next(shift for shift in shifts(services) if shift.person == "qian")
    assert (made.start, made.end, made.weekdays) == (time(20), time(8), frozenset(range(7)))


def test_one_is_taken_away(visit_as: As, services: Services) -> None:
    gone = send(visit_as("desk"), services, "remove", f"{PAGE}&shift=s1", gaps_known="1")

    assert gone.status_code == 303
    assert shifts(services) == []


def test_whoever_comes_second_sees_what_has_changed_and_what_they_typed(visit_as: As, services: Services) -> None:
    desk, [first] = visit_as("desk"), shifts(services)
    seen = stamp([first])
    services.duty.edit_shift(ShiftEdit("grid-1", NOW, "lin", first, replace(first, end=time(21))), seen=seen)

    answer = send(desk, services, "save", seen=seen, end="19:30", gaps_known="1")

    assert answer.status_code == 422
    assert "排班刚才被别人改过" in answer.text
    assert 'value="19:30"' in answer.text
    assert shifts(services)[0].end == time(21)
    fresh = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert fresh is not None
    assert send(desk, services, "save", seen=fresh[1], end="19:30", gaps_known="1").status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": ""}, "请选择可以值班的人"),
        ({"person": "fang"}, "请选择可以值班的人"),
        ({"start": "soon"}, "请写明开始和结束时间"),
        ({"weekdays": []}, "请至少选一天"),
        ({"rank": "99"}, "1到9"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    visit_as: As, services: Services, wrong: dict[str, Any], said: str
) -> None:
    answer = send(visit_as("desk"), services, "save", **{"end": "19:45", **wrong})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="19:45"' in answer.text
    assert services.duty.shift_edits("grid-1") == []


def test_areas_and_shifts_of_others_are_not_there(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    assert desk.get("/duty/shifts?area=street").status_code == 404
    assert desk.get(f"{PAGE}&shift=s3").status_code == 404
    assert send(desk, services, "save", area="street").status_code == 404
    stale = send(desk, services, "save", shift="s3", gaps_known="1")
    assert stale.status_code == 422
    assert shifts(services, "street")[0].person == "street-desk"


def test_the_week_is_drawn_and_told(visit_as: As) -> None:
    admin = visit_as("admin")
    page = admin.get("/duty?area=grid-1").text

    assert page.count('class="who-0"') >= 7
    assert 'class="nobody"' in page
    assert "08:00–20:00 网格员 李伟" in page
    assert "2026-11-23这一周" in page
    assert "2026-11-30这一周" in admin.get("/duty?area=grid-1&week=2026-12-03").text
    assert admin.get("/duty?area=grid-1&week=soon").status_code == 422
    assert admin.get("/duty?area=grid-1&week=9999-12-31").status_code in {200, 422}
