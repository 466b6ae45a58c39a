"""What stays for good is left out of the collector's rounds; the collector itself stays on."""

import gc

from anxin.runtime import filling


def test_what_was_made_meanwhile_is_out_of_the_collectors_way_and_the_collector_is_on_again() -> None:
    frozen = gc.get_freeze_count()

    with filling():
        town = [[number] for number in range(1000)]
        assert not gc.isenabled()

    assert gc.get_freeze_count() >= frozen + len(town)
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with filling():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
