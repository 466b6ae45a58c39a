"""A small street for the stories: one building, one home, its people and the rotas."""

from datetime import time

from core.duty import Post, Shift
from core.people import Bond, Directory, Language, Person, Route, Tie
from core.places import Area, AreaKind, Home, Inventory

HOME = "building-7/0402"
WANG, MIN, SON, CHEN, LI, ZHAO, DESK, STREET = (
    "wang", "min", "jun", "chen", "li", "zhao", "desk-c", "desk-s",
)  # fmt: skip
CALLED = {
    "resident": WANG,
    "daughter": MIN,
    "son": SON,
    "captain": CHEN,
    "grid worker": LI,
    "night worker": ZHAO,
    "community desk": DESK,
    "street desk": STREET,
}
INVENTORY = Inventory.of(
    [
        Area("street", AreaKind.STREET, "和平街道"),
        Area("community", AreaKind.COMMUNITY, "梧桐社区", "street"),
        Area("grid-3", AreaKind.GRID, "第三网格", "community"),
        Area("building-7", AreaKind.BUILDING, "7号楼", "grid-3"),
    ],
    [
        Home(HOME, "building-7", "7号楼402", resident="王秀英"),
        Home("building-7/0501", "building-7", "7号楼501", resident="孙福"),
    ],
)


def person(id_: str, name: str, *, language: Language = Language.CHINESE) -> Person:
    return Person(id_, name, language, (Route("sms", f"sms:{id_}"), Route("voice", f"voice:{id_}")))


DIRECTORY = Directory(
    {
        p.id: p
        for p in (
            person(WANG, "王秀英"),
            person(MIN, "王敏"),
            person(SON, "王军", language=Language.ENGLISH),
            person(CHEN, "陈伟"),
            person(LI, "李强"),
            person(ZHAO, "赵磊"),
            person(DESK, "梧桐社区值班台"),
            person(STREET, "和平街道值班台"),
        )
    },
    (
        Tie(WANG, Bond.RESIDENT, home=HOME),
        Tie(SON, Bond.FAMILY, home=HOME, rank=2),
        Tie(MIN, Bond.FAMILY, home=HOME, rank=1),
        Tie(CHEN, Bond.CAPTAIN, area="building-7"),
    ),
)
ROTA = (
    Shift("day", "grid-3", Post.GRID_WORKER, LI, time(8), time(20)),
    Shift("night", "grid-3", Post.GRID_WORKER, ZHAO, time(20), time(8)),
    Shift("desk", "community", Post.DESK, DESK, time(0), time(0)),
    Shift("street", "street", Post.DESK, STREET, time(0), time(0)),
)
