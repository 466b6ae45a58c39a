"""The page about channels: each example can be loaded, and every provider has one."""

import re
from pathlib import Path

from alerts.channels.registry import PROVIDERS, parse
from alerts.channels.web_push_crypto import new_key, private_text
from anxin.clock import system_clock

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


def test_every_example_can_be_loaded_and_every_provider_has_one(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("42:very-secret")
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    key = tmp_path / "key"
    key.write_text(private_text(new_key()))
    whole = "\n".join(examples).replace("/run/secrets/webpush", str(key))
    whole = re.sub(r'"/run/secrets/\w+"', f'"{secret}"', whole)

    channels = parse(whole, system_clock())

    assert set(re.findall(r'provider = "(\w+)"', whole)) == set(PROVIDERS)
    assert len(channels) == len(examples and re.findall(r"^\[", whole, re.MULTILINE))


def test_every_provider_is_in_a_table_with_its_address() -> None:
    for provider in PROVIDERS:
        assert re.search(rf"^\|[^|]*`{provider}`", PAGE, re.MULTILINE), provider
