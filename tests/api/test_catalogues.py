"""The pages' own words: both languages say the same things, and templates ask for nothing that is missing."""

import re
import string
from enum import StrEnum
from importlib.resources import files

import pytest

from alerts.taps import Tap
from api.duty.weekly import ShiftFlaw
from api.errors import Code
from api.figures.view import Split
from api.i18n.catalogue import catalogue
from api.pages.duty import ChangeKind
from api.policies.draft import Flaw
from core.alerts import Purpose, TimerKind
from core.budget_replays import Effect, ProposalState, ReplayFailure
from core.budgets import BudgetFlaw
from core.decisions import ClockDecision, Decision
from core.delivery import SendState
from core.duty import Post
from core.family import Hears, Scope
from core.faults import FaultCause
from core.lessons import Choice
from core.outcomes import Need
from core.people import Language
from core.places import AreaKind, Role
from core.policies import Asking
from core.readings import Kind
from core.receipts import ReceiptState
from core.routine import Doubt, Place
from core.states import HomeState, LinkQuality, Presence, Visibility
from core.walk import Walked

CHINESE, ENGLISH = catalogue(Language.CHINESE), catalogue(Language.ENGLISH)
FAMILIES: dict[str, type[StrEnum]] = {
    "sort": Kind,
    "state": HomeState,
    "presence": Presence,
    "visibility": Visibility,
    "cause": FaultCause,
    "role": Role,
    "area": AreaKind,
    "post": Post,
    "timer": TimerKind,
    "send_state": SendState,
    "purpose": Purpose,
    "receipt": ReceiptState,
    "problem": Code,
    "decision": Decision,
    "clock": ClockDecision,
    "walked": Walked,
    "link": LinkQuality,
    "tap": Tap,
    "duty_kind": ChangeKind,
    "asking": Asking,
    "policy_wrong": Flaw,
    "need": Need,
    "doubt": Doubt,
    "hears": Hears,
    "scope": Scope,
    "routine_place": Place,
    "shift_wrong": ShiftFlaw,
    "figures_split": Split,
    "budget_flaw": BudgetFlaw,
    "lesson_choice": Choice,
    "lesson_choose": Choice,
    "budget_failed": ReplayFailure,
    "proposal_state": ProposalState,
    "budget_effect": Effect,
    "budget_effect_means": Effect,
}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def templates() -> str:
    folder = files("api.pages").joinpath("templates")
    return "\n".join(item.read_text(encoding="utf-8") for item in folder.iterdir())


def sources() -> str:
    folder = files("api.pages")
    return "\n".join(i.read_text(encoding="utf-8") for i in folder.iterdir() if i.name.endswith(".py"))


def test_both_languages_have_the_same_keys() -> None:
    assert set(CHINESE.sentences) == set(ENGLISH.sentences)


@pytest.mark.parametrize("key", sorted(CHINESE.sentences))
def test_a_sentence_has_the_same_places_in_both_languages(key: str) -> None:
    assert places(CHINESE(key)) == places(ENGLISH(key))
    assert CHINESE(key).strip()
    assert ENGLISH(key).strip()


def test_every_key_that_a_template_asks_for_exists() -> None:
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""", templates() + sources()))

    assert len(asked) > 80
    assert asked - set(CHINESE.sentences) == set()


@pytest.mark.parametrize(("family", "words"), FAMILIES.items(), ids=str)
def test_every_word_of_the_domain_that_pages_show_is_there(family: str, words: type[StrEnum]) -> None:
    for word in words:
        assert f"{family}.{word.value}" in CHINESE


def test_nothing_in_the_catalogues_is_unused() -> None:
    text = templates() + sources() + files("api.pages").joinpath("static", "live.js").read_text(encoding="utf-8")
    families = {
        *FAMILIES,
        "nav",
        "figures_met",
        "figures_column",
        "routine_thin",
        "phones",
        "said",
        "look",
        "family",
        "worth",
        "weekday",
    }

    unused = {
        key
        for key in CHINESE.sentences
        if key.split(".")[0] not in families and f'{key}"' not in text and f"{key}'" not in text
    }

    assert unused == set()


def test_chinese_is_chinese_and_english_is_english() -> None:
    other = {"app.other_language"}
    assert not [k for k, v in ENGLISH.sentences.items() if k not in other and re.search(r"[一-鿿]", v)]
    assert not [k for k, v in CHINESE.sentences.items() if k not in other and not re.search(r"[一-鿿{]", v)]


def test_an_unknown_key_is_loud() -> None:
    with pytest.raises(KeyError):
        CHINESE("no.such.key")
