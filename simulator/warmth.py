"""Warmth: how warm a home's rooms are at any instant, by season, weather and hour, and by what a script does to it.

A plain function of seed, home and time, as a thermometer sees it: nothing has to be lived through to ask for a day.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import cos, tau

from core.places import Room
from simulator.chance import chance, spread
from simulator.community import Household
from simulator.script import Weather

YEAR = 365.25
COLDEST_DAY = 20
"""Of the year: late in January, the warmest is half a year later. Means as in the cities along the lower Yangtze."""
YEARLY_MEAN, YEARLY_SWING, WEATHER = 17.0, 12.0, 2.0
WALLS_DAYS = 4
GAIN = 4.0
"""K by which lived-in rooms without heating are warmer than the mean of the day outdoors,"""
WARMEST_UNCOOLED = 28.5
"""and what shade, windows and fans leave of a summer's day."""
WARMEST_HOUR, DAILY_SWING = 16.0, 0.8


class Warmth:
    """One home. Most are heated to what old people like, some hardly; most are cooled when it is hot outside."""

    def __init__(self, household: Household, *, seed: int, weathers: Iterable[Weather] = ()) -> None:
        rng = chance(seed, household.home.id, "warmth")
        self._seed = seed
        self._zone: tzinfo = household.home.zone
        self._heated_to = rng.uniform(17.5, 21.0) if rng.random() < 0.7 else rng.uniform(11.0, 14.0)  # noqa: PLR2004
        self._cooled_to = rng.uniform(25.0, 27.5)
        self._rooms = {room: rng.uniform(-0.7, 0.7) for room in Room}
        self._number = rng.randrange(1 << 30)
        self._weathers = tuple(weathers)

    def at(self, room: Room, at: float) -> float:
        """°C at an epoch second."""
        value = self._usual(room, at)
        for weather in self._weathers:
            value = weather.changes(value, self._usual(room, weather.end), at)
        return value

    def _usual(self, room: Room, at: float) -> float:
        local = datetime.fromtimestamp(min(at, 4e9), self._zone)
        hour = local.hour + local.minute / 60
        indoors = min(_outdoors(self._seed, local) + GAIN, WARMEST_UNCOOLED)
        kept = min(max(indoors, self._heated_to), max(self._cooled_to, self._heated_to))
        tremble = 0.3 * (spread(self._number, int(at // 1800)) - 0.5)
        return kept + self._rooms[room] + DAILY_SWING * cos(tau * (hour - WARMEST_HOUR) / 24) + tremble


def _outdoors(seed: int, local: datetime) -> float:
    """The mean of the last days, which is what walls of concrete feel."""
    part = (local.hour + local.minute / 60) / 24
    means = [_daily_mean(seed, local.date() - timedelta(days=ago)) for ago in range(WALLS_DAYS + 1)]
    return (part * means[0] + sum(means[1:-1]) + (1 - part) * means[-1]) / WALLS_DAYS


@lru_cache(maxsize=1024)
def _daily_mean(seed: int, day: date) -> float:
    season = YEARLY_MEAN - YEARLY_SWING * cos(tau * (day.timetuple().tm_yday - COLDEST_DAY) / YEAR)
    return season + chance(seed, "weather", day).gauss(0, WEATHER)
