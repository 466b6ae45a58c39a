"""What people do with an alert, for the JSON interface and the pages alike: find it, and let the desk decide."""

from api.access import Viewer
from api.errors import Code, Problem, refused
from api.services import Services
from core.alerts import Alert, Outcome, Refusal


def alert_for(ports: Services, viewer: Viewer, alert_id: str) -> Alert:
    """The alert, if this viewer may see it. Raises Problem NOT_FOUND whether it is hidden or not there."""
    alert = ports.alerts.get(alert_id)
    if alert is None or not viewer.sees_alert(alert):
        raise Problem(Code.NOT_FOUND)
    return alert


def take(ports: Services, viewer: Viewer, alert_id: str, *, fence: int) -> Alert:
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.acknowledge(alert.id, by=viewer.person, seen_fence=fence))


def arrive(ports: Services, viewer: Viewer, alert_id: str, *, fence: int) -> Alert:
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.arrive(alert.id, by=viewer.person, seen_fence=fence))


def close(ports: Services, viewer: Viewer, alert_id: str, *, fence: int, outcome: Outcome, note: str) -> Alert:
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.close(alert.id, by=viewer.person, outcome=outcome, note=note, seen_fence=fence))


def write_note(ports: Services, viewer: Viewer, alert_id: str, *, text: str) -> Alert:
    """Raises Problem INVALID for a note without words."""
    if not text.strip():
        raise Problem(Code.INVALID, "A note needs words.")
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.note(alert.id, by=viewer.person, text=text))


def reopen(ports: Services, viewer: Viewer, alert_id: str) -> Alert:
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.reopen(alert.id, by=viewer.person))


def resident_fine(ports: Services, alert: Alert, *, by: str) -> Alert:
    """The resident says so, on the demonstration's phone."""
    return _moved(ports.desk.resident_fine(alert.id, by=by))


def _moved(answer: Alert | Refusal) -> Alert:
    if isinstance(answer, Refusal):
        raise refused(answer)
    return answer
