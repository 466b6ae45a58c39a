"""How people are asked: what helps whoever reads it, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import wording
from core.alerts import Alert, Condition, EntryKind, Handling, Purpose
from core.concerns import ConcernKind, Fact
from core.policies import Target
from tests.alerts.test_wording import HOME, ZH, alert, send


@pytest.mark.parametrize(
    ("kind", "zh"),
    [
        (ConcernKind.SOS, "收到您的求助"),
        (ConcernKind.SMOKE, "屋外"),
        (ConcernKind.GAS, "屋外"),
        (ConcernKind.CO, "开窗"),
    ],
)
def test_whoever_called_or_must_leave_the_house_is_not_asked_how_they_are(kind: ConcernKind, zh: str) -> None:
    asked = wording.message(send(Target.RESIDENT, Purpose.ASK, EntryKind.LEVEL_ENTERED), alert(kind), HOME, ZH)

    assert zh in asked.title
    assert "您还好吗" not in asked.title


def test_a_responder_is_not_told_the_number_of_a_sensor() -> None:
    pressed = replace(
        alert(ConcernKind.SOS), facts=(Fact("device", "g-0014/sos", "device"), Fact("room", "bedroom", "place"))
    )

    asked = wording.message(send(Target.GRID_WORKER, Purpose.ASK, EntryKind.LEVEL_ENTERED), pressed, HOME, ZH)

    assert "g-0014" not in asked.body
    assert "卧室" in asked.body


def test_a_later_call_tells_how_long_it_has_been_by_then() -> None:
    first, sixth = send(Target.GRID_WORKER, Purpose.ASK, EntryKind.LEVEL_ENTERED), timedelta(minutes=42)
    silent = timedelta(hours=5, minutes=12)
    raised = replace(alert(), since=alert().opened_at - silent)
    later = replace(first, round=5, created_at=raised.opened_at + sixth)

    at_once = wording.message(replace(first, created_at=raised.opened_at), raised, HOME, ZH).body
    by_then = wording.message(later, raised, HOME, ZH).body

    assert f"已有{wording.duration(silent, ZH)}没有动静" in at_once
    assert f"已有{wording.duration(silent + sixth, ZH)}没有动静" in by_then


@pytest.mark.parametrize(
    "over", [replace(alert(), condition=Condition.CLEARED), replace(alert(), handling=Handling.CLOSED)]
)
def test_what_is_over_is_told_as_it_was(over: Alert) -> None:
    assert wording.facts_at(over, over.opened_at + timedelta(hours=5)) == over.facts
