"""One-tap links: one for each alert and person, the same for all who know the secret, and nobody else's."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from alerts.links import Links
from core.alerts import Alert
from core.concerns import ConcernKind, Severity
from core.policies import DEFAULT_POLICIES

NOW = datetime(2026, 11, 27, tzinfo=UTC)
LINKS = Links("https://anxin.example/", "a secret of sixteen")
ALERT = Alert(
    "a1",
    "h/sos",
    "e",
    "h",
    "grid-1",
    ConcernKind.SOS,
    Severity.RED,
    DEFAULT_POLICIES[Severity.RED],
    NOW,
    NOW,
    told=("wang", "min"),
)
IDS = st.text(max_size=30)


@given(IDS, IDS, IDS, IDS)
def test_no_two_share_a_code(alert: str, person: str, other_alert: str, other_person: str) -> None:
    same = (alert, person) == (other_alert, other_person)

    assert (LINKS.code(alert, person) == LINKS.code(other_alert, other_person)) == same
    assert LINKS.code(alert, person) != replace(LINKS, secret="another secret!!").code(alert, person)


@given(IDS, IDS)
def test_a_link_fits_into_an_sms_and_can_be_typed(alert: str, person: str) -> None:
    link = LINKS.of(alert, person)

    assert link.startswith("https://anxin.example/a/")
    assert len(link.rpartition("/")[2]) == 12
    assert link.rpartition("/")[2].isalnum()
    assert not set(link.rpartition("/")[2]) & set("01ABCDEFGHIJKLMNOPQRSTUVWXYZ89")


def test_it_is_found_among_those_who_were_asked_or_have_it() -> None:
    held = replace(ALERT, id="a2", taken_by="chen")

    assert LINKS.find(LINKS.code("a1", "min"), [ALERT, held]) == (ALERT, "min")
    assert LINKS.find(LINKS.code("a2", "chen").upper(), [ALERT, held]) == (held, "chen")
    assert LINKS.find(LINKS.code("a1", "chen"), [ALERT, held]) is None
    assert LINKS.find("", [ALERT]) is None
    assert LINKS.find("é", [ALERT]) is None


def test_the_secret_is_never_shown() -> None:
    assert "sixteen" not in repr(LINKS)
