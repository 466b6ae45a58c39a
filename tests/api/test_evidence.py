"""The alert's page shows what was sensed around it, to whoever may see homes, and stands without readings too."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.access import Viewer
from api.homes.activity import SLICES
from api.homes.evidence import BEFORE, LONGEST, evidence_of
from api.pages.evidence import seen_of
from api.services import Services
from core.alerts import Alert
from core.concerns import ConcernKind, Severity
from core.faults import Fault, FaultCause
from core.people import AccessRole
from core.places import Device, Role, Room
from core.ports import StoreUnavailable
from core.readings import Kind, Reading, Semantics
from tests.api import street
from tests.api.conftest import As
from tests.api.happenings import ago, concern, opened
from tests.api.scene import Memory

PIR = Device("g/pir", street.FALLEN, Room.BATHROOM, Role.ROOM, "g")
OK = 200
DOOR = Device("g/door", street.FALLEN, Room.ENTRANCE, Role.FRONT_DOOR, "g")


class Away(Memory):
    """A store that cannot be reached."""

    def between(self, *_: object, **__: object) -> list[Reading]:
        raise StoreUnavailable


def motion(when: datetime) -> Reading:
    return Reading("g/pir", Kind.MOTION, value=True, at=when, received_at=when, semantics=Semantics.EVENT)


@pytest.fixture
def alert(services: Services) -> Alert:
    found = services.alerts.get("a-17")
    assert found is not None
    return found


def test_half_a_day_before_it_began_is_shown_and_all_since(alert: Alert) -> None:
    began = alert.since
    told = [motion(began - BEFORE - timedelta(seconds=1)), motion(began - timedelta(hours=6)), motion(began)]

    seen = evidence_of(Memory(told), alert, [PIR, DOOR], {}, now=began + timedelta(hours=12))

    assert (seen.start, seen.end) == (began - BEFORE, began + timedelta(hours=12))
    bathroom, door = seen.rows
    assert {x: n for x, n in enumerate(bathroom.slices) if n} == {SLICES // 4: 1, SLICES // 2: 1}
    assert door.front_door
    assert not any(door.slices)
    assert seen.x(began) == SLICES / 2
    assert seen.x(seen.start - timedelta(minutes=1)) is None


def test_what_began_weeks_ago_is_shown_up_to_when_it_was_raised(alert: Alert) -> None:
    slow = replace(alert, since=alert.opened_at - timedelta(days=40))

    seen = evidence_of(Memory([]), slow, [PIR], {}, now=alert.opened_at + timedelta(days=3))

    assert seen.end == alert.opened_at
    assert seen.end - seen.start == LONGEST
    assert seen.x(slow.since) is None


def test_what_began_weeks_ago_says_so_beside_the_last_two_days(visit_as: As, services: Services, alert: Alert) -> None:
    slow = replace(
        concern(street.FALLEN, ConcernKind.DECLINE, Severity.YELLOW, at=ago(hours=2)), since=ago(days=30), place=None
    )
    opened(services.alerts, "a-slow", slow)

    visible, earlier = (visit_as("li").get(f"/alerts/{which}?lang=en").text for which in (alert.id, "a-slow"))

    assert "It began before what is shown here" not in visible
    assert "It began before what is shown here" in earlier


def test_after_it_was_closed_nothing_more_is_shown(alert: Alert) -> None:
    closed = replace(alert, closed_at=alert.opened_at + timedelta(hours=1))

    seen = evidence_of(Memory([]), closed, [PIR], {}, now=alert.opened_at + timedelta(days=3))

    assert seen.end == closed.closed_at


def test_where_there_was_too_much_the_time_is_shorter_and_no_silence_is_made_up(
    alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.homes.evidence.MOST_READINGS", 3)
    told = [motion(alert.since - timedelta(hours=hour)) for hour in (6, 5, 4, 3, 2)]

    seen = evidence_of(Memory(told), alert, [PIR], {}, now=alert.since + timedelta(hours=2))

    assert not seen.complete
    assert seen.end == told[2].at
    assert seen.x(alert.since) is None
    assert seen.rows[0].slices[-1] == 1


def test_what_was_not_seen_is_marked_and_told_from_silence(visit_as: As, services: Services, alert: Alert) -> None:
    devices = services.inventory().devices_of(alert.home)
    lost_at, back_at = alert.since - timedelta(hours=3), alert.since - timedelta(hours=1)
    before = visit_as("desk").get("/alerts/a-17").text
    fault = Fault(FaultCause.GATEWAY_SILENT, devices[0].gateway, lost_at, lost_at, (alert.home,))
    services.tickets.open_ticket(fault, ticket_id="t-gone")
    services.tickets.close_ticket(fault.key, at=back_at)

    page = visit_as("desk").get("/alerts/a-17").text

    assert 'class="unseen"' not in before
    assert page.count('<rect class="unseen"') >= 1
    assert "没有动静不等于安静" in page
    assert "有一段时间看不到" in page


def test_a_beginning_that_lies_ahead_is_shown_as_that_of_now(alert: Alert) -> None:
    ahead = replace(alert, since=alert.opened_at + timedelta(days=2))

    seen = evidence_of(Memory([]), ahead, [PIR], {}, now=alert.opened_at)

    assert seen.end - seen.start == BEFORE


def test_the_page_shows_it_in_words_too_and_leads_to_what_is_usual(visit_as: As) -> None:
    page = visit_as("desk").get("/alerts/a-17").text

    section = page[page.index('id="evidence-h"') :]
    assert 'class="raised"' in section
    assert "发出告警" in section
    assert "/routine?home=" in section


def test_without_readings_the_page_stands_and_says_so(visit_as: As, services: Services) -> None:
    object.__setattr__(services, "readings", Away([]))

    answer = visit_as("desk").get("/alerts/a-17")

    assert answer.status_code == OK
    assert "现在取不到读数" in answer.text
    assert 'id="why-h"' in answer.text


def test_whoever_answered_for_the_home_once_sees_the_alert_and_not_its_day(services: Services, alert: Alert) -> None:
    area = services.inventory().homes[alert.home].area
    here = Viewer("li", "li", AccessRole.RESPONDER, areas=frozenset({area}))
    moved_away = Viewer("wu", "wu", AccessRole.RESPONDER, areas=frozenset({"elsewhere"}))

    assert seen_of(services, here, alert) is not None
    assert seen_of(services, moved_away, alert) is None
