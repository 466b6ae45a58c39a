"""Thin evidence: reasons for which a quiet is waited for longer before anybody is asked, and by how much.

Two independent kinds of evidence, all that usually shows somebody, and presence that is known: each of them that is
missing makes a quiet less telling, and a visit in vain likelier.
"""

from collections.abc import Sequence
from typing import Final

from core.routine import Doubt
from detectors.view import View

INDEPENDENT_KINDS = 2
MOSTLY_SEEN = 0.85
"""Below this share of the usual signs quiets grow longer, and somebody may have left the bathroom unseen."""
TIMES: Final = (1.0, 1.5, 2.0)
"""What a threshold is multiplied by for no, one, and more than one doubt."""


def doubts_of(view: View, *, unsure: bool, overdue: bool) -> tuple[Doubt, ...]:
    """`unsure`: presence is not known, though a front door could tell; `overdue`: as they are out for too long."""
    found = {
        Doubt.ONE_KIND: view.families < INDEPENDENT_KINDS,
        Doubt.PARTLY_SEEN: view.coverage < MOSTLY_SEEN,
        Doubt.PRESENCE: unsure and not overdue,
        Doubt.OVERDUE: unsure and overdue,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def times_for(doubts: Sequence[Doubt]) -> float:
    """What a threshold is multiplied by for these."""
    return TIMES[min(len(doubts), len(TIMES) - 1)]
