"""Bodies of the family's view."""

from datetime import datetime

from pydantic import Field

from api.family.answers import Answer
from api.schema import Body, example
from core.reassurance import FamilyState

_QUESTION = {"alert": "a-17", "fence": 2, "answers": ["take"]}
_HOME = {
    "home": "building-7/0402",
    "resident": "王秀英",
    "state": "being_checked",
    "as_of": "2026-11-24T01:30:00Z",
    "questions": [_QUESTION],
}


class QuestionBody(Body):
    """Only for whom we have asked by message. Send `alert` and `fence` back with one of `answers`."""

    model_config = example(**_QUESTION)

    alert: str
    fence: int
    answers: list[Answer]


class AnswerBody(Body):
    model_config = example(alert="a-17", fence=2, answer="take")

    alert: str = Field(min_length=1, max_length=200)
    fence: int = Field(ge=0)
    answer: Answer


class FamilyHomeBody(Body):
    model_config = example(**_HOME)

    home: str
    resident: str | None
    state: FamilyState
    as_of: datetime
    questions: list[QuestionBody]


class FamilyHomeList(Body):
    model_config = example(items=[_HOME])

    items: list[FamilyHomeBody]
