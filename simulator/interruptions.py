"""Interruptions: stretches of a recording in which no device said anything for so long that nobody was recording.

What did not check in was not watched. An absence that somebody noted, or a meter noted as silent, is no interruption.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from simulator.recorded import Recorded

INTERRUPTED: Final = 7 * 86400.0
"""Seconds without a line: at home nobody is so quiet."""
_NOTED: Final = 0.5
"""Of an interruption: what is noted for more of it explains it."""


def interruptions(
    readings: Sequence[Recorded], explained: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """From the last line before to the first after, in epoch seconds; `explained`: absences and silent meters."""
    for before, after in pairwise(readings):
        length = after.at - before.at
        if length <= INTERRUPTED:
            continue
        noted = sum(max(0.0, min(end, after.at) - max(start, before.at)) for start, end in explained)
        if noted <= _NOTED * length:
            yield before.at, after.at
