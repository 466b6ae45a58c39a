"""Sentences of the report on one recording."""

from collections.abc import Iterator, Mapping
from typing import Any

from alerts.wording.catalogue import say
from anxin.evaluation.lengths import length
from anxin.evaluation.measured import half, nine_of_ten
from core.people import Language

Words = Mapping[str, str]
Entry = Mapping[str, Any]


def settings_of(evaluated: Entry, words: Words) -> Iterator[str]:
    """What was asked for, and so holds for every figure."""
    yield words["budget"].format(budget=f"{evaluated['budget']:g}", seed=evaluated["seed"])
    yield words["answers"].format(share=f"{100 * evaluated['answered']:.0f} %")
    yield words["learns" if evaluated["learns"] else "learns_not"]
    yield words["doubts" if evaluated["doubts"] else "doubts_not"]
    if evaluated["detector"]:
        yield words["only"].format(detector=evaluated["detector"])


def lines_of(one: Entry, words: Words, language: Language) -> Iterator[str]:
    """In the order in which somebody asks: how long, at what price, how soon, and what else was judged."""
    yield words["days"].format(days=one["days"], counted=one["days_counted"])
    yield from _price(one, words, language)
    if one["days_counted"]:
        yield _daily(one, words, language)
        yield words["asked_only"].format(questions=one["questions"], learning=one["while_learning"])
    yield from _falls(one, words)
    for drift in ("later_rising", "fewer_meals"):
        if one[drift]["n"]:
            clause = _clause("half", length(half(one[drift], "d"), "d", words), words)
            yield words[drift].format(found=one[drift]["found"], n=one[drift]["n"], half=clause)
    if one["device_faults"]:
        yield words["faults"].format(count=one["device_fault_alarms"])
    if one["presence"]:
        shares = {name: f"{100 * one['presence'][name]:.1f} %" for name in ("sensitivity", "specificity")}
        yield words["presence"].format(**shares)
    yield _company(one["company"], words)


def _price(one: Entry, words: Words, language: Language) -> Iterator[str]:
    if not one["days_counted"] or not one["false_interval"]:
        yield words["too_short"]
        return
    low, high = one["false_interval"]
    if one["false_count"] == 0:
        yield words["false_none"].format(high=high)
        return
    yield words["false_some"].format(count=one["false_count"], monthly=one["false_per_home_month"], low=low, high=high)
    kinds = (
        words["kind"].format(kind=kind_in(kind, language), count=said["false_count"], low=limits[0], high=limits[1])
        for kind, said in one["false_by_kind"].items()
        if (limits := said["false_interval"])
    )
    yield words["by_kind"].format(kinds=words["and"].join(kinds))


def _daily(one: Entry, words: Words, language: Language) -> str:
    said, called = one["daily_false"], one["daily_called"]
    if not sum(said.values()):
        return words["daily_none"]
    kinds = (
        words["daily_kind"].format(kind=kind_in(kind, language), count=count, called=called[kind])
        for kind, count in said.items()
        if count
    )
    return words["daily"].format(count=sum(said.values()), called=sum(called.values()), kinds=words["and"].join(kinds))


def _falls(one: Entry, words: Words) -> Iterator[str]:
    fall, bathroom = one["fall"], one["bathroom"]
    if fall["n"]:
        yield words["fall"].format(
            n=fall["n"],
            found=round((fall["found_24h"] or 0) * fall["n"]),
            half=_clause("half", length(half(fall, "h"), "h", words), words),
            nine=_clause("nine", length(nine_of_ten(fall, "h"), "h", words), words),
        )
    if bathroom["n"]:
        clause = _clause("half", length(half(bathroom, "min"), "min", words), words)
        yield words["bathroom"].format(n=bathroom["n"], found=bathroom["found"], half=clause)


def _clause(name: str, time: str, words: Words) -> str:
    """Nothing where fewer were found: for how long they were followed is no delay."""
    return "" if time == words["none"] else words[f"{name}_within"].format(time=time)


def _company(company: Entry, words: Words) -> str:
    if not company["told"]:
        return words["company_untold"]
    return words["company_said" if company["visits"] is None else "company"].format(**company)


def kind_in(kind: str, language: Language) -> str:
    """As alerts call it."""
    return say(language, f"kind.{kind}")
