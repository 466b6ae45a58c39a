"""What family wishes, expects and may hear, as pages change it: who may change what, and what a form may say.

A member changes their own; the desk, whom people call, changes anybody's of its homes, and writes down consent.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from api.access import Action, Viewer
from api.errors import Code, Problem
from api.services import Services
from core.digest import Digest
from core.family import MOST_EXPECTED, Consent, Expectation, Hears, Scope, Wish
from core.people import Bond, Person
from core.places import Home, Room
from core.ports import StoreRefused

LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the family of a home. `told`: what became of the last daily word."""

    person: Person
    rank: int
    wish: Wish
    scope: Scope
    told: Digest | None = None


def members(ports: Services, home: Home) -> tuple[Member, ...]:
    """Everybody of the family, the first asked first."""
    directory, families = ports.directory(), ports.families.families()
    ties = sorted(
        (tie for tie in directory.ties if tie.home == home.id and tie.bond is Bond.FAMILY),
        key=lambda tie: (tie.rank, tie.person),
    )
    return tuple(
        Member(
            directory.people[tie.person],
            tie.rank,
            families.wish(home.id, tie.person),
            families.scope(home.id, tie.person),
            ports.families.latest_digest(home.id, tie.person),
        )
        for tie in ties
        if tie.person in directory.people
    )


def member_for(ports: Services, viewer: Viewer, home_id: str, person: str) -> tuple[Home, Member]:
    """The home and the member whose wishes this viewer may see and change: family their own (`person` is empty), the
    desk those of its homes. Raises Problem NOT_FOUND for anybody else's.
    """
    home = ports.inventory().homes.get(home_id)
    wanted = (person or viewer.person) if viewer.may(Action.RECORD_CONSENT) else viewer.person
    if home is None or not viewer.sees(home) or (person and person != wanted):
        raise Problem(Code.NOT_FOUND)
    found = next((member for member in members(ports, home) if member.person.id == wanted), None)
    if found is None or (found.scope is Scope.NOTHING and not viewer.may(Action.RECORD_CONSENT)):
        raise Problem(Code.NOT_FOUND)
    return home, found


def save_wish(
    ports: Services, home: Home, member: Member, *, hears: Hears, responsible: bool, digest_at: str, paused_until: str
) -> None:
    """`digest_at` is HH:MM, `paused_until` the first day (YYYY-MM-DD) on which they hear again; either may be empty.

    Raises Problem INVALID.
    """
    now = ports.clock.now()
    try:
        at = _wall(digest_at) if digest_at else None
        until = None
        if paused_until:
            until = datetime.combine(date.fromisoformat(paused_until), time(), home.zone)
    except ValueError:
        raise Problem(Code.INVALID, "A time is written 08:30, a day 2026-12-31.") from None
    if until is not None and not now < until <= now + LONGEST_PAUSE:
        raise Problem(Code.INVALID, "A pause ends on a day to come, within a year.")
    ports.families.save_wish(Wish(home.id, member.person.id, hears, responsible, at, until))


def _wall(text: str) -> time:
    """A time of the home's own clock. Raises ValueError, also for one that names a zone."""
    wall = time.fromisoformat(text)
    if wall.tzinfo is not None:
        raise ValueError(f"{text!r}: a time of the wall clock has no zone")
    return wall


def may_expect(viewer: Viewer, member: Member) -> bool:
    """What is expected tells of the resident's day: family may set it only where the resident agrees to that."""
    return viewer.may(Action.RECORD_CONSENT) or member.scope.holds(Scope.DAY)


def add_expectation(
    ports: Services,
    viewer: Viewer,
    home: Home,
    *,
    label: str,
    start: str,
    end: str,
    weekdays: list[int],
    room: Room | None,
) -> None:
    """Raises Problem INVALID with a sentence that says what is wrong."""
    if len(ports.families.families().expected.get(home.id, ())) >= MOST_EXPECTED:
        raise Problem(Code.INVALID, f"No more than {MOST_EXPECTED} windows for one home.")
    try:
        made = Expectation(
            uuid4().hex[:12],
            home.id,
            label.strip(),
            _wall(start),
            _wall(end),
            viewer.person,
            frozenset(weekdays),
            room,
        )
    except ValueError as error:
        raise Problem(Code.INVALID, str(error)) from None
    try:
        ports.families.save_expectation(made)
    except StoreRefused as error:
        raise Problem(Code.INVALID, str(error)) from error


def remove_expectation(ports: Services, home: Home, id_: str) -> None:
    """Raises Problem STALE when it is not there any more."""
    here = ports.families.families().expected.get(home.id, ())
    if id_ not in {each.id for each in here} or not ports.families.remove_expectation(id_):
        raise Problem(Code.STALE)


def record_consent(ports: Services, viewer: Viewer, home: Home, member: Member, *, scope: Scope, how: str) -> None:
    """Raises Problem INVALID where it is not said how the resident agreed to more than before."""
    if scope.rank > member.scope.rank and not how.strip():
        raise Problem(Code.INVALID, "Write down how the resident agreed: signed, said in person, by telephone.")
    ports.families.record_consent(
        Consent(home.id, member.person.id, scope, ports.clock.now(), viewer.person, how.strip())
    )
