"""Goings: after the front door has moved and nothing is seen inside, is somebody out, or only where nothing sees them?

Bayes on this home's own history: how often its people then proved to be out, and how soon they showed themselves if
they were in.
"""

from collections.abc import Sequence
from typing import Any, Final

from detectors.instants import MINUTE

AFTER: Final = tuple(minutes * MINUTE for minutes in (2, 3, 5, 8, 12, 18, 27, 40))
"""When it is asked again, after the door's last movement."""
LONGEST_UNSEEN = 60 * MINUTE
CERTAIN, LIKELY = 0.9, 0.8
"""How sure one must be to go by it that nobody is in, and to say so."""
FADE = 0.985
"""What a going counts for after the next: the last hundred or so matter."""
_PRIOR = 6.0
_UNSEEN: Final = (0.30, 0.22, 0.16, 0.11, 0.07, 0.05, 0.03, 0.02)
_STILL_OUT: Final = (0.96, 0.95, 0.93, 0.90, 0.85, 0.80, 0.70, 0.60)
"""Priors: the share of those in who have not been seen by then, and of those out who have not come back."""


class Goings:
    """Counts by `AFTER`, which fade: `stays` of people who were in and still unseen then, `leaves` of who was out.

    `settle` and `likely`: seconds after the door at which being out is certain enough, and likely enough.
    """

    __slots__ = ("leaves", "likely", "settle", "stays")

    def __init__(self) -> None:
        self.stays = [0.0] * (len(AFTER) + 1)
        self.leaves = [0.0] * (len(AFTER) + 1)
        self._settle()

    def stayed(self, delay: float) -> None:
        """Somebody was in after all, and was seen `delay` seconds after the door. After so long that they may as well
        have come back by a door that said nothing, it teaches nothing.
        """
        if delay > LONGEST_UNSEEN:
            return
        self.stays = _added(self.stays, delay)
        self._settle()

    def left(self, absence: float) -> None:
        """Nobody was in: the door moved again `absence` seconds later with nothing seen inside in between."""
        self.leaves = _added(self.leaves, absence)
        self._settle()

    def out(self, step: int) -> float:
        """How likely it is that nobody is in, with nothing seen until `AFTER[step]`."""
        leaving = self.leaves[step] + _PRIOR * _STILL_OUT[step]
        staying = self.stays[step] + _PRIOR * _UNSEEN[step]
        return leaving / (leaving + staying)

    def _settle(self) -> None:
        self.settle, self.likely = self._surer_than(CERTAIN), self._surer_than(LIKELY)

    def _surer_than(self, share: float) -> float:
        """The first of `AFTER` at which being out is so sure; the last if it never is."""
        return next((after for step, after in enumerate(AFTER) if self.out(step) >= share), AFTER[-1])

    def snapshot(self) -> list[Any]:
        return [[round(count, 6) for count in self.stays], [round(count, 6) for count in self.leaves]]

    def restore(self, body: Sequence[Sequence[float]]) -> None:
        self.stays, self.leaves = (list(counts) for counts in body)
        self._settle()


def _added(counts: Sequence[float], length: float) -> list[float]:
    """With one more, and the others faded. Rounded as a snapshot is, so that a restart changes nothing."""
    lasted = [*(length > after for after in AFTER), True]
    return [round(count * FADE + one, 6) for count, one in zip(counts, lasted, strict=True)]
