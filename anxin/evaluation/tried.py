"""Tried: the report's tables on one recording: falls by room and part of the day, what else, device faults."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.wording.catalogue import knows, say
from anxin.evaluation.lengths import length
from anxin.evaluation.measured import INJECTED, half, nine_of_ten, part_told
from anxin.evaluation.sentences import kind_in
from core.people import Language

Words = Mapping[str, str]
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: cells under `head`, the first of each its name."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables_of(one: Entry, words: Words, language: Language) -> Iterator[Table]:
    """Those that have a row."""
    head = words["tried_head"].split("|")
    rooms = [(room_in(room, words, language), said) for room, said in one["fall_by_room"].items()]
    parts = [(words["part"].format(part=part_told(part)), said) for part, said in one["fall_by_part"].items()]
    falls = [_delays(name, said, "h", words) for name, said in (*rooms, *parts)]
    others = [_delays(words[f"tried_{name}"], one[name], unit, words) for name, unit in INJECTED if one[name]["n"]]
    faults = [_fault(name, said, words, language) for name, said in one["device_faults"].items()]
    tables = (
        Table(words["falls_where"], head, falls),
        Table(words["tried"], head, others),
        Table(words["faults_tried"], words["faults_head"].split("|"), faults),
    )
    return (table for table in tables if table.rows)


def _delays(name: str, said: Entry, unit: str, words: Words) -> Sequence[str]:
    times = (length(half(said, unit), unit, words), length(nine_of_ten(said, unit), unit, words))
    return (name, str(said["n"]), str(said["found"]), *times)


def _fault(name: str, said: Entry, words: Words, language: Language) -> Sequence[str]:
    called = (f"{kind_in(kind, language)} {count}" for kind, count in said["alarms"].items())
    return (words[f"tried_{name}"], str(said["n"]), words["and"].join(called) or "0")


def room_in(room: str, words: Words, language: Language) -> str:
    """As alerts call it; of a fall before anything was sensed nobody knows where it was."""
    return say(language, f"room.{room}") if knows(language, f"room.{room}") else words["room_unknown"]
