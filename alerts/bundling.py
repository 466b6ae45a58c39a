"""Several yellow calls to one person by one way, as one message: what falls due together is read together.

After quiet hours, or when many homes miss their tea at nine, a grid worker hears once and not twelve times. Never what
is orange or red, never the resident or family, and only by ways that carry long words; each call keeps its own fate.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alerts.channels.channel import Channel, OutgoingMessage
from alerts.wording.catalogue import say
from core.alerts import EntryKind, Purpose
from core.concerns import Severity
from core.delivery import Claimed
from core.policies import Target

_TO = frozenset(
    {Target.CAPTAIN, Target.GRID_WORKER, Target.COMMUNITY_DESK, Target.STREET_DESK, Target.PERSON},
)
MOST = 12
"""Lines of one message."""


def groups(claims: Iterable[Claimed], channels: Mapping[str, Channel]) -> list[tuple[Claimed, ...]]:
    """What may go as one message, in the order in which it was claimed; whatever may not, stands alone."""
    found: dict[object, list[Claimed]] = {}
    for claimed in claims:
        key: object = claimed.send.id
        if _may_join(claimed) and getattr(channels.get(claimed.route.channel), "bundles", False):
            key = claimed.send.person, claimed.send.language, claimed.route
        found.setdefault(key, []).append(claimed)
    return [tuple(group[n : n + MOST]) for group in found.values() for n in range(0, len(group), MOST)]


def _may_join(claimed: Claimed) -> bool:
    """A first call that nobody may have heard yet."""
    send = claimed.send
    is_call = send.purpose is Purpose.ASK and send.event is EntryKind.LEVEL_ENTERED and send.target in _TO
    is_first = claimed.attempt == 1 and not claimed.repeat
    return is_call and is_first and claimed.severity is Severity.YELLOW


def bundle(messages: Sequence[OutgoingMessage]) -> OutgoingMessage:
    """One message for these, of one person by one way. Nothing can be answered to all at once: each has its link."""
    first = messages[0]
    keys = "\n".join(message.key for message in messages)
    lines = [
        say(first.language, "bundle.line", number=n, title=message.title, link=message.link).rstrip()
        for n, message in enumerate(messages, 1)
    ]
    return replace(
        first,
        key=f"bundle.{hashlib.sha256(keys.encode()).hexdigest()[:24]}",
        title=say(first.language, "bundle.title", count=len(messages)),
        body="\n".join((*lines, say(first.language, "bundle.body"))),
        link="",
        callbacks="",
        how_to_answer="",
        bundled=tuple((message.key, message.alert) for message in messages),
    )
