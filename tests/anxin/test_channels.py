"""The channels file in the running service: named channels are there, and a mistake stops the start in one line."""

import subprocess
import sys
from pathlib import Path

from anxin.alerting import new_alerting
from anxin.clock import system_clock
from anxin.roster import Roster
from anxin.settings import Settings, load
from anxin.stores import open_database

NTFY = '[push]\nprovider = "ntfy"\n'


def settings_with(folder: Path, text: str) -> Settings:
    file = folder / "channels.toml"
    file.write_text(text)
    return load(data_dir=folder, channels_file=file, phones=True, webhook_secret="s3cret")


def test_channels_of_the_file_stand_beside_our_own(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, NTFY)
    with open_database(settings, migrate=True) as stores:
        roster = Roster(stores.inventory, stores.snapshots)
        alerting = new_alerting(settings, system_clock(), stores, roster, announce=lambda _change: None)

    assert set(alerting.channels) == {"push", "console", "webhook"}


def test_a_mistake_stops_the_start_and_is_said_in_one_line(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, NTFY + 'tokn = "x"\n')
    environment = {"ANXIN_DATA_DIR": str(tmp_path), "ANXIN_CHANNELS_FILE": str(settings.channels_file)}

    done = subprocess.run(
        [sys.executable, "-m", "anxin", "serve"], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "push.tokn: no such key" in done.stderr
    assert "Traceback" not in done.stderr
