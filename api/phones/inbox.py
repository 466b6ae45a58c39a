"""The demonstration's phones: what each person has received, and the resident's "I am fine".

A phone shows what one person got; who may look at it is decided by the homes that its messages are about.
"""

from dataclasses import dataclass

from api.access import Viewer
from api.alerts.moves import resident_fine
from api.errors import Code, Problem
from api.services import Services
from core.alerts import Alert
from core.people import Bond, Directory, Person, Tie
from core.phones import PhoneMessage, PhoneStore

MOST = 400


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone, newest message first. `tie` says why they are asked, if by a bond."""

    person: Person
    tie: Tie | None
    messages: tuple[PhoneMessage, ...]


def store_of(ports: Services) -> PhoneStore:
    """Raises Problem NOT_FOUND outside a demonstration."""
    if ports.phones is None:
        raise Problem(Code.NOT_FOUND)
    return ports.phones


def messages_for(ports: Services, viewer: Viewer) -> list[PhoneMessage]:
    """Messages about what the viewer sees, newest first."""
    found = sorted(store_of(ports).inbox(limit=MOST), key=lambda m: (m.at, m.id), reverse=True)
    if viewer.sees_everything:
        return found
    visible: dict[str | None, bool] = {None: False}
    for message in found:
        if message.alert is not None and message.alert not in visible:
            alert = ports.alerts.get(message.alert)
            visible[message.alert] = alert is not None and viewer.sees_alert(alert)
    return [message for message in found if message.person == viewer.person or visible[message.alert]]


def phones(ports: Services, viewer: Viewer) -> list[Phone]:
    """One phone per person, that with the newest message first."""
    directory = ports.directory()
    grouped: dict[str, list[PhoneMessage]] = {}
    for message in messages_for(ports, viewer):
        grouped.setdefault(message.person, []).append(message)
    return [
        Phone(directory.people.get(person, Person(person, person)), _tie(directory, person), tuple(messages))
        for person, messages in grouped.items()
    ]


def say_fine(ports: Services, viewer: Viewer, alert_id: str) -> Alert:
    """The resident of this alert's home presses "I am fine". Raises Problem when it is not the viewer's to play."""
    store_of(ports)
    alert = ports.alerts.get(alert_id)
    if alert is None or not viewer.sees_alert(alert):
        raise Problem(Code.NOT_FOUND)
    residents = [t.person for t in ports.directory().ties if t.home == alert.home and t.bond is Bond.RESIDENT]
    if not residents:
        raise Problem(Code.REFUSED, "Nobody is known as the resident of this home.")
    return resident_fine(ports, alert, by=residents[0])


def _tie(directory: Directory, person: str) -> Tie | None:
    return next((tie for tie in directory.ties if tie.person == person), None)
