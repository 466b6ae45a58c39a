"""What people do with an alert, for the JSON interface and the pages alike: find it, and let the desk decide."""

from collections.abc import Mapping
from datetime import timedelta

from api.access import Action, Viewer
from api.errors import Code, Problem, refused
from api.services import Services
from core.alerts import Alert, Found, Outcome, Refusal
from core.arrival import Evidence, Location, Proof
from core.outcomes import BY_PEOPLE, Access


def alert_for(ports: Services, viewer: Viewer, alert_id: str) -> Alert:
    """The alert, if this viewer may see it. Raises Problem NOT_FOUND whether it is hidden or not there."""
    alert = ports.alerts.get(alert_id)
    if alert is None or not viewer.sees_alert(alert):
        raise Problem(Code.NOT_FOUND)
    return alert


def take(ports: Services, viewer: Viewer, alert_id: str, *, fence: int) -> Alert:
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.acknowledge(alert.id, by=viewer.person, seen_fence=fence))


def arrive(
    ports: Services,
    viewer: Viewer,
    alert_id: str,
    *,
    fence: int,
    door: str | None = None,
    location: Location | None = None,
) -> Alert:
    """`door`: the code that was scanned there. Raises Problem INVALID when it is not this home's (any more)."""
    alert = alert_for(ports, viewer, alert_id)
    if door is not None and ports.doors.home_of(door) != alert.home:
        raise Problem(Code.INVALID, "This is not the code that hangs at this home's door now.")
    evidence = Evidence(None if door is None else Proof.QR, location)
    return _moved(ports.desk.arrive(alert.id, by=viewer.person, evidence=evidence, seen_fence=fence))


def close(
    ports: Services,
    viewer: Viewer,
    alert_id: str,
    *,
    fence: int,
    outcome: Outcome,
    note: str,
    access: Access | None = None,
) -> Alert:
    """Raises Problem INVALID for an outcome that no person chooses."""
    _chosen(outcome)
    alert = alert_for(ports, viewer, alert_id)
    return _moved(
        ports.desk.close(alert.id, by=viewer.person, outcome=outcome, note=note, access=access, seen_fence=fence)
    )


def _chosen(outcome: Outcome) -> None:
    if outcome not in BY_PEOPLE:
        raise Problem(Code.INVALID, f"Outcome {outcome.value!r} is the system's own; nobody chooses it.")


def release(ports: Services, viewer: Viewer, alert_id: str, *, fence: int, reason: str) -> Alert:
    """Whoever holds it gives it back; the desk may take it from anybody. Raises Problem FORBIDDEN for others."""
    alert = _passed_on_by(viewer, alert_for(ports, viewer, alert_id))
    return _moved(ports.desk.release(alert.id, by=viewer.person, reason=reason, seen_fence=fence))


def hand_over(ports: Services, viewer: Viewer, alert_id: str, *, fence: int, to: str) -> Alert:
    """Whoever holds it, the desk, or anybody while nobody holds it. Raises Problem FORBIDDEN for others."""
    alert = _passed_on_by(viewer, alert_for(ports, viewer, alert_id))
    return _moved(ports.desk.hand_over(alert.id, by=viewer.person, to=to, seen_fence=fence))


def snooze(ports: Services, viewer: Viewer, alert_id: str, *, fence: int, minutes: int, reason: str) -> Alert:
    """Put it off by so many minutes from now."""
    alert = _passed_on_by(viewer, alert_for(ports, viewer, alert_id))
    until = ports.clock.now() + timedelta(minutes=minutes)
    return _moved(ports.desk.snooze(alert.id, by=viewer.person, until=until, reason=reason, seen_fence=fence))


def may_pass_on(viewer: Viewer, alert: Alert) -> bool:
    """An alert that somebody holds is theirs, whatever their role, and the desk's, to pass on or put off."""
    holders = {alert.taken_by, alert.arrived_by} - {None}
    return alert.is_open and (not holders or viewer.person in holders or viewer.may(Action.REOPEN_ALERTS))


def _passed_on_by(viewer: Viewer, alert: Alert) -> Alert:
    if alert.is_open and not may_pass_on(viewer, alert):
        raise Problem(Code.FORBIDDEN, "Only whoever holds this alert, or the desk, passes it on or puts it off.")
    return alert


def close_together(
    ports: Services, viewer: Viewer, seen: Mapping[str, int], *, outcome: Outcome, note: str
) -> dict[str, Alert | Refusal]:
    """What became of each. One that this viewer may not see is UNKNOWN. Raises Problem INVALID without a note."""
    _chosen(outcome)
    if not note.strip():
        raise Problem(Code.INVALID, "Closing several at once needs a note that says what they had in common.")
    found = {alert_id: ports.alerts.get(alert_id) for alert_id in seen}
    own = {id_: seen[id_] for id_, alert in found.items() if alert is not None and viewer.sees_alert(alert)}
    done = ports.desk.close_together(own, by=viewer.person, outcome=outcome, note=note.strip())
    return {alert_id: done.get(alert_id, Refusal.UNKNOWN) for alert_id in seen}


def write_note(ports: Services, viewer: Viewer, alert_id: str, *, text: str) -> Alert:
    """Raises Problem INVALID for a note without words."""
    if not text.strip():
        raise Problem(Code.INVALID, "A note needs words.")
    alert = alert_for(ports, viewer, alert_id)
    return _moved(ports.desk.note(alert.id, by=viewer.person, text=text))


def knocked(ports: Services, viewer: Viewer, alert_id: str, *, home: str, found: Found, text: str) -> Alert:
    """Raises Problem NOT_FOUND for a home that is not among those which the alert is about, or not the viewer's."""
    alert, inventory = alert_for(ports, viewer, alert_id), ports.inventory()
    area, place = inventory.area_meant(alert.home), inventory.homes.get(home)
    if area is None or place is None or not viewer.sees(place) or not inventory.within(place.area, area.id):
        raise Problem(Code.NOT_FOUND)
    return _moved(ports.desk.knocked(alert.id, by=viewer.person, home=home, found=found, text=text))


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
