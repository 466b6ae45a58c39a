"""The street of the interface's tests: areas, twelve homes, devices, people, ties, rota and logins."""

from datetime import time

from api.passwords import hash_password
from core.duty import Post, Shift
from core.people import AccessRole, Account, Bond, Directory, Language, Person, Route, Tie
from core.places import Area, AreaKind, Device, Gateway, Home, Inventory, Role, Room

PASSWORD = "wide awake 2026"

AREAS = (
    Area("street", AreaKind.STREET, "临河街道"),
    Area("community", AreaKind.COMMUNITY, "临园社区", "street"),
    Area("grid-1", AreaKind.GRID, "第一网格", "community"),
    Area("grid-2", AreaKind.GRID, "第二网格", "community"),
    Area("building-5", AreaKind.BUILDING, "5号楼", "grid-1"),
    Area("building-7", AreaKind.BUILDING, "7号楼", "grid-1"),
    Area("building-9", AreaKind.BUILDING, "9号楼", "grid-2"),
)

_RESIDENTS = {
    "building-5/0101": "李桂兰",
    "building-5/0203": "张德明",
    "building-5/0302": "陈玉珍",
    "building-5/0601": "刘淑芬",
    "building-7/0102": "赵国强",
    "building-7/0301": "孙秀华",
    "building-7/0402": "王秀英",
    "building-7/0503": "周福生",
    "building-9/0101": "吴月娥",
    "building-9/0202": "郑长根",
    "building-9/0401": "冯玉兰",
    "building-9/0502": "何永年",
}

HOMES = tuple(
    Home(
        id_,
        id_.split("/")[0],
        f"临园小区{id_.split('/')[0].removeprefix('building-')}号楼{id_.split('/')[1].lstrip('0')}",
        resident=name,
        door_note="门禁密码 2580，敲门请用力。" if id_ == "building-7/0402" else None,
    )
    for id_, name in _RESIDENTS.items()
)

FALLEN, STOVE, PRESSED, BLIND, PARTIAL, WELL = (
    "building-7/0402",
    "building-5/0203",
    "building-9/0202",
    "building-7/0503",
    "building-5/0601",
    "building-5/0101",
)

_KIT = (
    ("bathroom_pir", Room.BATHROOM, Role.ROOM, "卫生间人体感应"),
    ("bedroom_pir", Room.BEDROOM, Role.ROOM, "卧室人体感应"),
    ("living_pir", Room.LIVING, Role.ROOM, "客厅人体感应"),
    ("kitchen_pir", Room.KITCHEN, Role.ROOM, "厨房人体感应"),
    ("front_door", Room.ENTRANCE, Role.FRONT_DOOR, "入户门磁"),
    ("sos", Room.BEDROOM, Role.SOS, "床头呼救按钮"),
)


def gateway_of(home: str) -> str:
    return "g-" + home.removeprefix("building-").replace("/", "-")


GATEWAYS = tuple(Gateway(gateway_of(home.id), home.id, "") for home in HOMES)
DEVICES = tuple(
    Device(f"{gateway_of(home.id)}/{name}", home.id, room, role, gateway_of(home.id), label)
    for home in HOMES
    for name, room, role, label in _KIT
)

STAFF = {
    "admin": "林主任",
    "desk": "社区值班台 方晴",
    "street-desk": "街道值班台 许宁",
    "li": "网格员 李伟",
    "qian": "网格员 钱进",
    "captain-5": "楼栋长 马建国",
    "captain-7": "楼栋长 高丽",
    "fang": "王芳",
    "mei": "安装员 梅姐",
}


def resident(home: str) -> str:
    return f"resident-{home}"


PEOPLE = (
    *(Person(resident(home), name, routes=(Route("console", name),)) for home, name in _RESIDENTS.items()),
    *(Person(id_, name, Language.CHINESE, (Route("console", name),)) for id_, name in STAFF.items()),
)

TIES = (
    *(Tie(resident(home.id), Bond.RESIDENT, home=home.id) for home in HOMES),
    Tie("fang", Bond.FAMILY, home=FALLEN),
    Tie("fang", Bond.FAMILY, home=WELL),
    Tie("captain-5", Bond.CAPTAIN, area="building-5"),
    Tie("captain-7", Bond.CAPTAIN, area="building-7"),
)

ROTA = (
    Shift("s1", "grid-1", Post.GRID_WORKER, "li", time(8), time(20)),
    Shift("s2", "community", Post.DESK, "desk", time(0), time(0)),
    Shift("s3", "street", Post.DESK, "street-desk", time(0), time(0)),
)
"""Grid 2 has nobody on duty: a gap."""


def accounts_without_passwords(hashed: str = "") -> tuple[Account, ...]:
    """One login per role, a second responder, and one that was switched off."""
    return (
        Account("admin", "admin", AccessRole.ADMIN, hashed),
        Account("desk", "desk", AccessRole.DESK, hashed, areas=("community",)),
        Account("li", "li", AccessRole.RESPONDER, hashed, areas=("grid-1",)),
        Account("qian", "qian", AccessRole.RESPONDER, hashed, areas=("grid-2",)),
        Account("fang", "fang", AccessRole.FAMILY, hashed, areas=("community",), homes=(FALLEN, WELL)),
        Account("mei", "mei", AccessRole.INSTALLER, hashed, areas=("grid-1",)),
        Account("gone", "li", AccessRole.DESK, hashed, areas=("community",), active=False),
    )


def accounts() -> tuple[Account, ...]:
    """All with the same password; hashing takes a moment, so it is done once."""
    return accounts_without_passwords(hash_password(PASSWORD))


INVENTORY = Inventory.of(AREAS, HOMES, GATEWAYS, DEVICES)
DIRECTORY = Directory({person.id: person for person in PEOPLE}, TIES)
