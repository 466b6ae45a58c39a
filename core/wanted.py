"""Is a message still wanted? Looked at before each try, and when one that was accepted does not arrive. Pure."""

from core.alerts import Alert, EntryKind, Handling, Purpose, Send


def why_not(send: Send, alert: Alert) -> str | None:
    """Why this message must not go out any more; None while it is still wanted.

    "closed": it is over. "taken": somebody is on the way. "snoozed": it is put off.
    "overtaken": what it would say is no longer so.
    """
    if send.event is EntryKind.CLOSED:
        return None
    if not alert.is_open:
        return "closed"
    if send.purpose is Purpose.ASK:
        return _why_not_ask(send, alert)
    if send.event in {EntryKind.SNOOZED, EntryKind.LEVEL_ENTERED}:
        return None if alert.fence == send.fence else "overtaken"
    return "overtaken" if alert.handling is Handling.TRIGGERED else None


def _why_not_ask(send: Send, alert: Alert) -> str | None:
    """A level asks while nobody has it; a hand-over asks while it stands open."""
    if send.event is EntryKind.HANDED_OVER:
        return None if alert.handed_to == send.person else "taken"
    if alert.snoozed_until is not None:
        return "snoozed"
    return None if alert.handling is Handling.TRIGGERED else "taken"
