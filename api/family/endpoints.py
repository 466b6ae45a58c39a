"""Well, or being checked: all that family is told here. Who was asked by message may answer."""

from fastapi import APIRouter

from api.depends import AnswersAsFamily, Looks, Ports, SeesFamily
from api.errors import Code, problems
from api.family.answers import give
from api.family.schemas import AnswerBody, FamilyHomeBody, FamilyHomeList, QuestionBody
from api.family.view import FamilyHome, family_homes

router = APIRouter(prefix="/family", tags=["family"])


@router.get("/homes", responses=problems())
def list_family_homes(viewer: SeesFamily, ports: Ports, looks: Looks) -> FamilyHomeList:
    """The homes of this login's family, each well or being checked."""
    found = family_homes(ports, viewer)
    for seen in found:
        looks.note(viewer, "family", seen.home.id, ports.clock.now())
    return FamilyHomeList(items=[_body(seen) for seen in found])


@router.post("/answers", status_code=204, responses=problems(Code.NOT_FOUND, Code.STALE, Code.CLOSED))
def answer_as_family(body: AnswerBody, viewer: AnswersAsFamily, ports: Ports) -> None:
    """Answer what one was asked: take it, be there, say how it was."""
    give(ports, viewer, body.alert, body.answer, fence=body.fence)


def _body(seen: FamilyHome) -> FamilyHomeBody:
    return FamilyHomeBody(
        home=seen.home.id,
        resident=seen.home.resident,
        state=seen.state,
        as_of=seen.as_of,
        questions=[QuestionBody.model_validate(question) for question in seen.questions],
    )
