"""Catalogues: a key to a sentence with named places, in each language. A missing key is loud, never an empty page."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from core.people import Language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`catalogue("desk.title")`, or `catalogue("desk.open", n=3)`. Raises KeyError for what it does not know."""

    language: Language
    sentences: Mapping[str, str]

    def __call__(self, key: str, **places: object) -> str:
        sentence = self.sentences[key]
        return sentence.format(**places) if places else sentence

    def __contains__(self, key: str) -> bool:
        return key in self.sentences


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of this language, read once."""
    text = files("api.i18n").joinpath(f"{language.value}.toml").read_text(encoding="utf-8")
    return Catalogue(language, dict(_flat(tomllib.loads(text))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found.extend(_flat(value, f"{prefix}{key}."))
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found
