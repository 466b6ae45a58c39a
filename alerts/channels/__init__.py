"""The ways to reach a person, one small module each behind one contract."""

from alerts.channels.channel import Channel, OutgoingMessage
from alerts.channels.console import ConsoleChannel
from alerts.channels.webhook import WebhookChannel

__all__ = ["Channel", "ConsoleChannel", "OutgoingMessage", "WebhookChannel"]
