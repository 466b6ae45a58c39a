"""The fate of a message is one pure function: it always ends, and never waits where somebody else could be asked."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.settling import Patience, fate, tries_on_rung
from core.concerns import Severity
from core.delivery import Accepted, Attempt, Permanent, RateLimited, Settlement, Temporary, Verdict

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
PATIENCE = Patience()
SPANS = st.one_of(
    st.timedeltas(timedelta(seconds=-5), timedelta(seconds=90)),
    st.timedeltas(timedelta(days=-1), timedelta(days=400)),
)
VERDICTS: st.SearchStrategy[Verdict] = st.one_of(
    st.builds(Accepted, st.text(max_size=5), st.text(max_size=400)),
    st.builds(Temporary, st.text(max_size=400), st.floats(0, 1e9)),
    st.builds(RateLimited, SPANS.map(lambda d: NOW + d)),
    st.builds(Permanent, st.text(max_size=400)),
)


@given(VERDICTS, st.integers(1, 5), st.booleans(), st.sampled_from(Severity))
def test_a_fate_is_always_one_that_the_store_can_take(
    verdict: Verdict,
    tries: int,
    has_next: bool,  # noqa: FBT001 - drawn
    severity: Severity,
) -> None:
    judged = fate(verdict, tries=tries, has_next=has_next, severity=severity, now=NOW, patience=PATIENCE)

    assert (judged.retry_at is not None) == (judged.settlement is Settlement.RETRY)
    assert (judged.settlement is Settlement.ACCEPTED) == isinstance(verdict, Accepted)
    assert not (judged.settlement is Settlement.NEXT_RUNG and not has_next)
    assert not (judged.settlement is Settlement.FAILED and has_next)
    assert len(judged.said) <= 300
    if judged.retry_at is not None:
        assert tries < PATIENCE.tries or (isinstance(verdict, RateLimited) and not has_next)
        assert NOW + PATIENCE.shortest <= judged.retry_at <= NOW + PATIENCE.longest
        if has_next and severity is Severity.RED:
            assert isinstance(verdict, Temporary)
            assert judged.retry_at <= NOW + PATIENCE.quick
        if has_next:
            assert judged.retry_at <= NOW + PATIENCE.wait


def test_red_leaves_even_a_short_rate_limit_for_the_next_way() -> None:
    limit = RateLimited(NOW + timedelta(seconds=2), "slow down")

    def settled(severity: Severity, *, has_next: bool) -> Settlement:
        return fate(limit, tries=1, has_next=has_next, severity=severity, now=NOW, patience=PATIENCE).settlement

    assert settled(Severity.RED, has_next=True) is Settlement.NEXT_RUNG
    assert settled(Severity.ORANGE, has_next=True) is Settlement.RETRY
    assert settled(Severity.RED, has_next=False) is Settlement.RETRY


def attempt(number: int, settlement: Settlement) -> Attempt:
    return Attempt("s", number, NOW, "sms", "1", settlement, "")


def test_tries_are_counted_per_rung_and_include_those_that_ended_without_a_word() -> None:
    before = (attempt(1, Settlement.RETRY), attempt(3, Settlement.NEXT_RUNG), attempt(4, Settlement.RETRY))

    assert tries_on_rung(1, ()) == 1
    assert tries_on_rung(3, ()) == 3
    assert tries_on_rung(4, before[:2]) == 1
    assert tries_on_rung(6, before) == 3
