"""The drill's town, from a seed: thousands of people with all their gaps, and who ought to be asked, said once more.

`expected` is written from the rules and shares no code with `alerts.reach`: the oracle judges by it.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from core.duty import Post, Shift
from core.people import Bond, Directory, Language, Person, Route, Tie
from core.places import Area, AreaKind, Home, Inventory
from core.policies import Target

WAYS = ("app", "sms", "voice")
_IN_A_COMMUNITY, _IN_A_GRID, _IN_A_BUILDING = 400, 100, 20
_LOCAL = timedelta(hours=8)  # the homes' zone: Asia/Shanghai has no daylight saving
_DAY, _NIGHT = _ENDS = time(8), time(20)
_POSTS = (Target.GRID_WORKER, Target.COMMUNITY_DESK, Target.STREET_DESK)
STREET = "street"


@dataclass
class Town:
    """`behind` holds, by home and target, who is asked whatever the hour; `desks` and `grids` who is on duty by day
    and by night (nobody is a gap in the rota). `roles` is what each responder is asked as.
    """

    inventory: Inventory
    directory: Directory
    rota: tuple[Shift, ...]
    behind: Mapping[tuple[str, Target], tuple[str, ...]]
    duty: Mapping[tuple[str, Target], tuple[tuple[str, ...], tuple[str, ...]]]
    roles: Mapping[str, Target]
    homes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.homes = tuple(self.inventory.homes)

    def expected(self, home: str, target: Target, at: datetime) -> tuple[str, ...]:
        """Who is behind this target of this home at this instant and has any way to be reached."""
        known = self.behind.get((home, target))
        if known is None:
            known = self._holding(home, target, at)
        return tuple(person for person in known if self.directory.people[person].routes)

    def _holding(self, home: str, target: Target, at: datetime) -> tuple[str, ...]:
        by_day, by_night = self.duty[home, target]
        return by_day if _DAY <= (at + _LOCAL).time().replace(tzinfo=None) < _NIGHT else by_night

    def goes_home(self, home: str, person: str, at: datetime) -> datetime | None:
        """When the watch ends that this person now keeps over the home; None without one."""
        if not any(person in self._holding(home, post, at) for post in _POSTS):
            return None
        local = at + _LOCAL
        ends = (datetime.combine(local.date() + timedelta(days=n), end, at.tzinfo) for n in (0, 1) for end in _ENDS)
        return next(end for end in ends if end > local) - _LOCAL

    def relief(self, home: str, person: str, since: datetime, at: datetime) -> str | None:
        """Who is asked to take what this person took on a watch that is over; None where nobody can be."""
        posts = [post for post in _POSTS if person in self._holding(home, post, since)]
        if not posts or any(person in self._holding(home, post, at) for post in _POSTS):
            return None
        above = _POSTS[_POSTS.index(posts[0]) :]
        return next((one for post in above for one in self.expected(home, post, at)), None)


def new_town(seed: int, homes: int) -> Town:
    """The same seed gives the same town."""
    return _Builder(random.Random(f"town {seed}")).build(homes)


@dataclass
class _Builder:
    chance: random.Random
    areas: list[Area] = field(default_factory=lambda: [Area(STREET, AreaKind.STREET, "街道")])
    homes: list[Home] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    behind: dict[tuple[str, Target], tuple[str, ...]] = field(default_factory=dict)
    duty: dict[tuple[str, Target], tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    roles: dict[str, Target] = field(default_factory=dict)

    def build(self, homes: int) -> Town:
        street = self._on_duty(STREET, Target.STREET_DESK, gaps=0.0)
        for community, first in enumerate(range(0, homes, _IN_A_COMMUNITY)):
            area = f"c{community}"
            self.areas.append(Area(area, AreaKind.COMMUNITY, area, STREET))
            desk = self._on_duty(area, Target.COMMUNITY_DESK, gaps=0.2)
            for start in range(first, min(first + _IN_A_COMMUNITY, homes), _IN_A_GRID):
                self._grid(area, range(start, min(start + _IN_A_GRID, homes)), desk, street)
        inventory = Inventory.of(self.areas, self.homes)
        directory = Directory(self.people, tuple(self.ties))
        return Town(inventory, directory, tuple(self.shifts), self.behind, self.duty, self.roles)

    def _grid(
        self,
        community: str,
        numbers: range,
        desk: tuple[tuple[str, ...], tuple[str, ...]],
        street: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> None:
        grid = f"{community}-g{numbers.start // _IN_A_GRID}"
        self.areas.append(Area(grid, AreaKind.GRID, grid, community))
        workers = self._on_duty(grid, Target.GRID_WORKER, gaps=0.1)
        for start in range(numbers.start, numbers.stop, _IN_A_BUILDING):
            building = f"b{start // _IN_A_BUILDING}"
            self.areas.append(Area(building, AreaKind.BUILDING, building, grid))
            captain = self._captain(building)
            for number in range(start, min(start + _IN_A_BUILDING, numbers.stop)):
                home = self._home(f"h{number}", building)
                self.behind[home, Target.CAPTAIN] = captain
                self.duty[home, Target.GRID_WORKER] = workers
                self.duty[home, Target.COMMUNITY_DESK] = desk
                self.duty[home, Target.STREET_DESK] = street

    def _captain(self, building: str) -> tuple[str, ...]:
        if self.chance.random() < 0.1:
            return ()
        captain = self._person(f"{building}-captain")
        self.roles[captain] = Target.CAPTAIN
        self.ties.append(Tie(captain, Bond.CAPTAIN, area=building))
        return (captain,)

    def _home(self, home: str, building: str) -> str:
        self.homes.append(Home(home, building, home, resident=home))
        resident = self._person(f"{home}-resident", silent=0.2)
        self.ties.append(Tie(resident, Bond.RESIDENT, home=home))
        family = tuple(self._person(f"{home}-family{n}") for n in range(self.chance.choice((0, 1, 1, 2, 3))))
        self.ties += [Tie(one, Bond.FAMILY, home=home, rank=rank) for rank, one in enumerate(family, 1)]
        self.behind[home, Target.RESIDENT] = (resident,)
        self.behind[home, Target.FAMILY] = family
        return home

    def _on_duty(self, area: str, role: Target, *, gaps: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """By day and by night. A gap is a watch that nobody holds."""
        held = [self._watch(area, role, name, gaps=gaps) for name in ("day", "night")]
        return held[0], held[1]

    def _watch(self, area: str, role: Target, name: str, *, gaps: float) -> tuple[str, ...]:
        if self.chance.random() < gaps:
            return ()
        post = Post.GRID_WORKER if role is Target.GRID_WORKER else Post.DESK
        start, end = (_DAY, _NIGHT) if name == "day" else (_NIGHT, _DAY)
        people = tuple(self._person(f"{area}-{name}{n}", silent=0.0) for n in range(self.chance.choice((1, 1, 2))))
        self.roles |= dict.fromkeys(people, role)
        self.shifts += [
            Shift(f"{area}-{name}{rank}", area, post, person, start, end, rank=rank)
            for rank, person in enumerate(people, 1)
        ]
        return people

    def _person(self, id_: str, *, silent: float = 0.05) -> str:
        """`silent`: how probably there is no way at all to reach this person."""
        routes = () if self.chance.random() < silent else tuple(self._routes(id_))
        language = self.chance.choice((Language.CHINESE, Language.CHINESE, Language.ENGLISH))
        self.people[id_] = Person(id_, id_, language, routes)
        return id_

    def _routes(self, id_: str) -> Iterator[Route]:
        for way in self.chance.sample(WAYS, self.chance.choice((1, 2, 2, 3))):
            yield Route(way, f"{way}:{id_}")
