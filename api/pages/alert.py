"""The page of one alert: why, what happens next, who was told, what happened; and the buttons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from alerts import wording
from api.access import Action
from api.alerts.moves import (
    alert_for,
    arrive,
    close,
    hand_over,
    may_pass_on,
    release,
    reopen,
    snooze,
    take,
    write_note,
)
from api.alerts.photos import add_photo
from api.depends import Looks, Ports, Requires
from api.errors import TABLE, Code, Problem
from api.figures.view import doubted
from api.homes.knocks import Knock, knocks
from api.pages.evidence import Seen, seen_of
from api.pages.forms import AccessField, HandlingForm, PhotoSent, ReopeningForm, Text, WhereSent, go_on
from api.pages.repeats import MOST_FOLDED, Stretch, Told, stretches, told
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.alerts import Alert, Entry, EntryKind, Found, Handling, Outcome, Recipient, Timer
from core.concerns import Fact, Severity
from core.ledger import Precision
from core.levels import chosen
from core.outcomes import Access
from core.places import Area, Home, Inventory
from core.policies import Level, Whom
from core.receipts import Receipt

router = APIRouter(include_in_schema=False)

SNOOZES = (15, 30, 60, 120, 240, 480, 720)
"""By how many minutes an alert may be put off on the page."""

_Fence = Annotated[int, Form(ge=0)]


@dataclass(frozen=True, slots=True)
class AlertView:
    """`asked` are the people whom the present level asks; `next_names` those whom the next one would ask now.

    `receipts`: what providers said later of each try, by message and number. `responders`: to whom it may be handed
    over. `snoozes`: by how many minutes it may be put off. `doubted`: how right its kind was, where that is below the
    `floor`.
    """

    alert: Alert
    home: Home
    area: Area | None
    timer: Timer | None
    facts: tuple[Fact, ...]
    asked: tuple[str, ...]
    next_targets: tuple[Whom, ...]
    next_names: tuple[str, ...]
    told: tuple[Told, ...]
    receipts: Mapping[tuple[str, int], Receipt]
    timeline: tuple[Stretch, ...]
    names: dict[str, str]
    may_take: bool
    may_arrive: bool
    may_reopen: bool
    may_pass_on: bool
    responders: tuple[Recipient, ...]
    snoozes: tuple[int, ...]
    knocks: tuple[Knock, ...]
    doubted: Precision | None
    floor: float
    seen: Seen | None


@router.get("/alerts/{alert_id}")
def alert_page(
    alert_id: str,
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.SEE_ALERTS))],
    ports: Ports,
    looks: Looks,
) -> Response:
    alert = alert_for(ports, visit.viewer, alert_id)
    looks.note(visit.viewer, f"alert {alert.id}", alert.home, ports.clock.now())
    return _page(request, visit, ports, alert)


@dataclass(frozen=True, slots=True)
class Closing:
    """What was typed of how it ended, and why it could not be taken."""

    outcome: Outcome | None = None
    note: str = ""
    access: Access | None = None
    problem: Code | None = None


def _page(request: Request, visit: Visit, ports: Services, alert: Alert, closing: Closing = Closing()) -> Response:
    page = shell(request, ports, visit, home=ports.inventory().place(alert.home, area=alert.area))
    return page.page(
        "alert",
        status=TABLE[closing.problem].status if closing.problem else 200,
        view=alert_view(ports, visit, alert),
        most_folded=MOST_FOLDED,
        founds=tuple(Found),
        closing=closing,
    )


def alert_view(ports: Services, visit: Visit, alert: Alert) -> AlertView:
    """Everything that the page tells."""
    timeline = tuple(ports.alerts.timeline(alert.id))
    names = {person.id: person.name for person in ports.directory().people.values()}
    following = alert.policy.levels[min(alert.level + 1, alert.policy.last)]
    area = ports.inventory().area_meant(alert.home)
    return AlertView(
        alert=alert,
        home=ports.inventory().place(alert.home, area=alert.area),
        area=area,
        timer=ports.alerts.timer(alert.id),
        facts=_facts(alert, ports.inventory(), now=ports.clock.now()),
        asked=_asked(timeline, names),
        next_targets=following.targets,
        next_names=_names_at(ports, alert, following),
        told=told(ports.alerts.deliveries(alert.id)),
        receipts=ports.alerts.receipts(alert.id),
        timeline=stretches(timeline),
        names=names,
        may_take=_may_take(alert, visit.viewer.person),
        may_arrive=alert.is_open and alert.arrived_by != visit.viewer.person,
        may_reopen=not alert.is_open and visit.viewer.may(Action.REOPEN_ALERTS),
        may_pass_on=may_pass_on(visit.viewer, alert),
        responders=_responders(ports, alert, visit.viewer.person),
        snoozes=_snoozes(alert, ports.clock.now()),
        knocks=knocks(ports, visit.viewer, area, alert, timeline) if area else (),
        doubted=doubted(ports, alert.kind),
        floor=ports.precision_floor,
        seen=seen_of(ports, visit.viewer, alert),
    )


def _may_take(alert: Alert, person: str) -> bool:
    if alert.handed_to == person:
        return True
    return alert.is_open and alert.handling is not Handling.ON_SITE and alert.taken_by != person


def _responders(ports: Services, alert: Alert, person: str) -> tuple[Recipient, ...]:
    """Whoever has it already, or cannot be reached, is not offered."""
    if not alert.is_open:
        return ()
    having = {alert.arrived_by or alert.taken_by or person, alert.handed_to}
    able = ports.desk.reacher.responders_for(alert.home, ports.clock.now(), area=alert.area)
    return tuple(recipient for recipient in able if recipient.ladder and recipient.person not in having)


def _snoozes(alert: Alert, now: datetime) -> tuple[int, ...]:
    """None for red, for one with somebody on site, and beyond what the policy allows."""
    if not alert.is_open or alert.severity is Severity.RED or alert.handling is Handling.ON_SITE:
        return ()
    left = (alert.opened_at + alert.policy.snooze_within - now).total_seconds() / 60
    return tuple(minutes for minutes in SNOOZES if minutes <= left)


def _facts(alert: Alert, inventory: Inventory, *, now: datetime) -> tuple[Fact, ...]:
    """The evidence as it stands, with devices by the name that the installer gave them."""
    labels = {device.id: device.label for device in inventory.devices_of(alert.home) if device.label}
    return tuple(
        replace(fact, value=labels.get(str(fact.value), fact.value)) if fact.unit == "device" else fact
        for fact in wording.facts_at(alert, now)
    )


def _names_at(ports: Services, alert: Alert, level: Level) -> tuple[str, ...]:
    """Whom this level would ask at this moment; when it fires, the engine asks again who they are."""
    reach = ports.desk.reacher.reach(alert.home, ports.clock.now(), alert.policy, area=alert.area)
    return tuple(dict.fromkeys(recipient.name for recipient in chosen(level, reach)))


def _asked(timeline: tuple[Entry, ...], names: dict[str, str]) -> tuple[str, ...]:
    entered = [entry for entry in timeline if entry.kind is EntryKind.LEVEL_ENTERED]
    people = entered[-1].detail["people"] if entered else []
    return tuple(names.get(person, person) for person in people)


def _moved(alert_id: str, said: str, move: Callable[[], Alert]) -> Response:
    """Act, and show the alert as it then stands, with what was done or why nothing was."""
    try:
        alert = move()
    except Problem as problem:
        return go_on(f"/alerts/{alert_id}", problem=problem.code.value)
    return go_on(f"/alerts/{alert.id}", said=said)


@router.post("/alerts/{alert_id}/take")
def take_it(alert_id: str, visit: HandlingForm, ports: Ports, fence: _Fence) -> Response:
    return _moved(alert_id, "taken", lambda: take(ports, visit.viewer, alert_id, fence=fence))


@router.post("/alerts/{alert_id}/arrive")
def i_am_here(alert_id: str, visit: HandlingForm, ports: Ports, fence: _Fence, location: WhereSent) -> Response:
    return _moved(alert_id, "arrived", lambda: arrive(ports, visit.viewer, alert_id, fence=fence, location=location))


@router.post("/alerts/{alert_id}/release")
def give_it_back(alert_id: str, visit: HandlingForm, ports: Ports, fence: _Fence, reason: Text = "") -> Response:
    return _moved(
        alert_id, "released", lambda: release(ports, visit.viewer, alert_id, fence=fence, reason=reason.strip())
    )


@router.post("/alerts/{alert_id}/hand-over")
def hand_it_over(alert_id: str, visit: HandlingForm, ports: Ports, fence: _Fence, to: Text) -> Response:
    return _moved(alert_id, "handed_over", lambda: hand_over(ports, visit.viewer, alert_id, fence=fence, to=to))


@router.post("/alerts/{alert_id}/snooze")
def put_it_off(
    alert_id: str,
    visit: HandlingForm,
    ports: Ports,
    fence: _Fence,
    minutes: Annotated[int, Form(ge=1, le=1440)],
    reason: Text = "",
) -> Response:
    return _moved(
        alert_id,
        "snoozed",
        lambda: snooze(ports, visit.viewer, alert_id, fence=fence, minutes=minutes, reason=reason.strip()),
    )


@router.post("/alerts/{alert_id}/close")
def close_it(
    alert_id: str,
    request: Request,
    visit: HandlingForm,
    ports: Ports,
    fence: _Fence,
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=2000)] = "",
    photo: PhotoSent = b"",
    access: AccessField = None,
) -> Response:
    """What cannot be taken is shown again beside the alert as it stands: whoever wrote it is on the stairs."""
    try:
        if photo:
            add_photo(ports, alert_for(ports, visit.viewer, alert_id), visit.viewer.person, photo, fence=fence)
        close(ports, visit.viewer, alert_id, fence=fence, outcome=outcome, note=note.strip(), access=access)
    except Problem as problem:
        alert = alert_for(ports, visit.viewer, alert_id)
        if not alert.is_open:
            return go_on(f"/alerts/{alert_id}", problem=problem.code.value)
        return _page(request, visit, ports, alert, Closing(outcome, note, access, problem.code))
    return go_on(f"/alerts/{alert_id}", said="closed")


@router.post("/alerts/{alert_id}/note")
def note_it(
    alert_id: str, visit: HandlingForm, ports: Ports, text: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    return _moved(alert_id, "noted", lambda: write_note(ports, visit.viewer, alert_id, text=text.strip()))


@router.post("/alerts/{alert_id}/reopen")
def reopen_it(alert_id: str, visit: ReopeningForm, ports: Ports) -> Response:
    return _moved(alert_id, "reopened", lambda: reopen(ports, visit.viewer, alert_id))
