"""Judgement: does a recorded home look like one of the simulated ones? Feature by feature, as plain figures.

A figure is within where some simulated homes lie below and others above. A distance is small where the recorded home is
no further from all simulated ones than one of these is from the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any, Final

from anxin.comparison.distance import earth_movers, kolmogorov_smirnov, total_variation
from anxin.comparison.features import FEWEST, Feature, quantile
from anxin.comparison.portrait import HOURS, Portrait, pooled
from core.places import Room

Entry = dict[str, Any]
Way = tuple[Room, Room]
WITHIN: Final = "within"
PARTLY: Final = "partly"
OUTSIDE: Final = "outside"


def judged(recorded: Portrait, simulated: Sequence[Portrait]) -> Entry:
    """All of it. Features that one of the two cannot show are left out."""
    features = [
        _feature(mine, others)
        for mine in recorded.features
        if any(figure is not None for figure in mine.figures.values())
        and (others := [found for one in simulated if (found := one.feature(mine.name)) is not None])
    ]
    return {
        "days": round(recorded.days, 1),
        "signs": recorded.signs,
        "simulated_homes": len(simulated),
        "simulated_signs": sum(one.signs for one in simulated),
        "features": features,
        "counts": dict(Counter(one["is"] for one in features)),
        "pauses_by_hour": [_hour(hour, recorded, simulated) for hour in range(HOURS)],
        "active_by_hour": [
            {"recorded": _rounded(recorded.active[hour]), **_span([one.active[hour] for one in simulated])}
            for hour in range(HOURS)
        ],
        "room_changes": _changes(recorded, simulated),
    }


def _feature(mine: Feature, others: Sequence[Feature]) -> Entry:
    figures = dict(_figures(mine, others))
    inside = [one["is"] == WITHIN for one in figures.values()]
    samples = [one.sample for one in others if len(one.sample) >= FEWEST]
    return {
        "name": mine.name,
        "unit": mine.unit,
        "n": mine.count,
        "simulated_n": sum(one.count for one in others),
        "figures": figures,
        "is": WITHIN if all(inside) else PARTLY if any(inside) else OUTSIDE,
        "ks": _distance(kolmogorov_smirnov, mine.sample, samples),
        "earth_movers": _distance(earth_movers, mine.sample, samples),
    }


def _figures(mine: Feature, others: Sequence[Feature]) -> Iterator[tuple[str, Entry]]:
    for label, value in mine.figures.items():
        known = [figure for one in others if (figure := one.figures.get(label)) is not None]
        if value is None or not known:
            continue
        span = _span(known)
        inside = min(known) <= value <= max(known)
        yield label, {"recorded": _rounded(value), **span, "is": WITHIN if inside else OUTSIDE}


def _span(values: Sequence[float]) -> Entry:
    """Of simulated homes."""
    return {"median": _rounded(median(values)), "least": _rounded(min(values)), "most": _rounded(max(values))}


def _distance(
    between: Callable[[Sequence[float], Sequence[float]], float],
    mine: Sequence[float],
    samples: Sequence[tuple[float, ...]],
) -> Entry | None:
    """From the recorded home to all simulated ones, and the least and most from one of these to the rest."""
    if len(mine) < FEWEST or len(samples) < 2:  # noqa: PLR2004 - there must be a rest
        return None
    among = [between(one, pooled([*samples[:number], *samples[number + 1 :]])) for number, one in enumerate(samples)]
    return {
        "recorded": _rounded(between(mine, pooled(samples))),
        "least": _rounded(min(among)),
        "most": _rounded(max(among)),
    }


def _hour(hour: int, recorded: Portrait, simulated: Sequence[Portrait]) -> Entry:
    """Pauses that began in this hour, in minutes."""
    mine = recorded.by_hour[hour]
    homes = [one.by_hour[hour] for one in simulated if len(one.by_hour[hour]) >= FEWEST]
    said: Entry = {"hour": hour, "n": len(mine), "simulated_n": sum(len(one.by_hour[hour]) for one in simulated)}
    for label, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1.0)):
        known = [quantile(home, part) for home in homes]
        mine_too = _rounded(quantile(mine, part)) if len(mine) >= FEWEST else None
        said[label] = {"recorded": mine_too, **(_span(known) if known else {"median": None})}
    return said


def _changes(recorded: Portrait, simulated: Sequence[Portrait]) -> Entry | None:
    """Shares of all changes from one room to another."""
    homes = [one.changes for one in simulated if one.changes]
    mine = recorded.changes
    if mine.total() < FEWEST or len(homes) < 2:  # noqa: PLR2004 - there must be a rest
        return None
    everybody = sum(homes, Counter[Way]())
    among = [total_variation(one, everybody - one) for one in homes if (everybody - one).total()]
    return {
        "n": mine.total(),
        "simulated_n": everybody.total(),
        "total_variation": {
            "recorded": _rounded(total_variation(mine, everybody)),
            "least": _rounded(min(among)),
            "most": _rounded(max(among)),
        },
        "shares": [
            {
                "from": one.value,
                "to": other.value,
                "recorded": _rounded(mine[one, other] / mine.total()),
                **_span([home[one, other] / home.total() for home in homes]),
            }
            for one, other in sorted({*mine, *everybody}, key=lambda pair: (pair[0].value, pair[1].value))
        ],
    }


def _rounded(value: float) -> float:
    """To three figures that say something."""
    return float(f"{value:.3g}")
