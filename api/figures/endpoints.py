"""The figures as JSON: how right the alerts were and how fast people."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query

from api.depends import Looks, Ports, SeesAlerts
from api.errors import Code, problems
from api.figures.schemas import FiguresBody
from api.figures.view import figures

router = APIRouter(prefix="/figures", tags=["figures"])

AreaAsked: TypeAlias = Annotated[str, Query(max_length=200, description="only below this area")]
MonthAsked: TypeAlias = Annotated[
    str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$", description="such as 2026-11; empty: the last twelve months")
]


@router.get("", responses=problems(Code.NOT_FOUND))
def get_figures(
    viewer: SeesAlerts, ports: Ports, looks: Looks, area: AreaAsked = "", month: MonthAsked = ""
) -> FiguresBody:
    """Of everything that this login sees, or of one area of it. Tests are in no figure."""
    found = figures(ports, viewer, area=area, month=month)
    looks.note(viewer, "figures", area or "*", ports.clock.now())
    return FiguresBody.of(found)
