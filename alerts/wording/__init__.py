"""Every word that an alert says to anybody, in Chinese and English: one catalogue for messages, pages and timeline."""

from alerts.wording.facts import also, concern_title, fact, facts, facts_at
from alerts.wording.lines import entry
from alerts.wording.messages import Text, message
from alerts.wording.terms import (
    channel,
    clock_time,
    condition,
    dated_time,
    duration,
    found,
    handling,
    how_to_answer,
    kind,
    listed,
    outcome,
    refusal,
    room,
    settlement,
    severity,
    target,
    whom,
)

__all__ = [
    "Text",
    "also",
    "channel",
    "clock_time",
    "concern_title",
    "condition",
    "dated_time",
    "duration",
    "entry",
    "fact",
    "facts",
    "facts_at",
    "found",
    "handling",
    "how_to_answer",
    "kind",
    "listed",
    "message",
    "outcome",
    "refusal",
    "room",
    "settlement",
    "severity",
    "target",
    "whom",
]
