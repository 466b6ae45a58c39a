"""Shares are told with how much they can be trusted, and promises are judged only when there is enough to judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import Outcome
from core.figures import ENOUGH, wilson
from core.ledger import Precision, ServiceLevels, Share, Tally, precisions, service_levels


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 3, 0.0615, 0.7923), (15, 20, 0.5313, 0.8881), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the worked example of Newcombe 1998 (Statistics in Medicine 17:857, method 3)."""
    found = wilson(hits, of)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share_and_stays_between_none_and_all(case: tuple[int, int]) -> None:
    hits, of = case

    found = wilson(hits, of)

    assert 0 <= found.low <= hits / of <= found.high <= 1
    assert found.low < found.high


@pytest.mark.parametrize(("hits", "of"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(hits, of)


def test_three_alerts_give_an_interval_and_no_percentage() -> None:
    few = Precision(real=2, nothing=1)

    assert few.share is None
    assert few.interval == wilson(2, 3)
    assert Precision(open=4, excluded=2).interval is None
    assert Precision(real=ENOUGH).share == 1


def test_tests_and_open_alerts_are_beside_the_precision() -> None:
    tallies = [
        Tally("sos", Outcome.HOSPITAL, 2),
        Tally("sos", Outcome.BY_MISTAKE, 3),
        Tally("sos", Outcome.DEVICE_FAULT, 1),
        Tally("sos", Outcome.TEST, 5),
        Tally("sos", Outcome.NO_ACCESS, 1),
        Tally("sos", None, 4),
        Tally("gas", Outcome.HAZARD, 1),
    ]

    found = precisions(tallies)

    assert found == {"sos": Precision(real=2, nothing=3, technical=1, excluded=6, open=4), "gas": Precision(real=1)}
    assert (found["sos"].counted, found["sos"].alerts) == (6, 16)


def test_a_promise_is_kept_broken_or_not_to_be_judged() -> None:
    promise = ServiceLevels().answered[0]

    assert promise.met(Share(39, 40)) is True
    assert promise.met(Share(38, 40)) is False
    assert promise.met(Share(3, 3)) is None
    assert Share().interval is None


def test_service_levels_are_read_from_one_line() -> None:
    assert service_levels("60:97.5, 180:99") == ServiceLevels().answered
    assert service_levels("1800:90") == ServiceLevels().on_site
    assert service_levels("") == ()


@pytest.mark.parametrize("text", ["60", "60:101", "0:50", "x:90", "60:0", "nan:90", "90000:50", "inf:50"])
def test_a_wrong_service_level_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        service_levels(text)
