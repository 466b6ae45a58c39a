"""Routine: how long this home is usually quiet, by hour, by age of the quiet, and by where somebody was last seen.

What people set is a budget of false alarms; the price of one is put where this home's own days would exceed it just
that often, and every hour and place waits for as long as that is worth.
"""

import base64
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from core.routine import WeekShown
from detectors.hazard import learn, no_weights
from detectors.instants import DAY, HOUR, wall
from detectors.lasting import STARTS, of_every_place
from detectors.likeness import Kit, Likeness, kit_of
from detectors.longest import GROUPS, Longest
from detectors.price import Price
from detectors.quiets import BATHROOM, BED, HOURS, PLACES, SHAPE, SHORT, Floats, Quiet, Quiets
from detectors.rising import LATE, Rising
from detectors.waiting import BATHROOM_RISK, Steps, first_steps, seconds_after, steps_of
from detectors.weekend import DAWN, Morning, Weekend

HALF_LIFE_DAYS = 45.0
_FADE = 0.5 ** (1.0 / HALF_LIFE_DAYS)
WORTH_NOTING = 15 * 60.0
"""A quiet shorter than this (s) is never a day's least usual one."""
_LIVED = 2
"""Quiets that a day must have to count as lived at home."""
_HALF_HOUR, _NOON = HOUR / 2, 12 * HOUR
_EVERY_DAY_UNTIL, _SELDOM = 28, 3
"""Until so many days are known each of them is learned from at once; later every third evening."""
_MOVES_OF_OLD = 6
_CELLS_OF_OLD = 24 * 7 * 3


_NOTED = 4
_SAME = 1e-3


class Noted(NamedTuple):
    """An unusual quiet that was learned from. `start`: seconds since the epoch; `quiet`: by the home's own clock;
    `days`: known then; `longest`: what had been the longest before it there; `lasted`: how long it was (s).
    """

    start: float
    quiet: Quiet
    days: int
    longest: float
    lasted: float


def _start(local: float) -> int:
    return int(local % DAY // _HALF_HOUR)


class Routine:
    """What is learned of one home's quiet times. `density` says how many of its signs are seen: 1 where motion is seen
    in most rooms. `risk`: how many times an hour of waiting counts in the bathroom.

    It learns in days of the home's own clock: what a day taught comes into force with the next one's first sign. What
    homes like it are `like` holds until it has days of its own, and less with each. How weekends differ is told by who
    counts its days: `weekend` is theirs.
    """

    __slots__ = (
        "_like", "_lived", "_longest", "_noted", "_price", "_quiets", "_rising", "_steps", "_timezone", "_weekend",
        "_weights", "_worst", "budget", "day", "days", "density", "in_force", "risk",
    )  # fmt: skip

    def __init__(
        self,
        timezone: str,
        *,
        budget: float,
        density: float,
        risk: float = BATHROOM_RISK,
        like: Likeness | None = None,
        weekend: Weekend | None = None,
    ) -> None:
        self._timezone = timezone
        self.budget = budget
        self.in_force: float | None = budget  # by which the thresholds were reckoned; None: not known
        self.density = density
        self.risk = risk
        self.day = -1
        self.days = 0
        self._quiets = Quiets()
        self._longest = Longest()
        self._lived = 0
        self._worst: tuple[float, Quiet | None] = (0.0, None)
        self._noted: list[Noted] = []
        self._weekend = weekend or Weekend()
        self._begin(like)
        self._steps = first_steps(density, self.cost(), risk) if like is None else self.steps_at(budget)

    def use_kit(self, density: float, risk: float) -> Kit:
        """Devices were added or taken away: from the next day on it is learned so."""
        self.density, self.risk = density, risk
        return kit_of(density, risk)

    def _begin(self, like: Likeness | None) -> None:
        """As homes like it are, or as any may be."""
        self._like = like
        self._price = Price(HALF_LIFE_DAYS, None if like is None else like.tail)
        self._weights = no_weights() if like is None else like.weights
        self._rising = Rising(None if like is None else like.awake)

    @property
    def likened_to(self) -> int:
        """How many homes told what to expect of this one."""
        return 0 if self._like is None else self._like.homes

    @property
    def weights(self) -> Floats:
        """Of the hazard's terms, as learned."""
        return self._weights

    @property
    def tail(self) -> tuple[float, float]:
        """Of what a day's strangest quiet needs: where it begins, and the mean excess."""
        return self._price.tail

    def threshold(self, t: float, place: int) -> float:
        """Seconds of quiet after a sign at `t`, seen there, that are no longer usual; unbounded by any floor."""
        local = wall(self._timezone, t)
        if not self._is_sleep(local, place):
            return seconds_after(int(self._steps[_start(local), place]))
        steps = self._steps[_start(self._weekend.own(local)), place]
        return self._weekend.lasts(local, seconds_after(int(steps)))

    @property
    def steps(self) -> Steps:
        """What is in force: steps of waiting, by half hour and place."""
        return self._steps

    def widest_threshold(self, t: float) -> float:
        """The same when nobody knows where the person was last."""
        local = wall(self._timezone, t)
        return self._weekend.lasts(local, seconds_after(int(self._steps[_start(self._weekend.own(local))].max())))

    def _is_sleep(self, local: float, place: int) -> bool:
        """May a quiet that begins at this time of the wall clock, there, be a night that goes on? Whoever is in the
        living room at six is up, whatever the day, and in the bathroom too; unless rooms are hardly told apart.
        """
        if not self._weekend.later:
            return False
        if place in BED or self.risk < BATHROOM_RISK:
            return True
        return place != BATHROOM and not DAWN <= local % DAY < _NOON

    def usual_longest(self, t: float, place: int) -> float:
        """The longest quiet (s) that ever began within an hour of this time of day, there; 0 if none is known."""
        return self._longest.usual(wall(self._timezone, t), place)

    def longest_by_hour(self, place: int) -> tuple[float, ...]:
        """The longest quiet (s) that began in each hour there and ended well."""
        return self._longest.by_hour(place)

    def up_by_hour(self) -> tuple[float, ...]:
        """The share of days with life outside the bedroom in each hour."""
        return self._rising.by_hour()

    def week(self) -> WeekShown | None:
        """How weekends differ from workdays; None before something is known of both."""
        return self._weekend.shown()

    @property
    def later_at_weekends(self) -> float:
        """By how much (s) they rise later then; 0 while that cannot be told from chance."""
        return self._weekend.later

    def spans(self, t: float, gap: float, place: int) -> Morning | None:
        """The last morning, from three until they usually are up at weekends, that a quiet of this length (s) touches,
        begun at `t`, there. None where all mornings are alike, and to whom is up already.
        """
        local = wall(self._timezone, t)
        return self._weekend.spans(local, gap) if self._is_sleep(local, place) else None

    def hours_spent(self) -> Floats:
        """Hours of quiet by hour of its beginning, age and place; days long gone count less."""
        return self._quiets.counted()[1].reshape(SHAPE)

    def days_known(self) -> float:
        """Days behind that, faded as they are."""
        return float((1.0 - _FADE**self.days) / (1.0 - _FADE))

    def up_by(self, t: float) -> float:
        """For a quiet that begins by night: when, after `t`, somebody here is nearly always up. `t` itself by day."""
        local = wall(self._timezone, t)
        morning = int((local + DAY - LATE * HOUR) // DAY)
        return t + self._rising.until_up(local % DAY, self._weekend.usually_up(morning))

    def hear(self, t: float, place: int) -> None:
        """A sign of life: the first of a local day ends the day before. Who turns over in bed is not up."""
        local = wall(self._timezone, t)
        if local // DAY > self.day:
            lived = self.day >= 0 and self._lived >= _LIVED
            self.day = int(local // DAY)
            if lived:
                self._end_day()
            self._lived = 0
            self._worst = (0.0, None)
            self._rising.today = 0
        if self.in_force != self.budget:
            self._reckon()
            self._worst = self._judged(self._worst[1])
        if place not in BED:
            self._rising.see(local % DAY)

    def learn(self, start: float, end: float, place: int, *, unusual: bool = False) -> None:
        """A quiet from sign to sign that ended, all of it seen, with somebody at home. What is `unusual` may be taken
        back when it turns out that it did not end well.
        """
        gap = end - start
        if gap < SHORT:
            return
        self._lived += 1
        local = wall(self._timezone, start)
        quiet = Quiet(local % DAY, gap, place)
        if self._is_sleep(local, place):
            quiet = Quiet(self._weekend.own(local) % DAY, self._weekend.lived(local, gap), place)
        before = self._longest.note(local, place, gap)
        self._quiets.add(quiet)
        if gap >= WORTH_NOTING:
            self._worst = max(self._worst, self._judged(quiet), key=lambda each: each[0])
        if unusual:
            self._noted = [*self._noted, Noted(start, quiet, self.days, before, gap)][-_NOTED:]

    def take_back(self, start: float) -> bool:
        """Somebody was in need in the quiet that began at `start`: nothing is usual about it. What it has taught is
        forgotten, as far as it is known still which one it was. False if it is not.
        """
        noted = next((each for each in self._noted if abs(each.start - start) < _SAME), None)
        if noted is None:
            return False
        self._noted = [each for each in self._noted if each is not noted]
        quiet, past = noted.quiet, self.days - noted.days
        self._longest.take_back(wall(self._timezone, start), quiet.place, noted.lasted, noted.longest)
        self._quiets.take_back(quiet, _FADE ** (past - 1) if past else 0.0)
        if past:
            self._price.take_back(noted.days + 1, quiet)
            self._learn()
        elif self._worst[1] == quiet:
            self._worst = (0.0, None)
        return True

    def _judged(self, quiet: Quiet | None) -> tuple[float, Quiet | None]:
        """With how much of the wait that is in force it lasted."""
        if quiet is None:
            return 0.0, None
        return quiet.gap / seconds_after(int(self._steps[int(quiet.second // _HALF_HOUR), quiet.place])), quiet

    def _end_day(self) -> None:
        self.days += 1
        self._rising.end_day(self.days)
        self._quiets.end_day(_FADE)
        self._price.keep(self.days, self._worst[1])
        if self.days <= _EVERY_DAY_UNTIL or self.days % _SELDOM == 0:
            self._learn()

    def _learn(self) -> None:
        held_to = None if self._like is None else self._like.weights
        learned = learn(*self._quiets.counted(), self._weights, self.density, held_to=held_to)
        self._weights = learned.weights
        self._price.judge(self.days, learned, self.density, self.risk)
        self._reckon()

    def use_budget(self, budget: float) -> None:
        """From the next sign of life on: a quiet that has begun is judged by what held when it began."""
        self.budget = budget

    def _reckon(self) -> None:
        self._steps = self.steps_at(self.budget)
        self.in_force = self.budget

    def steps_at(self, budget: float) -> Steps:
        """Steps of waiting, by half hour and place, were this the budget."""
        return steps_of(of_every_place(self._weights, self.density), self.cost(budget), self.risk)

    def cost(self, budget: float | None = None) -> float:
        """How many hours of waiting a false alarm costs here, so that alarms stay within the budget, or another one."""
        return self._price.cost(self.budget if budget is None else budget)

    def snapshot(self) -> dict[str, Any]:
        packed = zlib.compress(self._weights.tobytes() + self._longest.tobytes() + self._steps.tobytes(), 1)
        ratio, worst = self._worst
        return {
            "quiets": self._quiets.snapshot(),
            "price": self._price.snapshot(),
            "tables": base64.b64encode(packed).decode("ascii"),
            "awake": list(self._rising.by_hour()),
            "worst": [ratio, *(worst or ())],
            "days": [self.day, self.days, self._rising.today, self._lived],
            "budget": self.in_force,
            "like": None if self._like is None else self._like.to_json(),
            "noted": [[each.start, *each.quiet, each.days, each.longest, each.lasted] for each in self._noted],
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self._begin(Likeness.from_json(like) if (like := body.get("like")) else None)
        if "quiets" not in body:
            self._take_over(body)
            return
        self._quiets.restore(body["quiets"])
        self._price.restore(body["price"])
        packed = zlib.decompress(base64.b64decode(body["tables"]))
        weights, longest = 4 * self._weights.size, 4 * HOURS * GROUPS
        self._weights = np.frombuffer(packed[:weights], np.float32)
        self._longest = Longest(packed[weights : weights + longest])
        self._steps = np.frombuffer(packed[weights + longest :], np.uint8).reshape(STARTS, PLACES)
        self._rising = Rising(body["awake"])
        ratio, *worst = body["worst"]
        self._worst = (ratio, Quiet(worst[0], worst[1], int(worst[2])) if worst else None)
        self.day, self.days, self._rising.today, self._lived = body["days"]
        self.in_force = body.get("budget")
        self._noted = [
            Noted(start, Quiet(second, gap, int(place)), int(days), longest, *lasted or (gap,))
            for start, second, gap, place, days, longest, *lasted in body.get("noted", ())
        ]

    def _take_over(self, body: Mapping[str, Any]) -> None:
        """What versions 1 and 2 knew: their counts, by other cells. The price is learned anew."""
        packed = zlib.decompress(base64.b64decode(body["tables"]))
        flat = np.frombuffer(packed[: 4 * (2 * _CELLS_OF_OLD + HOURS * GROUPS)], np.float32)
        self._longest = Longest(flat[2 * _CELLS_OF_OLD :].tobytes())
        self._rising = Rising(next(values for values in body["small"] if len(values) == HOURS))
        self.day, self.days, self._rising.today = body["days"]
        self._quiets.take_over(flat[:_CELLS_OF_OLD], flat[_CELLS_OF_OLD : 2 * _CELLS_OF_OLD])
        self._weights = learn(*self._quiets.counted(), self._weights, self.density, moves=_MOVES_OF_OLD).weights
        self._reckon()
