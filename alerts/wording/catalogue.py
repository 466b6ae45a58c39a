"""The catalogue files: a key to a sentence with named places, in each language.

A key that is missing shows itself as the key, so that a message still goes out; tests see to it that none is.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from core.people import Language


@cache
def sentences(language: Language) -> Mapping[str, str]:
    """Every sentence of a language by its dotted key, read once."""
    text = files("alerts.wording").joinpath(f"{language.value}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text)))


def say(language: Language, key: str, **places: object) -> str:
    """The sentence of this key with its places filled in."""
    found = sentences(language).get(key)
    return key.rsplit(".", 1)[-1] if found is None else found.format_map(places)


def knows(language: Language, key: str) -> bool:
    return key in sentences(language)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
