"""Lengths of time as a person reads them: minutes below two hours, then hours; days where it takes weeks."""

from collections.abc import Mapping

_SECONDS = {"min": 60.0, "h": 3600.0, "d": 86400.0}
_HOUR_FROM = 7200.0
_TENTHS_BELOW = 10.0


def length(value: float | None, unit: str, words: Mapping[str, str]) -> str:
    """`value` in `unit`: min, h, or d, which stays so. A dash for None; what came no later is "at once"."""
    if value is None:
        return words["none"]
    seconds = value * _SECONDS[unit]
    if unit == "d":
        return _counted(round(value), "day", words)
    if round(seconds / 60) <= 0:
        return words["at_once"]
    if seconds < _HOUR_FROM:
        return _counted(round(seconds / 60), "minute", words)
    hours = seconds / 3600
    return words["hours_long"].format(n=f"{hours:.1f}" if hours < _TENTHS_BELOW else f"{hours:.0f}")


def _counted(number: int, word: str, words: Mapping[str, str]) -> str:
    return words[f"{word}_long" if number == 1 else f"{word}s_long"].format(n=number)
