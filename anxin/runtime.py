"""The interpreter beneath the service, set for one event loop that must answer at once beside threads that compute."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TURN = 0.0005


def take_short_turns() -> None:
    """A thread that computes (rows for a store, a page) gives way to the event loop ten times as soon as usual.

    The loop gives up the interpreter at every packet it reads or sends, and has to win it back each time.
    """
    sys.setswitchinterval(_TURN)


def set_aside() -> None:
    """Take what has lasted until now out of the collector's rounds: homes and devices that came up since the start.

    A full round over a thousand homes stops everything for 0.15 s, alerts too. What dies in a ring after it was set
    aside is found by `sweep` only.
    """
    gc.collect(1)
    gc.freeze()


def sweep() -> None:
    """One full round over everything; it stops everything, so once a day is enough."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def filling() -> Iterator[None]:
    """What is made in this block stays for good: no rounds of the collector meanwhile, and none over it later.

    A full round over a town stops everything, alerts too: 0.14 s for each thousand homes on the machine of
    docs/benchmarks.md.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        if was_on:
            gc.enable()
