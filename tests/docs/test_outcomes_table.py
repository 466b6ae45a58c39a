"""The responder's page defines each outcome in the words of the form."""

from pathlib import Path

import pytest

from alerts import wording
from core.alerts import Outcome
from core.people import Language

PAGE = Path(__file__).parents[2] / "docs" / "responder.md"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_the_page_and_the_form_say_the_same(outcome: Outcome, language: Language) -> None:
    row = f"| {wording.outcome(outcome, language)} | {wording.outcome_means(outcome, language)} |"

    assert row in PAGE.read_text(encoding="utf-8")
