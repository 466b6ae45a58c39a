"""The end of a shift on the console: what the next duty reads, and how it takes over."""

from datetime import timedelta

from api.services import Services
from core.alerts import Alert, Handling, Outcome
from core.concerns import Concern, ConcernKind, Severity
from tests.api import street
from tests.api.conftest import As

PAGE = "/handover?area=grid-1"


def orange(services: Services, kind: ConcernKind = ConcernKind.BATHROOM, home: str = street.WELL) -> Alert:
    at = services.clock.now()
    concern = Concern(home, kind, Severity.ORANGE, "e", at - timedelta(minutes=5), at, "bathroom")
    return services.desk.raise_concern(concern).alert


def test_the_next_duty_reads_what_is_open_and_what_ended(visit_as: As, services: Services) -> None:
    alert = orange(services)
    services.desk.note(alert.id, by="li", text="电话没人接")
    ended = orange(services, ConcernKind.DOOR_OPEN, "building-5/0302")
    services.desk.close(ended.id, by="li", outcome=Outcome.HELPED)

    text = visit_as("li").get(PAGE).text

    assert "在卫生间停留过久" in text
    assert "电话没人接" in text
    assert f'href="/alerts/{ended.id}"' in text.partition("最近12小时已关闭")[2]
    assert "网格员 李伟" in text


def test_what_is_ticked_is_taken_over_by_whoever_sends_it(visit_as: As, services: Services) -> None:
    alert = orange(services)
    li = visit_as("li")

    sent = li.form("/handover", page=PAGE, area="grid-1", chosen=f"{alert.fence}:{alert.id}")

    assert sent.headers["location"] == f"{PAGE}&said=taken_over"
    taken = services.alerts.get(alert.id)
    assert taken is not None
    assert (taken.handling, taken.taken_by) == (Handling.ACKNOWLEDGED, "li")


def test_or_handed_to_somebody_else_and_stays_until_they_take_it(visit_as: As, services: Services) -> None:
    alert = orange(services)

    sent = visit_as("li").form("/handover", page=PAGE, area="grid-1", chosen=f"{alert.fence}:{alert.id}", to="desk")

    assert sent.headers["location"] == f"{PAGE}&said=handed_over"
    handed = services.alerts.get(alert.id)
    assert handed is not None
    assert (handed.taken_by, handed.handed_to) == ("li", "desk")


def test_one_that_moved_meanwhile_is_said_and_nothing_is_taken_in_silence(visit_as: As, services: Services) -> None:
    alert = orange(services)
    services.desk.acknowledge(alert.id, by="qian")

    sent = visit_as("li").form("/handover", page=PAGE, area="grid-1", chosen=f"{alert.fence}:{alert.id}")

    assert sent.headers["location"] == f"{PAGE}&said=moved_some"
    kept = services.alerts.get(alert.id)
    assert kept is not None
    assert kept.taken_by == "qian"


def test_only_what_the_viewer_answers_for_is_listed_and_moved(visit_as: As, services: Services) -> None:
    theirs = next(alert for alert in services.alerts.open_alerts() if alert.home == street.PRESSED)
    li = visit_as("li")

    assert theirs.id not in li.get(PAGE).text
    sent = li.form("/handover", page=PAGE, area="grid-1", chosen=f"{theirs.fence}:{theirs.id}")
    none = li.form("/handover", page=PAGE, area="grid-1", chosen="x:y")

    assert sent.headers["location"].endswith("said=moved_some")
    assert none.headers["location"].endswith("said=none_chosen")
    assert services.alerts.get(theirs.id) == theirs


def test_what_a_colleague_on_duty_has_taken_is_not_suggested(visit_as: As, services: Services) -> None:
    alert = orange(services)
    box = f'value="{{}}:{alert.id}" checked'
    assert box.format(alert.fence) in visit_as("desk").get(PAGE).text

    taken = services.desk.acknowledge(alert.id, by="li")

    assert isinstance(taken, Alert)
    assert box.format(taken.fence) not in visit_as("desk").get(PAGE).text
