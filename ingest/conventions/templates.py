"""Templates from devices' announcements: rendered in a sandbox in which nothing can run for long or grow large.

A template comes from whoever may write a config topic, so it is hostile until shown otherwise: expressions and `if`
only, a few filters, bounded numbers and texts. Source of the language: Jinja2; of the names: Home Assistant.
"""

import math
from collections.abc import Callable
from typing import Any, Final

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_SOURCE, LONGEST_VALUE, LONGEST_TEXT = 1_000, 32_768, 4_096
_BIGGEST = 1e15
_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Call, nodes.Concat, nodes.Keyword,
)  # fmt: skip
"""What a template may be made of: no loop, no macro, no inclusion, no power."""
_FILTERS: Final = tuple("default d lower upper trim string length abs first last min max title".split())  # noqa: SIM905
_TESTS: Final = tuple(
    "defined undefined none number string boolean true false in eq ne lt gt le ge == != < > <= >= even odd".split()  # noqa: SIM905
)
_METHODS: Final = frozenset({"lower", "upper", "strip", "startswith", "endswith", "split", "get", "title"})
_MOST_NODES = 300


class Unrenderable(Exception):
    """The template is refused, or failed on what it was given."""


def _number(value: Any, default: Any = 0, cast: Callable[[Any], Any] = float) -> Any:
    try:
        found = cast(float(value)) if cast is int else cast(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return found if math.isfinite(found) and abs(found) <= _BIGGEST else default


def _to_int(value: Any, default: Any = 0) -> Any:
    return _number(value, default, int)


def _replaced(value: Any, old: Any, new: Any) -> str:
    text, before, after = str(value), str(old), str(new)
    if not before or len(text) + text.count(before) * len(after) > LONGEST_TEXT:
        raise SecurityError("the text would grow too long")
    return text.replace(before, after)


def _rounded(value: Any, digits: Any = 0) -> float:
    return round(float(value), min(max(int(digits), -12), 12))


def _iif(value: Any, if_true: Any = True, if_false: Any = False) -> Any:  # noqa: FBT002 - as Home Assistant has it
    return if_true if value else if_false


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with less in it: multiplying is for numbers, and methods are the few that sensors need."""

    intercepted_binops = frozenset({"*", "+", "-", "/", "//", "%"})

    def __init__(self) -> None:
        super().__init__(autoescape=False, cache_size=0)
        self.globals = {"float": _number, "int": _to_int, "iif": _iif, "true": True, "false": False}
        known = self.filters
        self.filters = {name: known[name] for name in _FILTERS}
        self.filters |= {"float": _number, "int": _to_int, "round": _rounded, "replace": _replaced, "iif": _iif}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr in _METHODS and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Formatting can pad a text to any width: it is no method that a sensor needs."""
        del value

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > LONGEST_TEXT:
                raise SecurityError("the text would grow too long")
            return left + right
        for side in (left, right):
            if not isinstance(side, int | float) or abs(side) > _BIGGEST:
                raise SecurityError(f"{operator} is for numbers that something could measure")
        return super().call_binop(context, operator, left, right)


_SANDBOX: Final = _Sandbox()


class Template:
    """One template, refused when it is made of anything that could run away. Raises Unrenderable."""

    __slots__ = ("_render",)

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST_SOURCE:
            raise Unrenderable(f"{len(source)} characters, at most {LONGEST_SOURCE}")
        try:
            parsed = _SANDBOX.parse(source)
            found = list(parsed.find_all(nodes.Node))
            odd = next((node for node in found if not isinstance(node, _NODES)), None)
            if odd is not None or len(found) > _MOST_NODES:
                raise Unrenderable("too long" if odd is None else f"{type(odd).__name__} is not taken")
            self._render = _SANDBOX.from_string(source).render
        except (TemplateError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
            raise Unrenderable(f"{type(error).__name__}: {str(error)[:80]}") from None

    def render(self, value: str, value_json: Any) -> str:
        """What it makes of a payload, as text. `value_json` is left undefined where it is no JSON."""
        if len(value) > LONGEST_VALUE:
            raise Unrenderable(f"{len(value)} characters to render, at most {LONGEST_VALUE}")
        known = {"value": value} if value_json is None else {"value": value, "value_json": value_json}
        try:
            return str(self._render(known))[:LONGEST_TEXT].strip()
        except Exception as error:  # noqa: BLE001 - whatever a stranger's expression comes to
            raise Unrenderable(f"{type(error).__name__}: {str(error)[:80]}") from None
