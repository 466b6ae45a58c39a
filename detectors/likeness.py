"""Likeness: what homes with a like kit have turned out to be like, for one that nothing is known of yet.

Empirical Bayes (Robbins 1956; Efron & Morris 1975): a newcomer's routine is held to the mean of those that are known,
and moves to what is its own as its days come in. Fixed when a home is first heard of, and kept with it.
"""

import base64
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from detectors.hazard import no_weights
from detectors.quiets import Floats

FEWEST = 5
"""Homes that must be known before they say anything of another."""
KNOWN_AFTER = 21
"""Days of its own after which a home is known."""
MOST_ASKED = 300
"""More homes would not move the mean."""
_KITS = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """`homes`: how many it was taken from. `weights`: of the hazard's terms; `tail`: where the tail of what a day's
    strangest quiet needs begins, and its mean excess; `awake`: by hour, the share of days with life outside bed.
    """

    homes: int
    weights: Floats
    tail: tuple[float, float]
    awake: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        packed = base64.b64encode(self.weights.astype(np.float16).tobytes()).decode("ascii")
        return {"homes": self.homes, "weights": packed, "tail": list(self.tail), "awake": list(self.awake)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Likeness | None":
        """None where it was of homes that were told by other terms."""
        weights = np.frombuffer(base64.b64decode(body["weights"]), np.float16).astype(np.float32)
        if weights.size != no_weights().size:
            return None
        begins, excess = body["tail"]
        return cls(int(body["homes"]), weights, (begins, excess), tuple(body["awake"]))


class Known(Protocol):
    """A routine as others may be likened to it."""

    @property
    def days(self) -> int: ...

    @property
    def weights(self) -> Floats: ...

    @property
    def tail(self) -> tuple[float, float]: ...

    def up_by_hour(self) -> tuple[float, ...]: ...


def likeness_of(routines: Iterable[Known]) -> Likeness | None:
    """Of those that are known; None where they are too few. Rounded as it is kept: a restart changes nothing."""
    known = [each for each in routines if each.days >= KNOWN_AFTER]
    if len(known) < FEWEST:
        return None
    weights = np.mean([each.weights for each in known], axis=0).astype(np.float16).astype(np.float32)
    begins, excess = (round(float(value), 4) for value in np.mean([each.tail for each in known], axis=0))
    awake = tuple(round(float(share), 4) for share in np.mean([each.up_by_hour() for each in known], axis=0))
    return Likeness(len(known), weights, (begins, excess), awake)


Kit = tuple[int, float]


def kit_of(density: float, risk: float) -> Kit:
    """Kits see alike that show a like share of the signs, and tell rooms apart or do not."""
    return round(density * _KITS), risk


@dataclass(slots=True)
class Kinds:
    """Homes by their kit, in the order of their names: whoever asks after a restart asks the same."""

    _of: dict[Kit, list[str]] = field(default_factory=dict)

    def add(self, kit: Kit, home: str) -> None:
        insort(self._of.setdefault(kit, []), home)

    def remove(self, kit: Kit, home: str) -> None:
        self._of[kit].remove(home)

    def like(self, kit: Kit) -> Sequence[str]:
        """Of a like kit, so many at most as make a difference."""
        return self._of.get(kit, ())[:MOST_ASKED]
