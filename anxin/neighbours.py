"""The people around a simulated community: families, building captains, grid workers and desks, with rotas and logins.

For demonstrations and drills: everybody's phone is the `console` channel. All names are invented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from random import Random

from anxin.enroll import AccountRow, PersonRow, Roll, RouteRow, ShiftRow, TieRow
from core.duty import Post
from core.people import AccessRole, Bond, Language
from core.places import AreaKind, Inventory

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
_GIVEN = (
    "敏",
    "伟",
    "芳",
    "磊",
    "静",
    "强",
    "丽",
    "军",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "玲",
)
DAY, NIGHT = time(8), time(20)
INSTALLER = "installer"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A person with what binds them."""

    people: tuple[PersonRow, ...] = ()
    ties: tuple[TieRow, ...] = ()
    shifts: tuple[ShiftRow, ...] = ()


def neighbours(inventory: Inventory, *, seed: int) -> Roll:
    """Residents, family, captains, grid workers by day and night, desks around the clock, and who looks after devices.

    Same seed, same people.
    """
    rng = Random(seed)  # noqa: S311 - invented people, not secrets
    drawn = [*_households(inventory, rng), *_responders(inventory, rng), _Drawn((_person(INSTALLER, "安装员 林师傅"),))]
    return Roll(
        people=[p for d in drawn for p in d.people],
        ties=[t for d in drawn for t in d.ties],
        shifts=[s for d in drawn for s in d.shifts],
    )


def logins(inventory: Inventory, *, home: str, password_hash: str) -> list[AccountRow]:
    """One login per kind of person, all with the same password; the family's is that of `home`."""
    community = _first(inventory, AreaKind.COMMUNITY)
    grid = inventory.area_of_kind(home, AreaKind.GRID)
    assert grid is not None, f"{home} lies in no grid"

    def row(
        login: str, person: str, role: AccessRole, *, areas: Iterable[str] = (), homes: Iterable[str] = ()
    ) -> AccountRow:
        return AccountRow(
            login=login, person=person, role=role, password_hash=password_hash, areas=list(areas), homes=list(homes)
        )

    return [
        row("admin", f"desk-{_first(inventory, AreaKind.STREET)}", AccessRole.ADMIN),
        row("desk", f"desk-{community}", AccessRole.DESK, areas=[community]),
        row("grid", f"worker-{grid.id}-day", AccessRole.RESPONDER, areas=[grid.id]),
        row("installer", INSTALLER, AccessRole.INSTALLER, areas=[_first(inventory, AreaKind.STREET)]),
        row("family", f"family-{home}-1", AccessRole.FAMILY, homes=[home]),
    ]


def _first(inventory: Inventory, kind: AreaKind) -> str:
    return next(area.id for area in inventory.areas.values() if area.kind is kind)


def _person(person: str, name: str, language: Language = Language.CHINESE) -> PersonRow:
    return PersonRow(id=person, name=name, language=language, routes=[RouteRow(channel="console", address=person)])


def _name(rng: Random, surname: str | None = None) -> str:
    return (surname or rng.choice(_SURNAMES)) + rng.choice(_GIVEN)


def _households(inventory: Inventory, rng: Random) -> Iterator[_Drawn]:
    for home in inventory.homes.values():
        resident = home.resident or _name(rng)
        people = [_person(f"resident-{home.id}", resident)]
        ties = [TieRow(person=f"resident-{home.id}", bond=Bond.RESIDENT, home=home.id)]
        for rank in range(1, rng.choice((1, 1, 2)) + 1):
            who = f"family-{home.id}-{rank}"
            abroad = rank > 1 and rng.random() < 0.3  # noqa: PLR2004 - some children live where English is read
            people.append(_person(who, _name(rng, resident[0]), Language.ENGLISH if abroad else Language.CHINESE))
            ties.append(TieRow(person=who, bond=Bond.FAMILY, home=home.id, rank=rank))
        yield _Drawn(tuple(people), tuple(ties))


def _responders(inventory: Inventory, rng: Random) -> Iterator[_Drawn]:
    for area in inventory.areas.values():
        match area.kind:
            case AreaKind.BUILDING:
                who = f"captain-{area.id}"
                tie = TieRow(person=who, bond=Bond.CAPTAIN, area=area.id)
                yield _Drawn((_person(who, _name(rng)),), (tie,))
            case AreaKind.GRID:
                yield _worker(rng, area.id, "day", DAY, NIGHT)
                yield _worker(rng, area.id, "night", NIGHT, DAY)
            case AreaKind.COMMUNITY | AreaKind.STREET:
                who = f"desk-{area.id}"
                shift = ShiftRow(id=f"s-{who}", area=area.id, post=Post.DESK, person=who, start=DAY, end=DAY)
                yield _Drawn((_person(who, f"{area.name}值班台"),), (), (shift,))


def _worker(rng: Random, grid: str, turn: str, start: time, end: time) -> _Drawn:
    who = f"worker-{grid}-{turn}"
    shift = ShiftRow(id=f"s-{who}", area=grid, post=Post.GRID_WORKER, person=who, start=start, end=end)
    return _Drawn((_person(who, _name(rng)),), (), (shift,))
