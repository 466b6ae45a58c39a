"""The rota of the fortnight ahead: who holds, what nobody holds, and the form for leave, cover and exceptions.

Also each person's own duty as an iCalendar feed, behind a link of their own.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from icalendar import Calendar, Event

from api.access import Action, Viewer
from api.areas.overview import POSTS
from api.depends import Ports, Requires
from api.duty.ahead import Ahead, able, ahead, home_in, own_duty, watched_area, watched_areas
from api.duty.week import Week, monday, week_of
from api.errors import Code, Problem
from api.i18n.catalogue import catalogue
from api.pages.forms import UNPROCESSABLE, DutyForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.duty import Change, Rota, Shift
from core.places import Area
from core.ports import StoreRefused

router = APIRouter(include_in_schema=False)

PATH = "/duty"
FEED_DAYS = 60
EDITS = 20
LONGEST = timedelta(days=366)
"""For how long an exception may hold, and how far ahead it may begin."""
EARLIEST, LATEST = 1970, 9000
"""Years that every clock and store can count with."""


_NOTHING_TYPED = dict.fromkeys(("kind", "out", "person", "start", "end", "note"), "")


class ChangeKind(StrEnum):
    """What the form offers."""

    LEAVE = "leave"
    COVER = "cover"
    MORE = "more"
    ALONE = "alone"


@router.get(PATH)
def duty_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.SEE_ALERTS))],
    ports: Ports,
    area: Annotated[str, Query(max_length=200)] = "",
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`week`: any day of the week that is shown, YYYY-MM-DD; this week without it."""
    return _page(request, visit, ports, area, week)


def _page(
    request: Request, visit: Visit, ports: Services, area: str, week: str, *, typed: Mapping[str, str] | None = None
) -> Response:
    """`typed`: what was filled in and makes no exception."""
    areas, rota, now = watched_areas(ports, visit.viewer), ports.duty.rota(), ports.clock.now()
    gaps = {each.id: len(ahead(ports, each, rota, now=now).gaps) for each in areas}
    chosen = watched_area(ports, visit.viewer, area) if area else (areas[0] if areas else None)
    view: Ahead | None = ahead(ports, chosen, rota, now=now) if chosen else None
    names = {person.id: person.name for person in ports.directory().people.values()}
    page = shell(request, ports, visit, home=home_in(ports.inventory(), chosen) if chosen else None)
    return page.page(
        "duty",
        status=UNPROCESSABLE if typed else 200,
        typed=typed or _NOTHING_TYPED,
        refused=typed is not None,
        areas=areas,
        gaps=gaps,
        view=view,
        names=names,
        called=lambda people: [names.get(person, person) for person in people],
        may_change=visit.viewer.may(Action.CHANGE_DUTY),
        kinds=tuple(ChangeKind),
        feed=_feed(ports, visit.viewer),
        week=_week(ports, chosen, rota, week) if chosen else None,
        today=now.astimezone(home_in(ports.inventory(), chosen).zone).date() if chosen else None,
        shifts=[row for row in rota if isinstance(row, Shift) and chosen and row.area == chosen.id],
        edits=ports.duty.shift_edits(chosen.id)[:EDITS] if chosen else (),
    )


def _week(ports: Services, area: Area, rota: Rota, wanted: str) -> Week:
    """Raises Problem INVALID for what is no day."""
    zone = home_in(ports.inventory(), area).zone
    try:
        day = date.fromisoformat(wanted) if wanted else ports.clock.now().astimezone(zone).date()
        return week_of(rota, area=area.id, post=POSTS[area.kind], first=monday(day), zone=zone)
    except (ValueError, OverflowError) as error:
        raise Problem(Code.INVALID, "A week is named by one of its days, such as 2026-11-23.") from error


def _feed(ports: Services, viewer: Viewer) -> str:
    """The address of the viewer's own calendar; empty where there are no links."""
    return "" if ports.links is None else f"/duty/{ports.links.code(_FEED, viewer.person)}.ics"


@router.post(PATH)
def change_duty(
    request: Request,
    visit: DutyForm,
    ports: Ports,
    area: Text,
    kind: Annotated[ChangeKind, Form()],
    start: Text,
    end: Text,
    out: Text = "",
    person: Text = "",
    note: Text = "",
) -> Response:
    """`start` and `end` as the browser gives local times, read in the area's zone."""
    here = watched_area(ports, visit.viewer, area)
    back = f"{PATH}?area={here.id}"
    try:
        change = _change(ports, here, kind, start=start, end=end, out=out, person=person, note=note.strip())
        ports.duty.change(_named(change))
    except (ValueError, OverflowError, StoreRefused):
        typed = {"kind": kind.value, "out": out, "person": person, "start": start, "end": end, "note": note}
        return _page(request, visit, ports, area, "", typed=typed)
    return _back(back, said="duty_changed")


def _change(
    ports: Services, area: Area, kind: ChangeKind, *, start: str, end: str, out: str, person: str, note: str
) -> Change:
    """Raises ValueError for what makes no change."""
    zone, now = home_in(ports.inventory(), area).zone, ports.clock.now()
    begin, over = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (start, end))
    rota = ports.duty.rota()
    named = {name for name in (out, person) if name}
    if not named <= set(able(ports.directory(), rota)) or over - begin > LONGEST:
        raise ValueError("somebody who is on no rota, or for longer than a year")
    if not EARLIEST <= begin.year <= LATEST or over <= now or begin > now + LONGEST:
        raise ValueError("over already, or further ahead than a year")
    view = ahead(ports, area, rota, now=now)
    if out and out not in view.own:
        raise ValueError("somebody who has no shift here")
    match kind:
        case ChangeKind.LEAVE if not person:
            return Change("", begin, over, out=out or None, note=note)
        case ChangeKind.LEAVE | ChangeKind.COVER:
            if not person or not out:
                raise ValueError("cover is of somebody and by somebody")
            return Change("", begin, over, out, person, area.id, view.post, note=note)
        case ChangeKind.MORE | ChangeKind.ALONE:
            if out:
                raise ValueError("whoever holds in addition, or alone, stands in for nobody by name")
            alone = kind is ChangeKind.ALONE
            return Change("", begin, over, None, person or None, area.id, view.post, alone, note)


def _named(change: Change) -> Change:
    """Its id is made from all that it says: the same, sent twice, is one."""
    return replace(change, id=sha256(repr(replace(change, id="")).encode()).hexdigest()[:12])


@router.post(f"{PATH}/take-back")
def take_back(visit: DutyForm, ports: Ports, area: Text, change: Text) -> Response:
    here = watched_area(ports, visit.viewer, area)
    view = ahead(ports, here, ports.duty.rota(), now=ports.clock.now())
    if change not in {each.id for each in view.changes} or not ports.duty.take_back(change):
        return _back(f"{PATH}?area={here.id}", problem=Code.STALE.value)
    return _back(f"{PATH}?area={here.id}", said="duty_changed")


def _back(path: str, **said: str) -> Response:
    [(name, value)] = said.items()
    return go_on(f"{path}&{name}={value}")


_FEED = "duty feed"


@router.get(f"{PATH}/{{code}}.ics")
def calendar(code: str, ports: Ports) -> Response:
    """One person's duty of the next weeks, for the calendar of their phone. Whoever has the link may read it."""
    people = ports.directory().people
    person = next((p for p in people.values() if ports.links and ports.links.is_code(code, _FEED, p.id)), None)
    if person is None:
        raise Problem(Code.NOT_FOUND)
    now, t = ports.clock.now(), catalogue(person.language)
    feed = Calendar()
    feed.add("prodid", "-//Anxin//duty//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", t("duty.calendar", name=person.name))
    until = now + timedelta(days=FEED_DAYS)
    for area, spell in own_duty(ports.inventory(), ports.duty.rota(), person.id, since=now, until=until):
        event = Event()
        event.add("uid", f"{area.id}-{spell.start:%Y%m%dT%H%M%SZ}-{person.id}@anxin")
        event.add("dtstamp", now)
        event.add("dtstart", spell.start)
        event.add("dtend", spell.end)
        event.add("summary", t("duty.event", area=area.name))
        feed.add_component(event)
    return Response(feed.to_ical(), media_type="text/calendar; charset=utf-8")
