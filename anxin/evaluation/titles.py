"""Titles: what recordings are called, also where two of them hold homes of one name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def titles_of(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """In their order: the name; where it repeats with its folder, or the whole path where folders repeat too."""
    named = Counter(one["name"] for one in entries)
    foldered = Counter((one["name"], Path(one["path"]).name) for one in entries)

    def title(one: Mapping[str, Any]) -> str:
        folder = Path(one["path"]).name
        if named[one["name"]] == 1:
            return str(one["name"])
        return f"{one['name']} ({folder if foldered[one['name'], folder] == 1 else one['path']})"

    return [title(one) for one in entries]
