"""What family may answer when it was asked: I take it, I am here (or cannot go), and how it was.

Only those who were asked may answer. The message that asked them says as much; the page adds nothing to it.
"""

from dataclasses import dataclass
from enum import StrEnum

from api.access import Viewer
from api.alerts import moves
from api.errors import Code, Problem
from api.services import Services
from core.alerts import Alert, Handling, Outcome


class Answer(StrEnum):
    TAKE = "take"
    ARRIVE = "arrive"
    CANNOT = "cannot"  # took it, and cannot go after all
    WELL = "well"  # was there, nothing was wrong
    HELPED = "helped"  # was there and helped


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody was asked. `fence` goes back with the answer, so that a late one does nothing."""

    alert: str
    fence: int
    answers: tuple[Answer, ...]


def questions(alerts: tuple[Alert, ...], person: str) -> tuple[Question, ...]:
    """What this person was asked about and can still answer."""
    open_to = ((alert, answers_to(alert, person)) for alert in alerts)
    return tuple(Question(alert.id, alert.fence, answers) for alert, answers in open_to if answers)


def answers_to(alert: Alert, person: str) -> tuple[Answer, ...]:
    """The next answers of somebody who was asked; none while another has it in hand."""
    if person not in alert.told:
        return ()
    match alert.handling:
        case Handling.TRIGGERED:
            return (Answer.TAKE,)
        case Handling.ACKNOWLEDGED:
            return (Answer.ARRIVE, Answer.CANNOT) if alert.taken_by == person else ()
        case Handling.ON_SITE:
            return (Answer.WELL, Answer.HELPED) if alert.arrived_by == person else ()
        case Handling.CLOSED:
            return ()


def give(ports: Services, viewer: Viewer, alert_id: str, answer: Answer, *, fence: int) -> Alert:
    """Pass an answer to the desk. Raises Problem: NOT_FOUND for who was not asked, else why nothing moved."""
    alert = moves.alert_for(ports, viewer, alert_id)
    if viewer.person not in alert.told:
        raise Problem(Code.NOT_FOUND)
    if answer not in answers_to(alert, viewer.person):
        raise Problem(Code.STALE if alert.is_open else Code.CLOSED)
    match answer:
        case Answer.TAKE:
            return moves.take(ports, viewer, alert.id, fence=fence)
        case Answer.ARRIVE:
            return moves.arrive(ports, viewer, alert.id, fence=fence)
        case Answer.CANNOT:
            return moves.release(ports, viewer, alert.id, fence=fence, reason="")
        case Answer.WELL:
            return moves.close(ports, viewer, alert.id, fence=fence, outcome=Outcome.WELL_AT_HOME, note="")
        case Answer.HELPED:
            return moves.close(ports, viewer, alert.id, fence=fence, outcome=Outcome.HELPED, note="")
