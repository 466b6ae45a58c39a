"""Escalation policies from a file: TOML that replaces the defaults, severity by severity.

[red]
version = 2
arrive_within_minutes = 20
report_within_minutes = 60

[[red.levels]]
ask = ["resident"]
wait_minutes = 1

`snooze_within_minutes` (orange, yellow): how long after its opening an alert may be put off; red never is.
"""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.concerns import Severity
from core.policies import DEFAULT_POLICIES, Level, Policy, Target
from core.refusals import FileRefused

Policies = Mapping[Severity, Policy]

_LONGEST_MINUTES = 24 * 60.0
_KEYS = {"name", "version", "arrive_within_minutes", "report_within_minutes", "snooze_within_minutes", "levels"}
_LEVEL_KEYS = {"ask", "wait_minutes"}


class PoliciesRefused(FileRefused):
    """The file cannot be used; the message names the key, what stands there and what is allowed."""


def load(file: Path | None) -> Policies:
    """The defaults, with what the file says in their place. Raises PoliciesRefused."""
    if file is None:
        return DEFAULT_POLICIES
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PoliciesRefused(f"{file}: cannot be read: {error}") from error
    try:
        return parse(text)
    except PoliciesRefused as error:
        raise PoliciesRefused(f"{file}: {error}") from error


def parse(text: str) -> Policies:
    """Policies from TOML. Raises PoliciesRefused naming the key."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PoliciesRefused(f"not TOML: {error}") from error
    _only(tables, {severity.value for severity in Severity}, "")
    found = {Severity(name): _policy(_table(table, name), name) for name, table in tables.items()}
    return {**DEFAULT_POLICIES, **found}


def _policy(table: Mapping[str, Any], where: str) -> Policy:
    default = DEFAULT_POLICIES[Severity(where)]
    _only(table, _KEYS, f"{where}.")
    levels = table.get("levels", [])
    if not isinstance(levels, list) or not levels:
        raise PoliciesRefused(f"{where}.levels: must be one or more [[{where}.levels]], or nobody would be asked")
    version = table.get("version", default.version + 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PoliciesRefused(f"{where}.version = {version!r}: must be a whole number from 1")
    return Policy(
        name=str(table.get("name", where)),
        version=version,
        levels=tuple(_level(level, f"{where}.levels[{n}]") for n, level in enumerate(levels, 1)),
        arrive_within=_minutes(table, "arrive_within_minutes", where, default.arrive_within),
        report_within=_minutes(table, "report_within_minutes", where, default.report_within),
        snooze_within=_minutes(table, "snooze_within_minutes", where, default.snooze_within),
    )


def _level(level: object, where: str) -> Level:
    table = _table(level, where)
    _only(table, _LEVEL_KEYS, f"{where}.")
    asked = table.get("ask")
    allowed = ", ".join(target.value for target in Target)
    if not isinstance(asked, list) or not asked:
        raise PoliciesRefused(f"{where}.ask = {asked!r}: must be a list of one or more of {allowed}")
    wrong = [name for name in asked if name not in {target.value for target in Target}]
    if wrong:
        raise PoliciesRefused(f"{where}.ask: {wrong[0]!r} is not one of {allowed}")
    return Level(tuple(Target(name) for name in dict.fromkeys(asked)), _minutes(table, "wait_minutes", where, None))


def _minutes(table: Mapping[str, Any], key: str, where: str, default: timedelta | None) -> timedelta:
    if key not in table and default is not None:
        return default
    value = table.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _LONGEST_MINUTES:
        raise PoliciesRefused(f"{where}.{key} = {value!r}: must be above 0 and at most {_LONGEST_MINUTES:g} minutes")
    return timedelta(minutes=value)


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PoliciesRefused(f"{where} = {value!r}: must be a table")
    return value


def _only(table: Mapping[str, Any], allowed: set[str], prefix: str) -> None:
    for key in table:
        if key not in allowed:
            raise PoliciesRefused(f"{prefix}{key}: no such key; allowed are {', '.join(sorted(allowed))}")
