"""Words in the shapes that providers take: never longer than allowed, and never without what matters most."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.text import phone, phone_in_china, plain, shortened, variables
from alerts.channels.wire import AddressRefused
from tests.alerts.test_providers import MESSAGE

TEXTS = st.text(max_size=80)


@given(TEXTS, TEXTS, st.sampled_from(["", "https://anxin.example/a/x1"]), st.integers(4, 200))
def test_a_text_is_never_too_long_and_the_title_comes_first(title: str, body: str, link: str, longest: int) -> None:
    text = plain(replace(MESSAGE, title=title, body=body, link=link), longest)

    assert len(text) <= longest
    assert text[: longest - 1].startswith(title[: longest - 1])
    if len(title) + len(link) + 1 <= longest and link:
        assert text.endswith(link)


@given(TEXTS, st.integers(4, 40))
def test_a_variable_has_no_line_breaks_and_says_when_it_is_cut(title: str, longest: int) -> None:
    [said] = variables(replace(MESSAGE, title=title), {"x": "title"}, longest).values()

    assert len(said) <= longest
    assert said == " ".join(said.split())
    whole = " ".join(title.split())
    assert said == whole or said.endswith("…")


def test_what_is_left_out_is_visibly_left_out() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("13711112222", "+8613711112222"),
        ("137 1111-2222", "+8613711112222"),
        ("+8613711112222", "+8613711112222"),
        ("+44 20 7946 0958", "+442079460958"),
        ("(0571) 12345678", "+8657112345678"),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert phone(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("13711112222", "13711112222"), ("+86 571 1234 5678", "057112345678"), ("+85291234567", "85291234567")],
)
def test_numbers_at_home_are_written_as_at_home(written: str, meant: str) -> None:
    assert phone_in_china(written) == meant


@pytest.mark.parametrize("wrong", ["", "no number", "12", "+", "137１１１12222", "+" + "1" * 16])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(AddressRefused):
        phone(wrong)
