"""The channels file in the running service: named channels are there, and a mistake stops the start in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from anxin.alerting import new_alerting
from anxin.clock import system_clock
from anxin.roster import Roster
from anxin.settings import Settings, SettingsRefused, load
from anxin.stores import open_database
from tests.servers.receiver import Answer, receiving

NTFY = '[push]\nprovider = "ntfy"\n'


TWILIO = """
["sms abroad"]
provider = "twilio_sms"
account_sid = "AC1"
auth_token = "12345"
from_number = "+15005550006"
receipts = true
"""


def settings_with(folder: Path, text: str, **more: str) -> Settings:
    file = folder / "channels.toml"
    file.write_text(text)
    return load(data_dir=folder, channels_file=file, phones=True, webhook_secret="s3cret", **more)


def test_channels_of_the_file_stand_beside_our_own(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, NTFY)
    with open_database(settings, migrate=True) as stores:
        roster = Roster(stores.inventory, stores.snapshots, stores.families, stores.push)
        alerting = new_alerting(settings, system_clock(), stores, roster, announce=lambda _change: None)

    assert set(alerting.channels) == {"canary", "push", "console", "webhook"}


def test_a_channel_whose_provider_calls_back_is_known_with_its_address(tmp_path: Path) -> None:
    public = {"public_url": "https://anxin.example", "link_secret": "a secret of sixteen"}
    settings = settings_with(tmp_path, NTFY + TWILIO, **public)
    with open_database(settings, migrate=True) as stores:
        roster = Roster(stores.inventory, stores.snapshots, stores.families, stores.push)
        providers = new_alerting(settings, system_clock(), stores, roster, announce=lambda _change: None).providers

    assert {name: inbound.url for name, inbound in providers.inbounds.items()} == {
        "sms abroad": "https://anxin.example/providers/sms%20abroad"
    }


def test_a_channel_that_is_called_back_needs_an_address_for_it(tmp_path: Path) -> None:
    settings_with(tmp_path, TWILIO)

    done = anxin(tmp_path, "channels", "list")

    assert done.returncode == 2
    assert "sms abroad: receipts and replies need the setting ANXIN_PUBLIC_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_stops_the_start_and_is_said_in_one_line(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, NTFY + 'tokn = "x"\n')
    environment = {"ANXIN_DATA_DIR": str(tmp_path), "ANXIN_CHANNELS_FILE": str(settings.channels_file)}

    done = subprocess.run(
        [sys.executable, "-m", "anxin", "serve"], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "push.tokn: no such key" in done.stderr
    assert "Traceback" not in done.stderr


def anxin(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"ANXIN_DATA_DIR": str(folder), "ANXIN_CHANNELS_FILE": str(folder / "channels.toml")}
    return subprocess.run(
        [sys.executable, "-m", "anxin", *command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("answer", "told", "code"),
    [
        (Answer(200, b'{"id":"n1","event":"message"}'), "accepted, with the reference n1", 0),
        (Answer(200, b"{}"), "passing trouble", 1),
        (Answer(403, b'{"error":"forbidden"}'), "refused, the next way would be taken: HTTP 403", 1),
        (Answer(429, b"{}", {"retry-after": "9"}), "rate limit until", 1),
    ],
)
def test_an_operator_tries_a_channel_with_one_message(tmp_path: Path, answer: Answer, told: str, code: int) -> None:
    with receiving() as far:
        far.answer = answer
        settings_with(tmp_path, f'{NTFY}endpoint = "{far.root}"\n')

        done = anxin(tmp_path, "channels", "test", "push", "topic-1", "--language", "en")

    assert (done.returncode, told in done.stdout) == (code, True)
    assert b"Nobody needs help" in far.received[0].body


def test_a_channel_that_is_not_set_up_is_said(tmp_path: Path) -> None:
    settings_with(tmp_path, NTFY)

    assert anxin(tmp_path, "channels", "list").stdout == "push\n"
    wrong = anxin(tmp_path, "channels", "test", "sms", "137")
    assert wrong.returncode == 2
    assert "there are: push" in wrong.stderr


def test_a_route_of_the_canary_that_is_none_stops_the_start(tmp_path: Path) -> None:
    settings = load(data_dir=tmp_path, canary_route="sms")
    with open_database(settings, migrate=True) as stores:
        roster = Roster(stores.inventory, stores.snapshots, stores.families, stores.push)
        with pytest.raises(SettingsRefused, match="ANXIN_CANARY_ROUTE = 'sms'"):
            new_alerting(settings, system_clock(), stores, roster, announce=lambda _change: None)
