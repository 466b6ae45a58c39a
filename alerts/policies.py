"""Escalation policies from a file: TOML that replaces the defaults, severity by severity or kind by kind.

[red]
version = 2
arrive_within_minutes = 20
report_within_minutes = 60

[[red.levels]]
ask = ["resident"]
wait_minutes = 1

[[red.smoke.levels]]
ask = ["grid_worker", "person:chen", "contract:guards"]
asking = "all"
ways = ["voice", "sms"]
wait_minutes = 2

A kind's table, here [red.smoke], is like a severity's. `ask` takes roles, and people or contracted services by id;
`asking` is all (when left out), round_robin or nearest; `ways` are tried before a person's own.
`quiet_hours` (yellow only): "22:00-07:00", when nobody is asked.
`snooze_within_minutes` (orange, yellow): how long after its opening an alert may be put off; red never is.
"""

import tomllib
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from core.concerns import ConcernKind, Severity
from core.policies import (
    DEFAULT_BY_KIND,
    DEFAULT_POLICIES,
    ROLES,
    Asking,
    Level,
    Policies,
    Policy,
    Quiet,
    Target,
    Whom,
    whom,
)
from core.refusals import FileRefused

SHORTEST_MINUTES, LONGEST_MINUTES = 0.5, 24 * 60.0
_PRIVATE = {Target.RESIDENT, Target.FAMILY}
_KEYS = {
    "name",
    "version",
    "arrive_within_minutes",
    "report_within_minutes",
    "snooze_within_minutes",
    "quiet_hours",
    "levels",
}
_LEVEL_KEYS = {"ask", "wait_minutes", "asking", "ways"}
_KINDS = {kind.value for kind in ConcernKind}


class PoliciesRefused(FileRefused):
    """The file cannot be used; the message names the key, what stands there and what is allowed."""


def load(file: Path | None) -> Policies:
    """The defaults, with what the file says in their place. Raises PoliciesRefused."""
    if file is None:
        return Policies()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PoliciesRefused(f"{file}: cannot be read: {error}") from error
    try:
        return parse(text)
    except PoliciesRefused as error:
        raise PoliciesRefused(f"{file}: {error}") from error


def refuse_unknown_ways(policies: Policies, channels: Collection[str], file: Path | None) -> None:
    """Raises PoliciesRefused where a level's `ways` name a channel that is not set up."""
    for policy in (*policies.by_severity.values(), *policies.by_kind.values()):
        for number, level in enumerate(policy.levels, 1):
            unknown = [way for way in level.ways if way not in channels]
            if unknown:
                where = f"{file}: {policy.name}.levels[{number}].ways = {unknown[0]!r}"
                raise PoliciesRefused(f"{where}: no such channel; there are {', '.join(sorted(channels)) or 'none'}")


def parse(text: str) -> Policies:
    """Policies from TOML. Raises PoliciesRefused naming the key."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PoliciesRefused(f"not TOML: {error}") from error
    _only(tables, {severity.value for severity in Severity}, "")
    by_severity, by_kind = dict(DEFAULT_POLICIES), dict(DEFAULT_BY_KIND)
    for name, table in tables.items():
        severity, whole = Severity(name), dict(_table(table, name))
        kinds = {key: whole.pop(key) for key in sorted(whole.keys() & _KINDS)}
        if whole or not kinds:
            by_severity[severity] = policy_from(whole, name, severity, extra=_KINDS)
        for kind, own in kinds.items():
            where = f"{name}.{kind}"
            by_kind[severity, ConcernKind(kind)] = policy_from(_table(own, where), where, severity)
    return Policies(by_severity, by_kind)


def policy_from(
    table: Mapping[str, Any], where: str, severity: Severity, *, extra: AbstractSet[str] = frozenset()
) -> Policy:
    """One policy from a table's keys. `extra`: keys that are allowed beside it. Raises PoliciesRefused with `where`."""
    default = DEFAULT_POLICIES[severity]
    _only(table, _KEYS, f"{where}.", extra)
    if severity is Severity.RED and "snooze_within_minutes" in table:
        raise PoliciesRefused(f"{where}.snooze_within_minutes: a red alert is never put off")
    if severity is not Severity.YELLOW and "quiet_hours" in table:
        raise PoliciesRefused(f"{where}.quiet_hours: only what is yellow waits for the morning")
    levels = table.get("levels", [])
    if not isinstance(levels, list) or not levels:
        raise PoliciesRefused(f"{where}.levels: must be one or more [[{where}.levels]], or nobody would be asked")
    version = table.get("version", default.version + 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PoliciesRefused(f"{where}.version = {version!r}: must be a whole number from 1")
    policy = Policy(
        name=str(table.get("name", where)),
        version=version,
        levels=tuple(_level(level, f"{where}.levels[{n}]") for n, level in enumerate(levels, 1)),
        arrive_within=_minutes(table, "arrive_within_minutes", where, default.arrive_within),
        report_within=_minutes(table, "report_within_minutes", where, default.report_within),
        snooze_within=_minutes(table, "snooze_within_minutes", where, default.snooze_within),
        quiet=_quiet(table.get("quiet_hours"), where),
    )
    if not ends_with_the_office(policy):
        raise PoliciesRefused(
            f"{where}.levels[{len(levels)}].ask: the last level is asked for ever, and must ask more"
            " than the resident and family"
        )
    return policy


def _quiet(value: object, where: str) -> Quiet | None:
    if value is None:
        return None
    try:
        quiet = quiet_hours(str(value))
    except ValueError as error:
        raise PoliciesRefused(
            f'{where}.quiet_hours = {value!r}: must be two local times, as in "22:00-07:00"'
        ) from error
    return quiet


def quiet_hours(text: str) -> Quiet:
    """Two local times, as in 22:00-07:00. Raises ValueError."""
    start, _, end = text.replace("–", "-").partition("-")
    return Quiet(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))


def ends_with_the_office(policy: Policy) -> bool:
    """Does the last level, which is repeated for ever, ask somebody whose duty it is?"""
    return any(target not in _PRIVATE for target in policy.levels[-1].targets)


def _level(level: object, where: str) -> Level:
    table = _table(level, where)
    _only(table, _LEVEL_KEYS, f"{where}.")
    asked, asking, ways = table.get("ask"), table.get("asking", Asking.ALL.value), table.get("ways", [])
    if not isinstance(asked, list) or not asked:
        raise PoliciesRefused(f"{where}.ask = {asked!r}: must be a list of one or more of {_ASKED}")
    if asking not in {each.value for each in Asking}:
        raise PoliciesRefused(f"{where}.asking = {asking!r}: must be one of {', '.join(Asking)}")
    if not isinstance(ways, list) or not all(isinstance(way, str) and way for way in ways):
        raise PoliciesRefused(f"{where}.ways = {ways!r}: must be a list of channels by name")
    return Level(
        tuple(dict.fromkeys(_whom(name, where) for name in asked)),
        _minutes(table, "wait_minutes", where, None),
        Asking(asking),
        tuple(dict.fromkeys(ways)),
    )


_ASKED = f"{', '.join(ROLES)}, person:<id>, contract:<id>"


def _whom(name: object, where: str) -> Whom:
    try:
        return whom(str(name))
    except ValueError as error:
        raise PoliciesRefused(f"{where}.ask: {name!r} is not one of {_ASKED}") from error


def _minutes(table: Mapping[str, Any], key: str, where: str, default: timedelta | None) -> timedelta:
    if key not in table and default is not None:
        return default
    value = table.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= LONGEST_MINUTES:
        raise PoliciesRefused(f"{where}.{key} = {value!r}: must be above 0 and at most {LONGEST_MINUTES:g} minutes")
    return timedelta(minutes=value)


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PoliciesRefused(f"{where} = {value!r}: must be a table")
    return value


def _only(
    table: Mapping[str, Any], allowed: AbstractSet[str], prefix: str, extra: AbstractSet[str] = frozenset()
) -> None:
    for key in table:
        if key not in allowed:
            raise PoliciesRefused(f"{prefix}{key}: no such key; allowed are {', '.join(sorted(allowed | extra))}")
