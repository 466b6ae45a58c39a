"""One typed settings object: environment (`ANXIN_…`), TOML (`ANXIN_CONFIG`), secrets from files (`ANXIN_…_FILE`).

A wrong value stops the start and names the setting, the value and what is allowed.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from core.ledger import ServiceLevels, service_levels
from core.people import Language

PREFIX = "ANXIN_"
EMBEDDED = "embedded"


class SettingsRefused(Exception):
    """The settings cannot be used; the message says which, and what is allowed."""


class ReadingsKind(StrEnum):
    SQLITE = "sqlite"
    INFLUXDB = "influxdb"


class _SecretFiles(EnvSettingsSource):
    """`ANXIN_X_FILE=/run/secrets/x` gives the setting `x` the contents of that file."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(name)
        if path is None:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise SettingsRefused(f"{name} = {path!r}: cannot be read ({error.strerror})") from error


class Settings(BaseSettings):
    """Everything that can be set. Durations are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(Path("var"), description="where embedded stores and files live")
    broker_url: str = Field("mqtt://127.0.0.1:1883", description="mqtt:// or mqtts://host:port, or 'embedded'")
    broker_username: str | None = None
    broker_password: SecretStr | None = None
    broker_ca_file: Path | None = Field(None, description="authority that signed the broker's certificate")
    outward: bool = Field(default=False, description="tell homes' states and alerts over MQTT (docs/outward.md)")
    outward_discovery: str = Field(
        "homeassistant", pattern=r"^[\w./-]{0,64}$", description="Home Assistant's discovery prefix; empty: none"
    )
    broker_client_id: str = Field(
        "", max_length=64, description="MQTT client id; empty: one of our own that nobody can guess, kept in data_dir"
    )
    database_url: str = Field("", description="postgresql+psycopg://…; empty: SQLite below data_dir")
    database_password: SecretStr | None = None
    readings: ReadingsKind = ReadingsKind.SQLITE
    influx_url: str = "http://127.0.0.1:8086"
    influx_org: str = "anxin"
    influx_bucket: str = "readings"
    influx_token: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(8080, ge=0, le=65535)
    trusted_proxies: str = Field(
        "127.0.0.1", description="addresses, comma separated, whose X-Forwarded-For is believed; * behind docker only"
    )
    secure_cookies: bool = Field(default=False, description="true behind https")
    session_hours: float = Field(12, gt=0, le=24 * 30)
    admin_password: SecretStr | None = Field(
        None, description="of the login 'admin', made when there is no administrator"
    )
    webhook_secret: SecretStr | None = Field(None, description="signs webhook messages; without it they are refused")
    public_url: str = Field(
        "", description="how phones reach the console, https://…: messages then carry a one-tap link"
    )
    link_secret: SecretStr | None = Field(None, min_length=16, description="signs one-tap links; the same everywhere")
    channels_file: Path | None = Field(
        None, description="TOML with the channels: SMS, voice, WeCom, DingTalk, email, …"
    )
    heartbeat_url: SecretStr | None = Field(
        None, description="told every minute that all is well (a dead man's switch)"
    )
    canary_route: str = Field("", description="a real route for the canary alert, such as ntfy=topic")
    policies_file: Path | None = Field(None, description="TOML with escalation policies that replace the defaults")
    false_alarms_per_month: float = Field(0.5, gt=0, le=30, description="budget per home: the knob for sensitivity")
    budget_replay_homes: int = Field(
        50, ge=1, le=100_000, description="homes on which a proposed budget is replayed; of more, a seeded sample"
    )
    questions_answered: float = Field(
        0.0, ge=0, le=0.95, description="share of questions that well residents answer; so much oftener they are asked"
    )
    learn_from_outcomes: bool = Field(
        default=True, description="how alerts ended moves how long each home is waited for, within bounds"
    )
    precision_floor: float = Field(
        0.1, ge=0, le=1, description="share of a kind's alerts that must be about somebody in need; below it says so"
    )
    answered_within: str = Field(
        "60:97.5,180:99", description="service levels of red alerts, seconds:percent, until somebody answers"
    )
    on_site_within: str = Field("1800:90", description="the same until somebody is at the door")
    language: Language = Language.CHINESE
    clock: str | None = Field(
        None, description="for drills only: SIMULATED@REAL*SPEED, e.g. 2026-11-24T01:30:00Z@2026-11-24T02:00:00Z*30"
    )
    snapshot_every: float = Field(30, gt=0, le=3600, description="real seconds between snapshots of what was learned")
    learn_days: float = Field(35, ge=1, le=365, description="how far back a start without snapshots reads")
    retention_days: float = Field(400, ge=1, description="readings and photos older than this are forgotten")
    waiting_most_mb: int = Field(8192, ge=1, description="readings that may wait on disk while InfluxDB is away, in MB")
    batch_size: int = Field(500, ge=1, le=10_000, description="messages per durable write")
    phones: bool = Field(default=False, description="the demonstration's phones page")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_json: bool = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        toml = os.environ.get(f"{PREFIX}CONFIG")
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings, _SecretFiles(settings_cls)]
        if toml is not None:
            if not Path(toml).is_file():
                raise SettingsRefused(f"{PREFIX}CONFIG = {toml!r}: no such file")
            sources.append(TomlConfigSettingsSource(settings_cls, Path(toml)))
        return tuple(sources)

    @field_validator("broker_url")
    @classmethod
    def _broker_is_reachable_by_url(cls, value: str) -> str:
        if value == EMBEDDED:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.username:
            raise ValueError(
                "must be 'embedded' or mqtt://host[:port] or mqtts://host[:port], without a user name in it"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url_is_one(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username):
            raise ValueError("must be https://name[:port][/path]")
        return value.rstrip("/")

    @field_validator("answered_within", "on_site_within")
    @classmethod
    def _service_levels_are_read(cls, value: str) -> str:
        service_levels(value)
        return value

    @model_validator(mode="after")
    def _links_need_a_secret(self) -> Self:
        if self.public_url and self.link_secret is None:
            raise ValueError(f"public_url needs {PREFIX}LINK_SECRET or {PREFIX}LINK_SECRET_FILE")
        return self

    @model_validator(mode="after")
    def _influx_needs_a_token(self) -> Self:
        if self.readings is ReadingsKind.INFLUXDB and self.influx_token is None:
            raise ValueError(f"readings = influxdb needs {PREFIX}INFLUX_TOKEN or {PREFIX}INFLUX_TOKEN_FILE")
        return self

    @property
    def database(self) -> str:
        """The URL to open, password included."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'anxin.db'}"
        if self.database_password is None or not url.startswith("postgresql"):
            return url
        from sqlalchemy.engine import make_url

        return (
            make_url(url).set(password=self.database_password.get_secret_value()).render_as_string(hide_password=False)
        )

    @property
    def service_levels(self) -> ServiceLevels:
        """What is promised for red alerts, against which the figures are held."""
        return ServiceLevels(service_levels(self.answered_within), service_levels(self.on_site_within))

    @property
    def broker_host(self) -> str:
        return urlsplit(self.broker_url).hostname or "127.0.0.1"

    @property
    def broker_port(self) -> int:
        parts = urlsplit(self.broker_url)
        return parts.port or (8883 if parts.scheme == "mqtts" else 1883)

    @property
    def waiting_file(self) -> Path:
        """Where readings wait while InfluxDB is away."""
        return self.data_dir / "readings-waiting.db"

    @property
    def broker_tls(self) -> bool:
        return self.broker_url.startswith("mqtts://")


def without_password(text: str) -> str:
    """A URL as it may be shown: whatever stands between a user name and the host is hidden."""
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", text)


def load(**overrides: object) -> Settings:
    """Read the settings. Raises SettingsRefused with one line per wrong setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_explain(item) for item in error.errors()]
        raise SettingsRefused("\n".join(lines)) from error
    except SettingsError as error:
        raise SettingsRefused(str(error.__cause__ or error)) from error


def _explain(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"]) or "settings"
    shown = "(secret)" if "password" in where or "token" in where or "secret" in where else repr(item.get("input"))
    if item["type"] == "extra_forbidden":
        return f"{where}: no such setting"
    if where == "settings":
        return str(item["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{where.upper()} = {shown}: {str(item['msg']).removeprefix('Value error, ')}"
