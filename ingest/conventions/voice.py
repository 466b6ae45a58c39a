"""Who speaks in one message, and when: the part that all facts of a device in one message share."""

from dataclasses import dataclass

from core.readings import UNITS, Kind, Replay, Semantics, Value
from ingest.conventions.decoded import (
    DEFAULT_SEMANTICS,
    NO_STAMP,
    Decoded,
    Profile,
    Reason,
    Refusal,
    Said,
    Stamp,
)
from ingest.conventions.payload import measure
from ingest.conventions.profile import meaning

_SHOWN = 40


def refused(what: str, raw: object) -> Refusal:
    """This value cannot be: kept out, and shown in short."""
    return Refusal(Reason.VALUE, f"{what}: {str(raw)[:_SHOWN]!r}")


@dataclass(frozen=True, slots=True)
class Voice:
    """`hint` is what the message itself says of being old; `alias` another id that the device may be bound under."""

    device: str
    when: Stamp = NO_STAMP
    hint: Replay | None = None
    alias: str | None = None
    message_id: str | None = None

    def fact(
        self,
        kind: Kind,
        value: Value,
        *,
        channel: str | None = None,
        semantics: Semantics | None = None,
        device: str | None = None,
    ) -> Decoded:
        """One fact of this device (or of `device`, where a profile says whose it really is)."""
        return Decoded(
            device or self.device,
            kind,
            value,
            semantics or DEFAULT_SEMANTICS[kind],
            UNITS.get(kind),
            channel,
            self.when.time,
            self.when.source,
            self.hint,
            self.when.raw,
            self.message_id,
            self.alias if device is None else None,
        )

    def measured(self, kind: Kind, raw: object, unit: str | None = None, *, channel: str | None = None) -> list[Said]:
        """A number in `unit`; null is nothing, anything else that is no possible value is refused."""
        if raw is None:
            return []
        value = measure(kind, raw, unit)
        return [refused(kind.value, raw)] if value is None else [self.fact(kind, value, channel=channel)]

    def meant(self, profile: Profile, key: str, raw: object, *, channel: str | None = None) -> list[Said]:
        """What the profile says that this key means. A value that it does not cover says nothing.

        `channel` holds where the profile names none.
        """
        found = meaning(profile, key)
        if found is None:
            return [Refusal(Reason.PROFILE, f"{key} has no usable meaning")]
        value = found.value_of(raw)
        if value is None:
            return []
        channel = found.channel or channel
        return [self.fact(found.kind, value, channel=channel, semantics=found.semantics, device=found.device)]
