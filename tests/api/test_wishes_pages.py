"""Wishes, expectations and consent on the pages: each changes their own, the desk anybody's, and every record stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from api.services import Services
from core.digest import Digest, DigestState
from core.family import Consent, Families, Hears, Scope, Wish
from core.places import Room
from core.states import HomeStatus, Visibility
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import NOW
from tests.api.scene import Familybook
from tests.api.visitor import Visitor

HOME = street.FALLEN
OWN = f"/family/wishes?home={HOME}"
KIN = f"/kin?home={HOME}"
WISH = {"home": HOME, "hears": "when_taken"}
TEA: dict[str, Any] = {
    "home": HOME,
    "label": "早茶",
    "start": "06:00",
    "end": "09:00",
    "weekdays": ["0", "6"],
    "room": "kitchen",
}


def families(services: Services) -> Families:
    return services.families.families()


def agree(services: Services, scope: Scope, person: str = "fang", home: str = HOME) -> None:
    services.families.record_consent(Consent(home, person, scope, NOW, "wu", "签字"))


def send(visitor: Visitor, path: str, page: str = OWN, **fields: Any) -> str:
    answer = visitor.form(path, page=page, **fields)
    assert answer.status_code == 303, answer.text[:400]
    return answer.headers["location"]


def test_a_member_keeps_wishes_of_their_own(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")

    went = send(fang, "/family/wishes", **WISH, responsible="true", digest_at="08:30", paused_until="2026-12-01")

    assert went.endswith("said=wish_kept")
    until = datetime(2026, 11, 30, 16, tzinfo=UTC)  # midnight in Shanghai
    kept = Wish(HOME, "fang", Hears.WHEN_TAKEN, responsible=True, digest_at=time(8, 30), paused_until=until)
    assert families(services).wish(HOME, "fang") == kept
    page = fang.get(OWN).text
    assert 'value="08:30"' in page
    assert 'value="2026-12-01"' in page
    assert "消息已暂停到" in page

    send(fang, "/family/wishes", home=HOME, hears="at_once")
    assert families(services).wish(HOME, "fang") == Wish(HOME, "fang")


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest_at": "25:00"},
        {"digest_at": "morning"},
        {"paused_until": "tomorrow"},
        {"paused_until": "2026-11-24"},
        {"paused_until": "2028-01-01"},
    ],
)
def test_what_cannot_be_is_refused_and_what_was_kept_stays(
    visit_as: As, services: Services, wrong: dict[str, str]
) -> None:
    fang = visit_as("fang")
    send(fang, "/family/wishes", **WISH)

    answer = fang.form("/family/wishes", page=OWN, home=HOME, hears="daily", responsible="true", **wrong)

    assert answer.status_code == 422
    assert 'id="hears-daily" name="hears" value="daily" checked' in answer.text, "what was chosen is still there"
    assert 'name="responsible" value="true" checked' in answer.text
    assert families(services).wish(HOME, "fang").hears is Hears.WHEN_TAKEN


def test_nobody_changes_what_another_wishes_or_a_home_that_is_not_theirs(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")

    for fields in (
        {"home": HOME, "hears": "daily", "person": "li"},
        {"home": street.PRESSED, "hears": "daily"},
        {"home": "nowhere", "hears": "daily"},
    ):
        assert fang.form("/family/wishes", page=OWN, **fields).status_code == 404

    assert families(services).wishes == {}
    assert fang.get(f"{OWN}&person=li").status_code == 404


def test_the_desk_changes_them_for_whoever_calls(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")
    page = f"{OWN}&person=fang"
    assert "由值班台代为修改" in desk.get(page).text

    went = send(desk, "/family/wishes", page, **WISH, person="fang")

    assert "person=fang" in went
    assert families(services).wish(HOME, "fang").hears is Hears.WHEN_TAKEN
    assert desk.get(OWN).status_code == 404, "the desk itself is no family"


def test_what_is_expected_needs_the_residents_consent(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")
    assert "老人同意之后才能设置" in fang.get(OWN).text
    assert send(fang, "/family/expected", **TEA).endswith("problem=forbidden")
    assert families(services).expected == {}

    agree(services, Scope.DAY)
    assert send(fang, "/family/expected", **TEA).endswith("said=expected")

    [tea] = families(services).expected[HOME]
    assert (tea.label, tea.start, tea.end, tea.weekdays, tea.room, tea.by) == (
        "早茶", time(6), time(9), frozenset({0, 6}), Room.KITCHEN, "fang",
    )  # fmt: skip
    assert "早茶" in fang.get(OWN).text
    assert send(fang, "/family/expected/remove", home=HOME, expected=tea.id).endswith("said=expected_no_more")
    assert send(fang, "/family/expected/remove", home=HOME, expected=tea.id).endswith("problem=stale")
    assert families(services).expected == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"label": " "}, "请写明是什么动静"),
        ({"start": "09:00", "end": "09:00"}, "必须晚于"),
        ({"start": "22:00", "end": "06:00"}, "必须晚于"),
        ({"start": "soon"}, "必须晚于"),
        ({"weekdays": []}, "请至少选一天"),
    ],
)
def test_a_wrong_window_is_explained_beside_what_was_typed(
    visit_as: As, services: Services, wrong: dict[str, Any], said: str
) -> None:
    agree(services, Scope.DAY)
    fields = {**TEA, **wrong}

    answer = visit_as("fang").form("/family/expected", page=OWN, **fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{fields["end"]}"' in answer.text
    assert families(services).expected == {}


def test_ten_windows_are_enough(visit_as: As, services: Services) -> None:
    agree(services, Scope.DAY)
    fang = visit_as("fang")
    for _ in range(10):
        send(fang, "/family/expected", **TEA)

    answer = fang.form("/family/expected", page=OWN, **TEA)

    assert (answer.status_code, "已经有十项了" in answer.text) == (422, True)


def test_consent_is_recorded_with_who_and_how_and_every_record_stays(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    more = send(desk, "/kin/consent", KIN, home=HOME, person="fang", scope="day", how="当面说的")
    less = send(desk, "/kin/consent", KIN, home=HOME, person="fang", scope="nothing")

    assert more.endswith("said=consent_kept")
    assert less.endswith("said=consent_kept")
    recorded = services.families.consents(HOME)
    assert [(c.scope, c.by, c.how) for c in recorded] == [(Scope.NOTHING, "desk", ""), (Scope.DAY, "desk", "当面说的")]
    assert "当面说的" in desk.get(KIN).text


def test_more_needs_a_word_on_how_the_resident_agreed(visit_as: As, services: Services) -> None:
    desk = visit_as("desk")

    answer = desk.form("/kin/consent", page=KIN, home=HOME, person="fang", scope="reason")

    assert answer.status_code == 422
    assert "请写明老人怎样表示同意" in answer.text
    assert 'name="scope" value="reason" checked' in answer.text, "what was chosen is still there"
    assert services.families.consents(HOME) == []


def test_without_consent_the_home_is_not_there(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")
    assert "王秀英" in fang.get("/family").text

    agree(services, Scope.NOTHING)

    assert "王秀英" not in fang.get("/family").text
    assert [h["home"] for h in fang.get("/api/v1/family/homes").json()["items"]] == [street.WELL]
    assert fang.get(OWN).status_code == 404


def test_the_family_page_tells_as_much_as_is_agreed(visit_as: As, services: Services) -> None:
    fang = visit_as("fang")
    why, day = "原因：", "最近一次动静："
    assert why not in fang.get("/family").text

    agree(services, Scope.REASON)
    told = fang.get("/family").text
    assert (why in told, day in told) == (True, False)

    agree(services, Scope.DAY)
    services.statuses.save(
        [HomeStatus(HOME, visibility=Visibility.VISIBLE, last_sign_at=NOW, last_sign_room=Room.KITCHEN)]
    )
    assert day in fang.get("/family").text


def test_what_became_of_the_last_word_is_said(visit_as: As, services: Services) -> None:
    book = services.families
    assert isinstance(book, Familybook)
    sent = Digest(HOME, "fang", date(2026, 11, 24), DigestState.SENT, NOW, "sms", "OK")
    fang = visit_as("fang")

    book.digests[HOME, "fang"] = sent
    assert "上一次：2026-11-24" in fang.get(OWN).text

    book.digests[HOME, "fang"] = replace(sent, state=DigestState.FAILED, said="空号")
    assert "没有送到（空号）" in fang.get(OWN).text


def test_every_look_is_logged(visit_as: As, services: Services) -> None:
    visit_as("fang").get(OWN)
    visit_as("desk").get(KIN)

    looked = {(look.login, look.what) for look in services.accounts.looks(HOME)}
    assert {("fang", "wishes"), ("desk", "kin")} <= looked
