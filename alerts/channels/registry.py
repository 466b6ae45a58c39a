"""The channels file: TOML with one table for each name that people's routes use.

[sms]
provider = "aliyun_sms"
access_key_id = "LTAI…"
access_key_secret_file = "/run/secrets/aliyun"
sign_name = "安心"
template = "SMS_154950909"
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from pydantic import ValidationError

from alerts.channels.aliyun import AliyunSms, AliyunVoice
from alerts.channels.channel import Channel
from alerts.channels.dingtalk import DingtalkBot, DingtalkWork
from alerts.channels.email import Email
from alerts.channels.feishu import FeishuBot
from alerts.channels.ntfy import Ntfy
from alerts.channels.pace import Paced
from alerts.channels.settings import ChannelSettings
from alerts.channels.siren import Siren
from alerts.channels.telegram import Telegram
from alerts.channels.tencent import TencentSms
from alerts.channels.twilio import TwilioSms, TwilioVoice
from alerts.channels.web_push import WebPush
from alerts.channels.wechat import WechatTemplate
from alerts.channels.wecom import WecomApp, WecomBot
from core.clock import Clock
from core.refusals import FileRefused

_ALL: tuple[type[ChannelSettings], ...] = (
    AliyunSms,
    AliyunVoice,
    TencentSms,
    WecomApp,
    WecomBot,
    DingtalkBot,
    DingtalkWork,
    FeishuBot,
    WechatTemplate,
    Email,
    TwilioSms,
    TwilioVoice,
    Telegram,
    Ntfy,
    Siren,
    WebPush,
)
PROVIDERS: Mapping[str, type[ChannelSettings]] = {
    str(get_args(settings.model_fields["provider"].annotation)[0]): settings for settings in _ALL
}
RESERVED = ("console", "webhook", "canary")


class ChannelsRefused(FileRefused):
    """The file cannot be used; one line for each mistake, with the table, the key and what is allowed."""


def load(file: Path, clock: Clock, public_url: str = "") -> dict[str, Channel]:
    """The channels of a file by name. `public_url`: where providers reach us. Raises ChannelsRefused."""
    try:
        return parse(file.read_text(encoding="utf-8"), clock, public_url)
    except (OSError, UnicodeDecodeError) as error:
        raise ChannelsRefused(f"{file}: cannot be read: {error}") from error
    except ChannelsRefused as error:
        raise ChannelsRefused("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from error


def parse(text: str, clock: Clock, public_url: str = "") -> dict[str, Channel]:
    """Channels from TOML. Raises ChannelsRefused with every mistake, and never shows a value: it may be a secret."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChannelsRefused(f"not TOML: {error}") from error
    channels: dict[str, Channel] = {}
    wrong: list[str] = []
    for name, table in tables.items():
        try:
            channels[name] = _channel(name, table, clock, public_url)
        except ChannelsRefused as error:
            wrong += str(error).splitlines()
    if wrong:
        raise ChannelsRefused("\n".join(wrong))
    return channels


def _channel(name: str, table: Any, clock: Clock, public_url: str) -> Channel:
    if name in RESERVED:
        raise ChannelsRefused(f"{name}: this name is taken by Anxin's own channel")
    if not isinstance(table, dict):
        raise ChannelsRefused(f"{name}: must be a table, [{name}]")
    provider = table.get("provider")
    kind = PROVIDERS.get(provider) if isinstance(provider, str) else None
    if kind is None:
        raise ChannelsRefused(f"{name}.provider = {provider!r}: must be one of {', '.join(PROVIDERS)}")
    try:
        settings = kind.model_validate(table)
        channel = settings.open(name, clock)
        inbound = settings.inbound(f"{public_url.rstrip('/')}/providers/{quote(name, safe='')}")
    except ValidationError as error:
        raise ChannelsRefused("\n".join(_explained(name, kind, error))) from error
    except ValueError as error:
        raise ChannelsRefused(f"{name}.{error}") from error
    if inbound is not None and not public_url:
        raise ChannelsRefused(
            f"{name}: receipts and replies need the setting ANXIN_PUBLIC_URL, where providers reach us"
        )
    return Paced(channel, clock, settings.per_second, settings.burst, settings.reserve_for_red, inbound, kind.bundles)


def _explained(name: str, kind: type[ChannelSettings], error: ValidationError) -> Iterable[str]:
    for item in error.errors(include_input=False, include_url=False):
        where = ".".join([name, *(str(part) for part in item["loc"])])
        if item["type"] == "extra_forbidden":
            yield f"{where}: no such key; allowed are {', '.join(sorted(kind.model_fields))}"
        else:
            yield f"{where}: {item['msg'].removeprefix('Value error, ')}"
