"""Every word that an alert says to anybody, in Chinese and English: one catalogue for messages, pages and timeline."""

from alerts.wording.facts import concern_title, fact, facts, facts_at
from alerts.wording.lines import entry
from alerts.wording.messages import Text, message
from alerts.wording.terms import (
    access,
    channel,
    clock_time,
    condition,
    dated_time,
    duration,
    handling,
    kind,
    listed,
    outcome,
    outcome_means,
    refusal,
    room,
    settlement,
    severity,
    target,
)

__all__ = [
    "Text",
    "access",
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
    "handling",
    "kind",
    "listed",
    "message",
    "outcome",
    "outcome_means",
    "refusal",
    "room",
    "settlement",
    "severity",
    "target",
]
