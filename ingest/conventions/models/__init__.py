"""What is known of device models, as data: one TOML file for each family."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def models(family: str) -> dict[str, Any]:
    """The tables of one family, read once."""
    return tomllib.loads(files("ingest.conventions.models").joinpath(f"{family}.toml").read_text(encoding="utf-8"))
