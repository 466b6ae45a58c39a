"""Who looked at a home: a resident may ask, and the desk must be able to answer."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.depends import Looks, Ports, SeesLooks
from api.errors import Code, problems
from api.homes.endpoints import home_for
from api.looked.schemas import LookBody, LookList
from api.schema import Limit

router = APIRouter(prefix="/looks", tags=["looks"])


@router.get("", responses=problems(Code.NOT_FOUND))
def list_looks(
    home: Annotated[str, Query(max_length=200)], viewer: SeesLooks, ports: Ports, looks: Looks, limit: Limit = 100
) -> LookList:
    """The latest looks at one home, newest first; this one is among them."""
    found = home_for(ports, viewer, home)
    looks.note(viewer, "looks", found.id, ports.clock.now())
    return LookList(items=[LookBody.model_validate(look) for look in ports.accounts.looks(found.id, limit=limit)])
