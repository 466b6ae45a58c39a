"""The policies that hold: those of the file, or the defaults, under what the console has written since."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from anxin.roster import revise
from anxin.stores import Stores
from core.policies import Policies
from core.policy_versions import PolicyVersion, in_force


@dataclass
class PolicyBook:
    """`api.services.PolicyBook` over the stores. `load` is called whenever the roster is read anew."""

    stores: Stores
    base: Policies
    _now: Policies = field(init=False)

    def __post_init__(self) -> None:
        self.load()

    def load(self) -> None:
        """Read what holds. Blocking."""
        self._now = in_force(self.base, self.stores.policies.versions())

    def current(self) -> Policies:
        return self._now

    def versions(self) -> Sequence[PolicyVersion]:
        return self.stores.policies.versions()

    def add(self, version: PolicyVersion) -> bool:
        """Here it holds at once, in other processes within seconds."""
        if not self.stores.policies.add(version):
            return False
        self.load()
        revise(self.stores.snapshots, datetime.now(UTC))
        return True
