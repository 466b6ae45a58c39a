"""Selectors: where in a JSON payload something stands. A small part of JSONPath (RFC 9535), bounded, without code.

`$`, `.name`, `['any name']`, `[3]`, `[-1]`, `[*]`, and `(json)` after a text that holds JSON itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ingest.conventions.decoded import Malformed
from ingest.conventions.payload import parse

MOST_FOUND, MOST_STEPS, LONGEST = 256, 16, 200
_STEP: Final = re.compile(
    r"\.(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>-?\d{1,5})\]|(?P<all>\[\*\])|\['(?P<quoted>[^'\]]{1,100})'\]|(?P<json>\(json\))"
)
_ALL, _JSON = object(), object()


class SelectorRefused(ValueError):
    """The text is no selector. The message says where it stops being one."""


@dataclass(frozen=True, slots=True)
class Selector:
    """`steps` are names, numbers, and what stands for all, or for parsing a text."""

    text: str
    steps: tuple[Any, ...]

    @classmethod
    def of(cls, text: str) -> "Selector":
        """Raises SelectorRefused."""
        if not text.startswith("$") or len(text) > LONGEST:
            raise SelectorRefused(f"{text[:40]!r} must begin with $ and have at most {LONGEST} characters")
        steps: list[Any] = []
        at = 1
        while at < len(text):
            found = _STEP.match(text, at)
            if found is None or len(steps) >= MOST_STEPS:
                raise SelectorRefused(f"{text!r} is no selector from {text[at : at + 20]!r} on")
            steps.append(_step(found))
            at = found.end()
        return cls(text, tuple(steps))

    def all(self, root: Any) -> Iterator[Any]:
        """Everything that it finds, at most MOST_FOUND."""
        found = [root]
        for step in self.steps:
            found = [inner for value in found for inner in _inside(value, step)][:MOST_FOUND]
        return iter(found)

    def first(self, root: Any) -> Any:
        """The first that it finds; None where there is none."""
        return next(self.all(root), None)


def _step(found: "re.Match[str]") -> Any:
    if found["all"]:
        return _ALL
    if found["json"]:
        return _JSON
    if found["index"] is not None:
        return int(found["index"])
    return found["name"] or found["quoted"]


def _inside(value: Any, step: Any) -> list[Any]:
    if step is _ALL:
        return list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())[
            :MOST_FOUND
        ]
    if step is _JSON:
        if not isinstance(value, str):
            return []
        try:
            return [parse(value.encode(errors="replace"))]
        except Malformed:
            return []
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and -len(value) <= step < len(value) else []
    return [value[step]] if isinstance(value, dict) and step in value else []
