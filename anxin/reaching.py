"""The channels that the settings allow, opened and closed, for every command that calls people."""

from collections.abc import Iterable

from alerts.channels.channel import Channel
from alerts.channels.registry import load
from alerts.channels.webhook import WEBHOOK, WebhookChannel
from anxin.settings import Settings
from core.clock import Clock


def open_channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """Those of the channels file, and the webhook where it has a secret. Raises ChannelsRefused."""
    channels = load(settings.channels_file, clock, settings.public_url) if settings.channels_file else {}
    if settings.webhook_secret is not None:
        channels[WEBHOOK] = WebhookChannel(secret=settings.webhook_secret.get_secret_value(), clock=clock)
    return channels


async def close_channels(channels: Iterable[Channel]) -> None:
    """Let go of the connections of those that keep any."""
    for channel in channels:
        close = getattr(channel, "aclose", None)
        if close is not None:
            await close()
