"""What the gate says of a fact: the reading that it became, and the rules (`core.decisions`) that judged it."""

from dataclasses import dataclass

from core.decisions import ClockDecision, Decision
from core.readings import Reading


@dataclass(frozen=True, slots=True)
class Admitted:
    """One judged reading, with the rules that judged it. What `decision.drops` must not be stored or heard."""

    reading: Reading
    decision: Decision
    clock: ClockDecision
