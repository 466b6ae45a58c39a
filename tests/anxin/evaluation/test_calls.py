"""When somebody other than the resident is asked: after a question, unless life or an answer comes first."""

from datetime import UTC, datetime, timedelta

from anxin.evaluation.calls import Answers, Call, Calls
from core.concerns import Concern, ConcernKind, Severity
from detectors.events import ConcernCleared, ConcernRaised

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALWAYS = Answers(1.0, seed=1)


def raised(severity: Severity = Severity.ORANGE, *, after: float = 0.0) -> ConcernRaised:
    at = NOON + timedelta(minutes=after)
    return ConcernRaised(Concern("h", ConcernKind.SILENCE, severity, "e", at, NOON, "silence"))


def cleared(after: float, reason: str = "usual") -> ConcernCleared:
    return ConcernCleared("h", ConcernKind.SILENCE, "e", NOON + timedelta(minutes=after), reason)


def only(*events: ConcernRaised | ConcernCleared, answers: Answers | None = None) -> Call:
    calls = Calls(answers=answers)
    calls.note(events)
    (call,) = calls
    return call


def test_the_resident_is_asked_for_as_long_as_the_policy_says() -> None:
    assert only(raised()).asked_at == NOON + timedelta(minutes=3)
    assert only(raised()).sent_somebody


def test_life_before_that_sends_nobody_and_a_door_is_no_life() -> None:
    assert not only(raised(), cleared(2)).sent_somebody
    assert only(raised(), cleared(4)).sent_somebody
    assert only(raised(), cleared(2, "out")).sent_somebody


def test_red_sends_somebody_whatever_comes() -> None:
    assert only(raised(Severity.RED), cleared(0.5), answers=ALWAYS).sent_somebody


def test_who_answers_is_well_and_who_lies_on_the_floor_is_not_asked_to() -> None:
    assert not only(raised(), answers=ALWAYS).sent_somebody
    assert only(raised(), answers=Answers(0.0, seed=1)).sent_somebody


def test_an_answer_does_not_hold_once_it_grows_red() -> None:
    call = only(raised(), raised(Severity.RED, after=90), answers=ALWAYS)

    assert call.sent_somebody
    assert call.asked_at == NOON + timedelta(minutes=91)


def test_growing_worse_does_not_ask_later() -> None:
    assert only(raised(), raised(Severity.RED, after=90)).asked_at == NOON + timedelta(minutes=3)
