"""The pages of budgets: what holds and whence it comes, proposing, what the replay found, and one press by a person."""

import re
from dataclasses import replace

import pytest

from api.services import Services
from core.alerts import Outcome
from core.concerns import ConcernKind, Severity
from core.escalation import close
from core.people import AccessRole, Account
from tests.api import street
from tests.api.budgets import BEING_REPLAYED, COMMUNITY, GRID, OTHER_GRID, REPLAYED
from tests.api.conftest import As
from tests.api.happenings import ago, concern, moved, opened
from tests.api.visitor import Visitor

PAGE = f"/budgets/{REPLAYED}"


@pytest.fixture
def manager(services: Services, visit_as: As) -> Visitor:
    """The street's own desk: who answers for all of it."""
    services.accounts.save_account(Account("xu", "street-desk", AccessRole.DESK, "", areas=("street",)))
    return visit_as("xu")


def send(visitor: Visitor, path: str, **fields: str) -> tuple[int, str]:
    """Send a form; the answer's status, and where it leads or what it says."""
    answer = visitor.form(path, page="/budgets", **fields)
    return answer.status_code, answer.headers.get("location", answer.text)


# -- to look at -----------------------------------------------------------------------------------------------------


def test_the_tree_says_what_holds_whence_it_comes_and_what_it_buys(visit_as: As) -> None:
    admin = visit_as("admin")
    for language, says in (
        ("zh", ["误报预算", "来自临园社区", "在这里设定", "来自系统设置", "3小时10分", "每月 2 次", "已完成 1 / 4 户"]),
        ("en", ["from 临园社区", "set here", "the setting", "3 h 10 min", "2 a month", "1 of 4 homes"]),
    ):
        page = admin.get(f"/budgets?lang={language}").text

        assert [each for each in says if each not in page] == []


def test_a_place_says_its_budget_and_that_of_the_homes_in_it(visit_as: As) -> None:
    page = visit_as("li").get(f"/budgets?place={GRID}&lang=en").text

    assert "0.8 a month" in page
    assert re.search(r"5号楼101</a></th><td><b>1.5</b><small>set here", page)
    assert re.search(r"5号楼203</a></th><td><b>0.8</b><small>from 临园社区", page)


def test_a_replay_says_what_would_have_been_otherwise(visit_as: As) -> None:
    admin = visit_as("admin")
    for language, says in (
        (
            "zh",
            ["涉及的 7 户全部回放", "各户有 21.0 到 60.0 天", "2小时39分", "发现得更晚", "晚 1小时", "未关闭", "生效"],
        ),
        (
            "en",
            [
                "Replayed on all 7 homes",
                "readings of 21.0 to 60.0 days, not of 60",
                "noticed after 2 h 39 min on average; as proposed it would be 3 h 15 min",
                "Noticed later",
                "1 h later",
                "The real alert",
                "Put in effect",
            ],
        ),
    ):
        page = admin.get(f"{PAGE}?lang={language}").text

        assert [each for each in says if each not in page] == []
        assert 'href="/alerts/a-17"' in page


def test_while_it_is_replayed_it_shows_how_far_it_is_and_cannot_be_put_in_effect(visit_as: As) -> None:
    page = visit_as("admin").get(f"/budgets/{BEING_REPLAYED}?lang=en").text

    assert '<progress max="4" value="1"' in page
    assert 'data-on="budget"' in page
    assert 'id="effect"' not in page
    assert 'id="withdraw"' in page


def test_the_routine_says_where_its_homes_budget_comes_from(visit_as: As) -> None:
    page = visit_as("li").get(f"/routine?home={street.FALLEN}&lang=en").text

    assert f'href="/budgets?place={street.FALLEN}">临园社区</a>' in page
    assert "Another budget has been set (0.8 a month)" in page


def test_the_managers_pages_lead_there(visit_as: As) -> None:
    desk = visit_as("desk")

    for path in ("/figures", "/homes"):
        assert 'href="/budgets"' in desk.get(path).text


# -- who may --------------------------------------------------------------------------------------------------------


def test_only_whoever_answers_for_the_whole_street_changes_anything(visit_as: As, manager: Visitor) -> None:
    for login in ("desk", "li"):
        page = visit_as(login).get(f"/budgets?place={GRID}").text
        assert 'id="propose"' not in page
        assert 'id="effect"' not in visit_as(login).get(PAGE).text
        assert send(visit_as(login), f"{PAGE}/effect")[0] == 403
    assert 'id="propose"' in manager.get(f"/budgets?place={GRID}").text

    assert send(manager, f"{PAGE}/effect") == (303, f"{PAGE}?said=budget_in_effect")


# -- proposing and deciding -----------------------------------------------------------------------------------------


def test_a_proposal_is_replayed_first_and_changes_nothing(services: Services, manager: Visitor) -> None:
    status, path = send(manager, "/budgets", place=OTHER_GRID, own="yes", value="1,5", note="早一点知道")

    assert (status, path.endswith("?said=budget_proposed")) == (303, True)
    newest = services.budgets.proposals()[0]
    assert (newest.place, newest.value, newest.by, newest.note) == (OTHER_GRID, 1.5, "street-desk", "早一点知道")
    assert "等待" in manager.get(path).text or "排队" in manager.get(path).text
    assert [version.number for version in services.budgets.versions()] == [1, 1]


def test_what_cannot_be_is_refused_with_the_reason_and_keeps_what_was_typed(manager: Visitor) -> None:
    for fields, why in (
        ({"value": "much", "note": "x"}, "must be a number"),
        ({"value": "0.05", "note": "x"}, "At least 0.1"),
        ({"value": "9", "note": "x"}, "stops going"),
        ({"value": "2", "note": " "}, "Say why"),
        ({"value": "0.8", "note": "x"}, "No home there"),
        ({"own": "no", "value": "3", "note": "x"}, "No home there"),
    ):
        status, page = send(manager, "/budgets?lang=en", place=OTHER_GRID, **fields)

        assert status == 422, fields
        assert why in page
        assert f'value="{fields["value"]}"' in page


def test_one_press_puts_it_in_effect_once(services: Services, manager: Visitor) -> None:
    assert send(manager, f"{PAGE}/effect")[0] == 303

    (newest, *_) = services.budgets.versions()
    assert (newest.place, newest.value, newest.by, newest.proposal) == (GRID, 0.3, "street-desk", REPLAYED)
    status, page = send(manager, f"{PAGE}/effect?lang=en")
    assert status == 409
    assert "Nothing was changed" in page
    assert "Put in effect" in page
    assert "0.3" in manager.get(f"/budgets?place={GRID}").text


def test_what_rests_on_a_budget_that_holds_no_more_must_be_proposed_anew(services: Services, manager: Visitor) -> None:
    newest = next(each for each in services.budgets.versions() if each.place == COMMUNITY)
    assert services.budgets.go_back(COMMUNITY, seen=newest.number, by="admin", note="")

    page = manager.get(f"{PAGE}?lang=en").text

    assert "Withdraw it, and propose anew" in page
    assert 'id="effect"' not in page
    assert send(manager, f"{PAGE}/effect")[0] == 409


def test_it_can_be_withdrawn(manager: Visitor) -> None:
    assert send(manager, f"/budgets/{BEING_REPLAYED}/withdraw")[0] == 303

    assert "已撤回" in manager.get(f"/budgets/{BEING_REPLAYED}").text
    assert send(manager, f"/budgets/{BEING_REPLAYED}/withdraw")[0] == 409


def test_back_to_what_it_was_needs_no_replay(services: Services, manager: Visitor) -> None:
    page = manager.get(f"/budgets?place={street.WELL}&lang=en").text
    assert "Back to what it was: as above" in page

    assert send(manager, "/budgets/back", place=street.WELL, seen="1", note="不用了")[0] == 303
    assert send(manager, "/budgets/back", place=street.WELL, seen="1")[0] == 409

    assert [version.value for version in services.budgets.versions() if version.place == street.WELL] == [None, 1.5]
    assert "went back" in manager.get(f"/budgets?place={street.WELL}&lang=en").text


# -- against the budget ---------------------------------------------------------------------------------------------


def test_false_alarms_are_counted_against_what_is_allowed(services: Services, visit_as: As) -> None:
    for number, (home, outcome, kind) in enumerate(
        [
            (street.WELL, Outcome.WELL_AT_HOME, ConcernKind.SILENCE),
            (street.STOVE, Outcome.HOSPITAL, ConcernKind.SILENCE),
            (street.STOVE, Outcome.AWAY, ConcernKind.SILENCE),
            (street.STOVE, Outcome.WELL_AT_HOME, ConcernKind.DOOR_OPEN),
            (street.PRESSED, Outcome.DEVICE_FAULT, ConcernKind.SILENCE),
            (street.PRESSED, Outcome.AWAY, ConcernKind.SILENCE),
        ]
    ):
        long_ago = number == 5
        raised = concern(home, kind, Severity.ORANGE, at=ago(days=61 if long_ago else 30 + number))
        alert = opened(services.alerts, f"b-{number}", replace(raised, home=home, place=None))
        moved(services.alerts, close(alert, by="li", outcome=outcome, note="", audience=(), now=ago(days=29)))

    long_known = services.statuses.homes()[street.STOVE]
    services.statuses.save([replace(long_known, learned_days=400)])  # all others: 28 days, and no more is allowed them

    admin = visit_as("admin")
    assert re.search(r"临园社区</a>.*?3 of 10.5", admin.get("/budgets?lang=en").text)
    li = visit_as("li").get(f"/budgets?place={GRID}&lang=en").text
    assert re.search(r"第一网格</a>.*?2 of 7.5", li)
    assert "1 of 1.6" in li
    assert "1 of 1.4" in li  # its own budget


def test_what_budgets_would_buy_stands_where_one_is_proposed(visit_as: As) -> None:
    admin = visit_as("admin")

    grid, home = (admin.get(f"/budgets?place={place}&lang=en").text for place in (GRID, street.FALLEN))

    for page in (grid, home):
        shown = re.search(r'id="bought">.*?</section>', page, re.DOTALL)
        assert shown
        told = " ".join(re.sub(r"<[^>]+>", " ", shown[0]).split())
        assert (
            "0.5 a month: a fall is noticed after 3 h 10 min on average 1 a month: a fall is noticed after 2 h 35"
            in told
        )
        assert ("On average over 1 of its 8 homes." in told) is (page is grid)
    assert 'id="bought"' not in admin.get("/budgets?lang=en").text
    assert 'id="bought"' not in admin.get(f"/budgets?place={street.PRESSED}&lang=en").text
