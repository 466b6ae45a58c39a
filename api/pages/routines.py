"""The page of one home's routine: how long it may be quiet, by hour and place, and what a budget buys there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.access import Action
from api.budgets.rights import may_change, place_to_change
from api.budgets.view import budget_at, name_of
from api.depends import Looks, Ports, Requires
from api.homes.endpoints import home_for
from api.pages.budgets import CONFLICT
from api.pages.forms import BudgetForm, Text, go_on
from api.pages.shell import shell
from api.services import Services
from api.sessions import Visit
from core.concerns import ConcernKind
from core.lessons import LONGEST_NOTE, TAUGHT, Choice, Lesson
from core.places import Home
from core.routine import Place, ShownRoutine

router = APIRouter(include_in_schema=False)

PATH = "/routine"
EVERY = 6
"""Half hours between the rows of the table."""
_WIDTH, _HEIGHT, _TALL = 288.0, 120.0, 24.0
_SAME = 1e-3


@dataclass(frozen=True, slots=True)
class Curve:
    """One place's line, as the points of a polyline."""

    place: Place
    points: str


@dataclass(frozen=True, slots=True)
class Row:
    """From `clock` on: how long somebody is waited for who was last noticed in each place."""

    clock: str
    waits: tuple[float, ...]
    longest: float


Bar = tuple[float, float, float]
"""Where it begins, from the left and from above, and how tall it is."""


@dataclass(frozen=True, slots=True)
class WeekView:
    """Workdays, then weekends: when they are up (a clock), of how many days, and the bars of each hour. `later` (s):
    at weekends; `rows`: how long is waited then, where they differ; `unsure`: too few days are known to tell.
    """

    rising: tuple[str, str]
    days: tuple[int, int]
    bars: tuple[tuple[Bar, ...], tuple[Bar, ...]]
    later: float
    rows: tuple[Row, ...]
    unsure: bool


@dataclass(frozen=True, slots=True)
class RoutineView:
    """`top`: hours at the top of the plot."""

    routine: ShownRoutine
    curves: tuple[Curve, ...]
    bars: tuple[Bar, ...]
    rows: tuple[Row, ...]
    top: int
    buys: tuple[tuple[float, float, bool], ...]
    thin: tuple[tuple[float, float], ...]
    week: WeekView | None

    @property
    def times(self) -> float:
        """What waiting is multiplied by now."""
        return self.thin[min(len(self.routine.doubts), len(self.thin) - 1)][0]


@router.get(PATH)
def routine_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.SEE_HOMES))],
    ports: Ports,
    looks: Looks,
    home: Annotated[str, Query(max_length=200)],
) -> Response:
    here = home_for(ports, visit.viewer, home)
    looks.note(visit.viewer, "routine", here.id, ports.clock.now())
    return _page(request, visit, ports, here)


@router.post(f"{PATH}/lessons")
def choose(
    request: Request,
    visit: BudgetForm,
    ports: Ports,
    home: Annotated[str, Form(max_length=200)],
    kind: Annotated[ConcernKind, Form()],
    choice: Annotated[Choice, Form()],
    seen: Annotated[int, Form(ge=0)] = 0,
    note: Text = "",
) -> Response:
    """May endings move how long this home is waited for?"""
    here = home_for(ports, visit.viewer, home)
    place_to_change(ports, visit.viewer, here.id)
    by = visit.viewer.person
    if kind not in TAUGHT or not ports.lessons.choose(here.id, kind, choice, seen=seen, by=by, note=note):
        return _page(request, visit, ports, here, refused=True)
    return go_on(PATH, home=here.id, said="lesson_chosen")


def _page(request: Request, visit: Visit, ports: Services, here: Home, *, refused: bool = False) -> Response:
    found = ports.routines(here.id)
    view = None if found is None else view_of(found)
    budget = budget_at(ports, here.id)
    changes = found is not None and abs(found.budget - budget.value) > _SAME
    return shell(request, ports, visit, home=here).page(
        "routine",
        status=CONFLICT if refused else 200,
        refused=refused,
        lessons=_taught(ports, here.id, budget.value),
        learns=ports.lessons.learns,
        may_change=may_change(visit.viewer, ports.inventory(), here.id),
        longest_note=LONGEST_NOTE,
        home=here,
        view=view,
        set_at=budget.place,
        set_at_name=None if budget.place is None else name_of(ports.inventory(), budget.place),
        next_budget=budget.value if changes else None,
    )


@dataclass(frozen=True, slots=True)
class LessonRow:
    """`budget`: what is left of a silence's budget, or would be; None where waiting itself is longer or shorter."""

    lesson: Lesson
    budget: float | None

    @property
    def seen(self) -> int:
        return 0 if self.lesson.chosen is None else self.lesson.chosen.number

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen instead of what holds."""
        stopped = self.lesson.chosen is not None and self.lesson.chosen.choice is Choice.STOP
        return (Choice.LEARN, Choice.ANEW) if stopped else (Choice.STOP, Choice.ANEW)


def _taught(ports: Services, home: str, budget: float) -> list[LessonRow]:
    """Where there is something to tell."""
    found = ports.lessons.of_home(home)
    return [
        LessonRow(each, budget / each.would_be if each.kind is ConcernKind.SILENCE else None)
        for each in found
        if each.endings or each.answered or each.chosen is not None or each.would_be != 1.0
    ]


def view_of(routine: ShownRoutine) -> RoutineView:
    """As shapes and rows."""
    top = max(2, int(max(max(waits) for waits in routine.waits.values()) // 3600 + 1))
    curves = tuple(Curve(place, _steps(waits, top * 3600.0)) for place, waits in routine.waits.items())
    bars, rows = _bars(routine.up, _HEIGHT), _rows(routine, routine.waits)
    buys = tuple((budget, wait, budget == routine.budget) for budget, wait in sorted(routine.buys.items()))
    return RoutineView(routine, curves, bars, rows, top, buys, tuple(sorted(routine.thin.items())), _week_of(routine))


def _week_of(routine: ShownRoutine) -> WeekView | None:
    if (week := routine.week) is None:
        return None
    workdays, weekends = (f"{int(at // 3600):02d}:{int(at % 3600 // 60):02d}" for at in week.rising)
    bars = _bars(week.up[0], _TALL), _bars(week.up[1], _TALL)
    rows = _rows(routine, routine.at_weekends) if routine.at_weekends else ()
    return WeekView((workdays, weekends), week.days, bars, week.later, rows, week.unsure)


def _bars(shares: Sequence[float], foot: float) -> tuple[Bar, ...]:
    return tuple((12.0 * hour, foot - _TALL * share, _TALL * share) for hour, share in enumerate(shares))


def _steps(waits: Sequence[float], top: float) -> str:
    wide = _WIDTH / len(waits)
    corners = ((n, _HEIGHT * (1 - wait / top)) for n, wait in enumerate(waits))
    return " ".join(f"{n * wide:.1f},{y:.1f} {(n + 1) * wide:.1f},{y:.1f}" for n, y in corners)


def _rows(routine: ShownRoutine, waits: Mapping[Place, Sequence[float]]) -> tuple[Row, ...]:
    return tuple(_row(routine, waits, start) for start in range(0, 48, EVERY))


def _row(routine: ShownRoutine, waits: Mapping[Place, Sequence[float]], start: int) -> Row:
    hours = range(start // 2, (start + EVERY) // 2)
    longest = max(by_hour[hour] for by_hour in routine.longest.values() for hour in hours)
    return Row(f"{start // 2:02d}:00", tuple(waits[place][start] for place in routine.waits), longest)
