"""The channels file: every mistake is named with its table and key, and no secret is ever shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.channels.registry import PROVIDERS, ChannelsRefused, load, parse

SMS = """
[sms]
provider = "aliyun_sms"
access_key_id = "AK"
access_key_secret = "very secret"
sign_name = "安心"
template = "SMS_1"
"""


class Still:
    def now(self) -> datetime:
        return datetime(2026, 11, 27, tzinfo=UTC)

    async def sleep_until(self, when: datetime) -> None:
        raise NotImplementedError


def refused(text: str) -> list[str]:
    with pytest.raises(ChannelsRefused) as told:
        parse(text, Still())
    return str(told.value).splitlines()


def test_the_table_gives_the_channel_its_name() -> None:
    channels = parse(SMS + SMS.replace("[sms]", "[sms-abroad]"), Still())

    assert {name: channel.kind for name, channel in channels.items()} == {"sms": "sms", "sms-abroad": "sms-abroad"}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("very secret\n")
    from_file = SMS.replace('access_key_secret = "very secret"', f'access_key_secret_file = "{secret}"')

    assert parse(from_file, Still())
    assert refused(from_file.replace(str(secret), "/nowhere"))[0].startswith("sms: access_key_secret_file: /nowhere")
    assert refused(SMS + f'access_key_secret_file = "{secret}"') == [
        "sms: both access_key_secret and access_key_secret_file are given: one of them is enough"
    ]


def test_every_mistake_is_told_at_once_and_no_secret_is_shown() -> None:
    lines = refused(
        SMS.replace('template = "SMS_1"', "temlate = 1\nper_second = 0")
        + '[voice]\nprovider = "alyun"\n[console]\nprovider = "ntfy"\n'
    )

    text = "\n".join(lines)
    assert "very secret" not in text
    assert any(line.startswith("sms.temlate: no such key; allowed are") for line in lines)
    assert any(line.startswith("sms.template: ") for line in lines)
    assert any(line.startswith("sms.per_second: ") for line in lines)
    assert f"voice.provider = 'alyun': must be one of {', '.join(PROVIDERS)}" in lines
    assert "console: this name is taken by Anxin's own channel" in lines


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sms", "not TOML"),
        ("sms = 1", "sms: must be a table"),
        ('[a]\nprovider="email"\nhost="h"\nsender="a@b.c"\nusername="u"', "belong together"),
        (
            '[a]\nprovider="email"\nhost="h"\nsender="a@b.c"\nusername="u"\npassword="p"\nsecurity="none"',
            "never sent without",
        ),
        ('[a]\nprovider="email"\nhost="h"\nsender="a@b.c"\nca_file="/nowhere"', "ca_file: /nowhere cannot be used"),
        ('[a]\nprovider="twilio_sms"\naccount_sid="A"\nauth_token="T"', "either from_number or"),
        (SMS + 'variables = {x = "weather"}', "sms.variables.x"),
    ],
)
def test_what_cannot_work_is_refused(text: str, told: str) -> None:
    assert told in "\n".join(refused(text))


def test_a_file_is_named_in_each_line(tmp_path: Path) -> None:
    file = tmp_path / "channels.toml"
    file.write_text("a = 1\nb = 2\n")

    with pytest.raises(ChannelsRefused) as told:
        load(file, Still())
    with pytest.raises(ChannelsRefused, match="cannot be read"):
        load(tmp_path / "gone.toml", Still())

    assert str(told.value).splitlines() == [f"{file}: a: must be a table, [a]", f"{file}: b: must be a table, [b]"]
