"""Life: the days of one household, each told alone, from waking to the next waking.

A day depends on (seed, home, date) only: history can end and live begin anywhere without a seam.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import takewhile

from simulator.chance import chance
from simulator.community import Household
from simulator.day import MINUTE, Day, Doing, Stay, Visit
from simulator.guests import visits_of
from simulator.plan import write_day
from simulator.spells import Spell, SpellKind, Weekends, spell_on

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class Life:
    """`spells` come on top of those that the seed brings, `weekends` instead of those of the persona."""

    def __init__(
        self,
        household: Household,
        *,
        seed: int,
        spells: tuple[Spell, ...] = (),
        weekends: tuple[Weekends, ...] = (),
    ) -> None:
        self.home = household.home.id
        self.persona = household.persona
        self.zone: tzinfo = household.home.zone
        self.seed = seed
        self._spells = spells
        self._weekends = weekends
        self.day = lru_cache(maxsize=4)(self._day)

    def midnight(self, day: date) -> float:
        """Epoch seconds of local midnight."""
        return datetime.combine(day, time(), self.zone).timestamp()

    def midnight_before(self, at: float) -> float:
        """Local midnight of the date of this instant."""
        return self.midnight(datetime.fromtimestamp(at, self.zone).date())

    def spell(self, day: date) -> Spell | None:
        injected = next((spell for spell in self._spells if spell.first <= day <= spell.last), None)
        return injected or spell_on(day, seed=self.seed, home=self.home)

    def wake(self, day: date) -> float:
        """When the resident gets up: regular, late now and then and at weekends, late when ill."""
        rng = chance(self.seed, self.home, day, "wake")
        minute = rng.gauss(self.persona.wakes, self.persona.wake_spread)
        minute += self._later(day) if day.weekday() >= SATURDAY else 0
        late, shift, spell = rng.random(), rng.uniform(45, 100), self.spell(day)
        if late < self.persona.late_days or (spell is not None and spell.kind is SpellKind.ILL):
            minute += shift
        return self.midnight(day) + min(max(minute, 4 * 60), 10 * 60) * MINUTE

    def _later(self, day: date) -> float:
        """Than on a workday (min)."""
        told = [each for each in self._weekends if each.first <= day]
        return max(told, key=lambda each: each.first).later if told else self.persona.weekend_later

    def date_of(self, at: float) -> date:
        """The date of the day that holds this instant: before waking it is still yesterday."""
        day = datetime.fromtimestamp(at, self.zone).date()
        return day if at >= self.wake(day) else day - ONE_DAY

    def days(self, since: float) -> Iterator[Day]:
        """Endless, from the day that holds `since`."""
        day = self.date_of(since)
        while True:
            yield self.day(day)
            day += ONE_DAY

    def stay_at(self, at: float) -> Stay:
        stays = self.day(self.date_of(at)).stays
        return next(stay for stay in reversed(stays) if stay.start <= at)

    def visits(self, day: date) -> tuple[Visit, ...]:
        """Those that begin on this day; who stays the night leaves on the next."""
        following = self.day(day + ONE_DAY)
        return visits_of(self.day(day), following, self.persona, chance(self.seed, self.home, day, "guests"))

    def is_visited(self, since: float, until: float) -> bool:
        """Is somebody else in the home at any time between two instants?"""
        meant = takewhile(lambda day: day.start < until, self.days(since - ONE_DAY.total_seconds()))
        return any(visit.start < until and visit.end > since for day in meant for visit in self.visits(day.date))

    def is_doing(self, since: float, until: float) -> set[Doing]:
        """Everything done between two instants."""
        meant = takewhile(lambda day: day.start < until, self.days(since))
        return {stay.doing for day in meant for stay in day.stays if stay.start < until and stay.end > since}

    def _day(self, day: date) -> Day:
        return write_day(
            self.persona,
            rng=chance(self.seed, self.home, day, "day"),
            day=day,
            midnight=self.midnight(day),
            start=self.wake(day),
            end=self.wake(day + ONE_DAY),
            spell=self.spell(day),
        )
