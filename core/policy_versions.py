"""Policies as the office writes them: versions that are only ever added, so that everything can be shown afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.concerns import ConcernKind, Severity
from core.policies import Policies, Policy


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """What holds for this severity, or for this kind at it, until there is a higher `version`.

    `policy` None: withdrawn, what holds without it holds again. `by` is a person's id.
    """

    severity: Severity
    kind: ConcernKind | None
    version: int
    policy: Policy | None
    at: datetime
    by: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.version < 1 or (self.policy is not None and self.policy.version != self.version):
            raise ValueError(f"version {self.version} must be counted from 1, and be the policy's own")


class PolicyStore(Protocol):
    """Versions are added and never changed."""

    def versions(self) -> Sequence[PolicyVersion]:
        """All of them, the newest first."""
        ...

    def add(self, version: PolicyVersion) -> bool:
        """False if that version has been written meanwhile: look again. Nothing is written then."""
        ...


def in_force(base: Policies, versions: Iterable[PolicyVersion]) -> Policies:
    """What holds: the highest version of each severity and kind, and `base` where there is none."""
    latest: dict[tuple[Severity, ConcernKind | None], PolicyVersion] = {}
    for each in versions:
        key = each.severity, each.kind
        if key not in latest or latest[key].version < each.version:
            latest[key] = each
    by_severity, by_kind = dict(base.by_severity), dict(base.by_kind)
    for (severity, kind), version in latest.items():
        if version.policy is None:
            continue
        if kind is None:
            by_severity[severity] = version.policy
        else:
            by_kind[severity, kind] = version.policy
    return Policies(by_severity, by_kind)


def next_version(
    base: Policies, versions: Iterable[PolicyVersion], severity: Severity, kind: ConcernKind | None
) -> int:
    """Above everything that ever held for this severity, or for this kind at it."""
    own = base.by_severity[severity] if kind is None else base.by_kind.get((severity, kind))
    written = (each.version for each in versions if (each.severity, each.kind) == (severity, kind))
    return 1 + max(written, default=own.version if own is not None else 0)
