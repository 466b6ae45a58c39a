"""The area tree with its counts, and who answers for each area now."""

from fastapi import APIRouter

from api.areas.overview import branches, watches
from api.areas.schemas import AreaBody, AreaList, CountBody
from api.depends import Looks, Ports, SeesHomes
from api.errors import problems
from api.homes.sight import sights

router = APIRouter(prefix="/areas", tags=["areas"])


@router.get("", responses=problems())
def list_areas(viewer: SeesHomes, ports: Ports, looks: Looks) -> AreaList:
    """Areas that this login sees, with homes counted by state and the people on duty."""
    looks.note(viewer, "areas", "*", ports.clock.now())
    duty = {watch.area.id: watch for watch in watches(ports, viewer)}
    items = []
    for branch in branches(ports.inventory(), viewer, sights(ports, viewer)):
        area, watch = branch.area, duty.get(branch.area.id)
        items.append(
            AreaBody(
                id=area.id,
                kind=area.kind,
                name=area.name,
                parent=area.parent,
                count=CountBody.model_validate(branch.count),
                post=None if watch is None else watch.post,
                on_duty=[] if watch is None else list(watch.people),
            )
        )
    return AreaList(items=items)
