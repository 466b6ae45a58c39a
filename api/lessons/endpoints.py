"""Lessons as JSON: what a home's endings have taught, and choosing whether they may."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.budgets.rights import place_to_change
from api.depends import ChangesBudgets, Looks, Ports, SeesHomes
from api.errors import Code, Problem, problems
from api.homes.endpoints import home_for
from api.lessons.schemas import LessonBody, LessonList, NewChoice
from api.services import Services
from core.lessons import TAUGHT

router = APIRouter(prefix="/lessons", tags=["lessons"])


@router.get("", responses=problems(Code.NOT_FOUND))
def list_lessons(
    home: Annotated[str, Query(max_length=200)], viewer: SeesHomes, ports: Ports, looks: Looks
) -> LessonList:
    """How alerts ended in this home, and how much longer or shorter each kind of concern is waited for since."""
    here = home_for(ports, viewer, home)
    looks.note(viewer, "lessons", here.id, ports.clock.now())
    return _list(ports, here.id)


@router.post("", responses=problems(Code.NOT_FOUND, Code.REFUSED, Code.STALE))
def choose_lessons(body: NewChoice, viewer: ChangesBudgets, ports: Ports) -> LessonList:
    """Stop it, go on, or forget what was until now. The watch goes by it at once."""
    place_to_change(ports, viewer, home_for(ports, viewer, body.home).id)
    if body.kind not in TAUGHT:
        raise Problem(Code.REFUSED, f"Endings teach nothing about {body.kind.value}.")
    if not ports.lessons.choose(body.home, body.kind, body.choice, seen=body.seen, by=viewer.person, note=body.note):
        raise Problem(Code.STALE, "Somebody has chosen otherwise meanwhile.")
    return _list(ports, body.home)


def _list(ports: Services, home: str) -> LessonList:
    found = ports.lessons.of_home(home)
    return LessonList(learns=ports.lessons.learns, items=[LessonBody.of(each) for each in found])
