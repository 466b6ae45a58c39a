"""A family member's own page of wishes, and the desk's page of a home's family: consent, wishes, what is expected."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BeforeValidator

from api.access import Action
from api.depends import Looks, Ports, Requires
from api.errors import Code, Problem
from api.family import wishes
from api.family.wishes import Member
from api.homes.endpoints import home_for
from api.pages.forms import UNPROCESSABLE, ConsentForm, Text, WishForm, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.family import MOST_EXPECTED, Hears, Scope
from core.places import Home, Role, Room

router = APIRouter(include_in_schema=False)

_NOTHING_TYPED: Mapping[str, object] = {
    "label": "", "start": "", "end": "", "weekdays": list(range(7)), "room": None,
}  # fmt: skip
PATH, KIN = "/family/wishes", "/kin"
Ticked: TypeAlias = Annotated[str, Form(max_length=10)]
RoomField: TypeAlias = Annotated[Room | None, BeforeValidator(lambda said: said or None), Form()]


@router.get(PATH)
def wishes_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.KEEP_WISHES))],
    ports: Ports,
    looks: Looks,
    home: Annotated[str, Query(max_length=200)],
    person: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    here, member = wishes.member_for(ports, visit.viewer, home, person)
    looks.note(visit.viewer, "wishes", here.id, ports.clock.now())
    return _page(request, visit, ports, here, member)


def _page(
    request: Request,
    visit: Visit,
    ports: Services,
    home: Home,
    member: Member,
    *,
    typed: Mapping[str, object] | None = None,
    wrong: str = "",
    filled: Mapping[str, object] | None = None,
) -> Response:
    """`typed`: a window that was filled in and could not be taken, `wrong`: why; `filled`: the same of the wishes."""
    page = shell(request, ports, visit, home=home)
    others = [each for each in wishes.members(ports, home) if each.person.id != member.person.id]
    return page.page(
        "wishes",
        status=UNPROCESSABLE if wrong or filled else 200,
        home=home,
        member=member,
        filled=filled or _kept(member, home, now=ports.clock.now()),
        refused=filled is not None,
        tomorrow=(ports.clock.now().astimezone(home.zone) + timedelta(days=1)).date().isoformat(),
        others=others,
        own=member.person.id == visit.viewer.person,
        hears=tuple(Hears),
        paused=member.wish.is_paused(ports.clock.now()),
        zone=home.zone,
        expected=ports.families.families().expected.get(home.id, ()),
        may_expect=wishes.may_expect(visit.viewer, member),
        rooms=sorted({d.room for d in ports.inventory().devices_of(home.id) if d.role is not Role.BRIDGE}),
        typed=typed or _NOTHING_TYPED,
        wrong=wrong,
    )


def _kept(member: Member, home: Home, *, now: datetime) -> Mapping[str, object]:
    """What the form shows of the wish as it stands."""
    wish = member.wish
    until = wish.paused_until if wish.is_paused(now) else None
    return {
        "hears": wish.hears,
        "responsible": wish.responsible,
        "digest_at": f"{wish.digest_at:%H:%M}" if wish.digest_at else "",
        "paused_until": until.astimezone(home.zone).date().isoformat() if until else "",
    }


def _back(home: Home, member: Member, visit: Visit, **said: str) -> Response:
    mine = {} if member.person.id == visit.viewer.person else {"person": member.person.id}
    return go_on(PATH, home=home.id, **mine, **said)


@router.post(PATH)
def save(
    request: Request,
    visit: WishForm,
    ports: Ports,
    home: Text,
    hears: Annotated[Hears, Form()],
    person: Text = "",
    digest_at: Text = "",
    paused_until: Text = "",
    responsible: Ticked = "",
) -> Response:
    here, member = wishes.member_for(ports, visit.viewer, home, person)
    try:
        wishes.save_wish(
            ports,
            here,
            member,
            hears=hears,
            responsible=bool(responsible),
            digest_at=digest_at,
            paused_until=paused_until,
        )
    except Problem:
        filled = {
            "hears": hears,
            "responsible": bool(responsible),
            "digest_at": digest_at,
            "paused_until": paused_until,
        }
        return _page(request, visit, ports, here, member, filled=filled)
    return _back(here, member, visit, said="wish_kept")


@router.post("/family/expected")
def expect(
    request: Request,
    visit: WishForm,
    ports: Ports,
    home: Text,
    label: Text = "",
    start: Text = "",
    end: Text = "",
    person: Text = "",
    weekdays: Annotated[list[Annotated[int, Form(ge=0, le=6)]] | None, Form(max_length=7)] = None,
    room: RoomField = None,
) -> Response:
    """Add a window; what is wrong with it is said beside what was typed."""
    here, member = wishes.member_for(ports, visit.viewer, home, person)
    if not wishes.may_expect(visit.viewer, member):
        return _back(here, member, visit, problem=Code.FORBIDDEN.value)
    days = weekdays or []
    try:
        wishes.add_expectation(ports, visit.viewer, here, label=label, start=start, end=end, weekdays=days, room=room)
    except Problem:
        typed = {"label": label, "start": start, "end": end, "weekdays": days, "room": room}
        return _page(request, visit, ports, here, member, typed=typed, wrong=_what_is_wrong(ports, here, typed))
    return _back(here, member, visit, said="expected")


def _what_is_wrong(ports: Services, home: Home, typed: Mapping[str, object]) -> str:
    """The sentence of the catalogue that fits."""
    if len(ports.families.families().expected.get(home.id, ())) >= MOST_EXPECTED:
        return "wishes.wrong_many"
    if not str(typed["label"]).strip():
        return "wishes.wrong_label"
    return "wishes.wrong_days" if not typed["weekdays"] else "wishes.wrong_times"


@router.post("/family/expected/remove")
def expect_no_more(visit: WishForm, ports: Ports, home: Text, expected: Text, person: Text = "") -> Response:
    here, member = wishes.member_for(ports, visit.viewer, home, person)
    if not wishes.may_expect(visit.viewer, member):
        return _back(here, member, visit, problem=Code.FORBIDDEN.value)
    try:
        wishes.remove_expectation(ports, here, expected)
    except Problem as problem:
        return _back(here, member, visit, problem=problem.code.value)
    return _back(here, member, visit, said="expected_no_more")


@router.get(KIN)
def kin_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.RECORD_CONSENT))],
    ports: Ports,
    looks: Looks,
    home: Annotated[str, Query(max_length=200)],
) -> Response:
    """What the resident agrees that each of the family hears, and what each wishes."""
    here = home_for(ports, visit.viewer, home)
    looks.note(visit.viewer, "kin", here.id, ports.clock.now())
    return _kin(request, visit, ports, here)


def _kin(
    request: Request, visit: Visit, ports: Services, here: Home, *, refused: tuple[str, Scope] | None = None
) -> Response:
    """`refused`: of whom a consent was not taken down, and which."""
    return shell(request, ports, visit, home=here).page(
        "kin",
        status=UNPROCESSABLE if refused else 200,
        refused=refused,
        home=here,
        members=wishes.members(ports, here),
        scopes=tuple(Scope),
        consents=ports.families.consents(here.id),
        now=ports.clock.now(),
        expected=ports.families.families().expected.get(here.id, ()),
    )


@router.post(f"{KIN}/consent")
def consent(
    request: Request,
    visit: ConsentForm,
    ports: Ports,
    home: Text,
    person: Text,
    scope: Annotated[Scope, Form()],
    how: Text = "",
) -> Response:
    here, member = wishes.member_for(ports, visit.viewer, home, person)
    try:
        wishes.record_consent(ports, visit.viewer, here, member, scope=scope, how=how)
    except Problem:
        return _kin(request, visit, ports, here, refused=(member.person.id, scope))
    return go_on(KIN, home=here.id, said="consent_kept")
