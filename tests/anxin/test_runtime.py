"""What stays for good is left out of the collector's rounds; the collector itself stays on."""

import gc
import weakref

from anxin.runtime import filling, set_aside, sweep


def test_what_was_made_meanwhile_is_out_of_the_collectors_way_and_the_collector_is_on_again() -> None:
    frozen = gc.get_freeze_count()

    with filling():
        town = [[number] for number in range(1000)]
        assert not gc.isenabled()

    assert gc.get_freeze_count() >= frozen + len(town)
    assert gc.isenabled()


def test_what_came_up_since_is_set_aside_and_a_sweep_still_finds_its_rings() -> None:
    class Ring:
        def __init__(self) -> None:
            self.itself = self

    ring = Ring()
    gone = weakref.ref(ring)
    before = gc.get_freeze_count()

    set_aside()
    del ring
    gc.collect()
    kept = gone() is not None
    sweep()

    assert gc.get_freeze_count() > before
    assert kept
    assert gone() is None


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with filling():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
