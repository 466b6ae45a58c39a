"""A wrong setting stops the start and says which, what it was, and what is allowed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anxin.clock import ScaledClock, parse_epoch
from anxin.settings import ReadingsKind, SettingsRefused, load, without_password


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("ANXIN_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANXIN_HTTP_PORT", "seventy", "ANXIN_HTTP_PORT = 'seventy'"),
        ("ANXIN_BROKER_URL", "http://x", "mqtt://host"),
        ("ANXIN_DATABASE_URL", "mysql://x", "must start with sqlite:/// or postgresql+psycopg://"),
        ("ANXIN_FALSE_ALARMS_PER_MONTH", "0", "greater than 0"),
        ("ANXIN_ANSWERED_WITHIN", "60:97.5,soon", "'soon' is not seconds:percent"),
        ("ANXIN_READINGS", "influxdb", "needs ANXIN_INFLUX_TOKEN"),
        ("ANXIN_LANGUAGE", "fr", "ANXIN_LANGUAGE = 'fr'"),
        ("ANXIN_CONFIG", "/nowhere.toml", "no such file"),
        ("ANXIN_BROKER_PASSWORD_FILE", "/nowhere", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsRefused) as refused:
        load()

    assert said in str(refused.value)


def test_a_wrong_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "anxin.toml"
    config.write_text('influx_token = ["hush-hush"]')
    monkeypatch.setenv("ANXIN_CONFIG", str(config))

    with pytest.raises(SettingsRefused) as refused:
        load()

    assert "INFLUX_TOKEN" in str(refused.value)
    assert "hush-hush" not in str(refused.value)


def test_an_unknown_name_in_the_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "anxin.toml"
    config.write_text("htp_port = 80")
    monkeypatch.setenv("ANXIN_CONFIG", str(config))

    with pytest.raises(SettingsRefused, match="htp_port: no such setting"):
        load()


def test_environment_beats_file_and_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config, token = tmp_path / "anxin.toml", tmp_path / "token"
    config.write_text('http_port = 1111\nreadings = "influxdb"')
    token.write_text("from-a-file\n")
    monkeypatch.setenv("ANXIN_CONFIG", str(config))
    monkeypatch.setenv("ANXIN_HTTP_PORT", "2222")
    monkeypatch.setenv("ANXIN_INFLUX_TOKEN_FILE", str(token))

    settings = load()

    assert settings.http_port == 2222
    assert settings.readings is ReadingsKind.INFLUXDB
    assert settings.influx_token is not None
    assert settings.influx_token.get_secret_value() == "from-a-file"
    assert "from-a-file" not in repr(settings)


def test_the_database_password_goes_into_the_url_escaped() -> None:
    settings = load(database_url="postgresql+psycopg://anxin@db:5432/anxin", database_password="p@ss/wörd")

    assert settings.database == "postgresql+psycopg://anxin:p%40ss%2Fw%C3%B6rd@db:5432/anxin"


def test_a_scaled_clock_runs_in_step_in_another_process() -> None:
    real = datetime.now(UTC) - timedelta(seconds=10)
    clock = ScaledClock(datetime(2010, 12, 1, tzinfo=UTC), real, 600)

    other = parse_epoch(clock.epoch)

    assert other == clock
    assert other.now() - datetime(2010, 12, 1, tzinfo=UTC) >= timedelta(seconds=6000)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-01-01@2026-01-01*2", "2026-01-01T00:00Z@2026-01-01T00:00Z*0", "a@b*c"]
)
def test_a_wrong_epoch_says_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="SIMULATED@REAL"):
        parse_epoch(text)


def test_a_password_inside_a_url_is_not_shown() -> None:
    assert without_password("postgresql+psycopg://anxin:s3cret@db/anxin") == "postgresql+psycopg://anxin:***@db/anxin"
    assert without_password("mqtt://127.0.0.1:1883") == "mqtt://127.0.0.1:1883"
