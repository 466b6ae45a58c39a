"""Bodies of lessons."""

from datetime import datetime

from pydantic import Field

from api.schema import Body, example
from core.alerts import Outcome
from core.concerns import ConcernKind
from core.lessons import LONGEST_NOTE, TAUGHT, Choice, ChoiceVersion, Ending, Lesson, least_of

_AT = "2026-11-24T01:41:00Z"
_ENDING = {"alert": "a-17", "outcome": "well_at_home", "closed_at": _AT}
_CHOICE = {"number": 1, "choice": "stop", "at": _AT, "by": "p-lin", "note": "儿子住回来了"}
_LESSON = {
    "kind": "silence",
    "factor": 1.0,
    "would_be": 1.35,
    "least": 0.2,
    "most": 2.5,
    "in_vain": 1,
    "real": 0,
    "answered": 3,
    "endings": [_ENDING],
    "chosen": _CHOICE,
}


class EndingBody(Body):
    """A closed alert that counts."""

    model_config = example(**_ENDING)

    alert: str
    outcome: Outcome
    closed_at: datetime

    @classmethod
    def of(cls, ending: Ending) -> "EndingBody":
        return cls(alert=ending.alert, outcome=ending.outcome, closed_at=ending.closed_at)


class ChoiceBody(Body):
    """What was chosen last. None is ever changed; the highest number holds."""

    model_config = example(**_CHOICE)

    number: int
    choice: Choice
    at: datetime
    by: str
    note: str

    @classmethod
    def of(cls, version: ChoiceVersion) -> "ChoiceBody":
        return cls.model_validate(version, from_attributes=True)


class LessonBody(Body):
    """What one kind of concern has learned in this home."""

    model_config = example(**_LESSON)

    kind: ConcernKind
    factor: float = Field(description="how much longer it waits; silence divides the budget by it instead")
    would_be: float = Field(description="the factor had nobody stopped it")
    least: float = Field(description="the factor is never less")
    most: float = Field(description="and never more")
    in_vain: int = Field(description="how often somebody was troubled for nothing, in the past year")
    real: int = Field(description="how often somebody was in need")
    answered: int = Field(description="how often a question to the resident was enough, and nobody was sent")
    endings: list[EndingBody] = Field(description="those that count, the newest first")
    chosen: ChoiceBody | None

    @classmethod
    def of(cls, lesson: Lesson) -> "LessonBody":
        return cls(
            kind=lesson.kind,
            factor=lesson.factor,
            would_be=lesson.would_be,
            least=least_of(lesson.kind),
            most=TAUGHT[lesson.kind].most,
            in_vain=lesson.in_vain,
            real=lesson.real,
            answered=lesson.answered,
            endings=[EndingBody.of(each) for each in lesson.endings],
            chosen=None if lesson.chosen is None else ChoiceBody.of(lesson.chosen),
        )


class LessonList(Body):
    """`learns` false: an operator has turned it off, and every factor is 1 whatever is told here."""

    model_config = example(learns=True, items=[_LESSON])

    learns: bool
    items: list[LessonBody]


class NewChoice(Body):
    """For one home and kind. `seen`: the number of the version that holds, 0 for none."""

    model_config = example(home="building-7/0402", kind="silence", choice="stop", seen=0, note="儿子住回来了")

    home: str = Field(max_length=200)
    kind: ConcernKind
    choice: Choice
    seen: int = Field(ge=0)
    note: str = Field("", max_length=LONGEST_NOTE)
