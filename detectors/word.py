"""Word: what a plug's "on" is worth. What is measured in watts is heat; on and off alone may be a lid or a lever."""

from collections.abc import Sequence
from typing import Any, Final

from core.places import Role
from detectors.instants import HOUR

ENDS_BY_ITSELF: Final = frozenset({Role.KETTLE, Role.TOASTER, Role.MICROWAVE})
"""They boil dry or off, pop up, or ring: not one of them heats for an hour."""
LONGEST_BY_ITSELF = HOUR
SAME_AGAIN = 5
"""So many times the very same power: nothing is measured."""


class Word:
    """`level`: the power that it said while it was on; `times`: how often, to the watt; `varied`: it said others too;
    `stayed`: it was once on for longer than these things ever heat.
    """

    __slots__ = ("level", "stayed", "times", "varied")

    def __init__(self) -> None:
        self.level = 0.0
        self.times = 0
        self.varied = self.stayed = False

    def hear(self, power: float) -> None:
        if power <= 0.0 or self.varied:
            return
        self.varied = self.times > 0 and power != self.level
        self.level, self.times = power, min(self.times + 1, SAME_AGAIN)

    def was_on(self, length: float) -> None:
        """For so long (s), and then it was off."""
        self.stayed = self.stayed or length > LONGEST_BY_ITSELF

    @property
    def measures(self) -> bool:
        """As far as can be told: a plug of which little was heard is taken to measure."""
        return self.varied or self.times < SAME_AGAIN

    def is_of_heat(self, role: Role) -> bool:
        """Does "on" mean that it heats? A microwave oven's lid stands open for days, and a toaster that was "on" for
        hours has shown that it is no toaster that was told of. Watts are always believed.
        """
        if self.measures or role not in ENDS_BY_ITSELF:
            return True
        return role is not Role.MICROWAVE and not self.stayed

    def snapshot(self) -> list[Any]:
        return [self.level, self.times, self.varied, self.stayed]

    def restore(self, body: Sequence[Any]) -> None:
        self.level, self.times = float(body[0]), int(body[1])
        self.varied, self.stayed = bool(body[2]), bool(body[3])
