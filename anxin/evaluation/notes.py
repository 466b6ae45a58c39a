"""Notes: what was odd about a recording, as plain figures and in words."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from simulator.recorded import Note


def noted(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """`what` was odd, the `count` of it, and an `example`: the first, where it stands."""
    return [{"what": note.what.value, "count": note.count, "example": note.example} for note in notes]


def report_words(language: str) -> Mapping[str, str]:
    """The words of the report in that language, by their names."""
    text = (files("anxin.evaluation") / "report.toml").read_text(encoding="utf-8")
    words: Mapping[str, str] = tomllib.loads(text)[language]
    return words


def refusal(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A refused recording's problem; what the words have no sentence for stays as the program said it."""
    sentence = words.get(f"refused_{one.get('why')}")
    return str(one["problem"]) if sentence is None else sentence.format(**one["places"])


def told(notes: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each."""
    return (words[f"note_{note['what']}"].format(count=note["count"], example=note["example"]) for note in notes)
