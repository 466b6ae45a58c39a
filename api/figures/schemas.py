"""Bodies of figures. Shares are numbers from 0 to 1, spans are seconds."""

from pydantic import Field

from api.figures.view import Figures, Judged, Split, Timed
from api.schema import Body, example
from core.ledger import ServiceLevel, Share, Speed

_LEVEL = {"within_s": 60.0, "share": 0.975}
_SHARE = {"within": 31, "of": 32, "share": 0.96875, "low": 0.8426, "high": 0.9945, "met": False}
_SPEED = {"reached": 32, "median_s": 21.0, "slow_s": 48.0, "levels": [_SHARE]}
_JUDGED = {
    "split": "kind",
    "key": "silence",
    "real": 2,
    "nothing": 1,
    "technical": 0,
    "excluded": 1,
    "open": 0,
    "share": None,
    "low": 0.2077,
    "high": 0.9385,
    "below_floor": False,
}
_TIMED = {"split": "severity", "key": "red", "alerts": 32, "unvisited": 3, "answered": _SPEED, "on_site": _SPEED}


class LevelBody(Body):
    """A promise about red alerts: this share of them within so many seconds of opening."""

    model_config = example(**_LEVEL)

    within_s: float
    share: float

    @classmethod
    def of(cls, level: ServiceLevel) -> "LevelBody":
        return cls(within_s=level.within.total_seconds(), share=level.share)


class ShareBody(Body):
    """`low` to `high` is the 95 % interval of the share (Wilson); `share` and `met` are null below 20 cases."""

    model_config = example(**_SHARE)

    within: int
    of: int = Field(description="how many can be judged: reached, or overdue already")
    share: float | None
    low: float | None
    high: float | None
    met: bool | None = Field(description="is the promise kept? It is made for red alerts")

    @classmethod
    def told(cls, level: ServiceLevel, share: Share) -> "ShareBody":
        found = share.interval
        low, high = (found.low, found.high) if found else (None, None)
        return cls(within=share.within, of=share.of, share=share.share, low=low, high=high, met=level.met(share))


class SpeedBody(Body):
    """Seconds from opening, of those reached; `levels` in the order of the promises."""

    model_config = example(**_SPEED)

    reached: int
    median_s: float | None = Field(description="null where there are none, and where areas were added up")
    slow_s: float | None = Field(description="one in ten took longer")
    levels: list[ShareBody]

    @classmethod
    def told(cls, speed: Speed, promised: tuple[ServiceLevel, ...]) -> "SpeedBody":
        levels = [ShareBody.told(level, share) for level, share in zip(promised, speed.shares, strict=True)]
        return cls(reached=speed.reached, median_s=speed.median_s, slow_s=speed.slow_s, levels=levels)


class PrecisionBody(Body):
    """Alerts by what they turned out to be. `low` to `high`: the 95 % interval of real among the first three."""

    model_config = example(**_JUDGED)

    split: Split
    key: str = Field(description="a kind, an area's or a home's id, a month as 2026-11; empty for all")
    real: int
    nothing: int = Field(description="nobody was needed")
    technical: int = Field(description="a device was wrong")
    excluded: int = Field(description="tests, and those where nobody was seen")
    open: int
    share: float | None = Field(description="null below 20 cases")
    low: float | None
    high: float | None
    below_floor: bool = Field(description="surely below the share that is asked of a kind; only told of kinds")

    @classmethod
    def of(cls, row: Judged, floor: float) -> "PrecisionBody":
        each = row.precision
        found = each.interval
        return cls(
            split=row.split,
            key=row.key,
            real=each.real,
            nothing=each.nothing,
            technical=each.technical,
            excluded=each.excluded,
            open=each.open,
            share=each.share,
            low=found.low if found else None,
            high=found.high if found else None,
            below_floor=row.split is Split.KIND and each.is_below(floor),
        )


class ResponseBody(Body):
    """How fast people were. Rows split by area or month are of red alerts only."""

    model_config = example(**_TIMED)

    split: Split
    key: str
    alerts: int = Field(description="without those closed as a test")
    unvisited: int = Field(description="closed without anybody having gone, such as by telephone")
    answered: SpeedBody
    on_site: SpeedBody

    @classmethod
    def of(cls, row: Timed, figures: Figures) -> "ResponseBody":
        each = row.response
        return cls(
            split=row.split,
            key=row.key,
            alerts=each.alerts,
            unvisited=each.unvisited,
            answered=SpeedBody.told(each.answered, figures.levels.answered),
            on_site=SpeedBody.told(each.on_site, figures.levels.on_site),
        )


class FiguresBody(Body):
    """How right the alerts of these months were, and how fast people."""

    model_config = example(
        months=["2026-11"], answered=[_LEVEL], on_site=[_LEVEL], floor=0.1, precision=[_JUDGED], responses=[_TIMED]
    )

    months: list[str]
    answered: list[LevelBody] = Field(description="promised until somebody answers")
    on_site: list[LevelBody] = Field(description="promised until somebody is at the door")
    floor: float = Field(description="the share of a kind's alerts that must be about somebody in need")
    precision: list[PrecisionBody]
    responses: list[ResponseBody]

    @classmethod
    def of(cls, figures: Figures) -> "FiguresBody":
        return cls(
            months=[f"{day:%Y-%m}" for day in figures.months],
            answered=[LevelBody.of(level) for level in figures.levels.answered],
            on_site=[LevelBody.of(level) for level in figures.levels.on_site],
            floor=figures.floor,
            precision=[PrecisionBody.of(row, figures.floor) for row in figures.precision],
            responses=[ResponseBody.of(row, figures) for row in figures.responses],
        )
