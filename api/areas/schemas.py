"""Bodies of areas."""

from pydantic import Field

from api.schema import Body, example
from core.duty import Post
from core.places import AreaKind


class CountBody(Body):
    """How many homes are in each state."""

    model_config = example(well=57, concern=1, cannot_see=2, homes=60)

    well: int
    concern: int
    cannot_see: int
    homes: int


_AREA = {
    "id": "grid-3",
    "kind": "grid",
    "name": "第三网格",
    "parent": "community-1",
    "count": {"well": 13, "concern": 1, "cannot_see": 1, "homes": 15},
    "post": "grid_worker",
    "on_duty": ["p-li"],
}


class AreaBody(Body):
    model_config = example(**_AREA)

    id: str
    kind: AreaKind
    name: str
    parent: str | None
    count: CountBody
    post: Post | None = Field(description="the post that answers for it; null for a building")
    on_duty: list[str] = Field(description="person ids, first asked first; empty is a gap where there is a post")


class AreaList(Body):
    """Each parent before its children."""

    model_config = example(items=[_AREA])

    items: list[AreaBody]
