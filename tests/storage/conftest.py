"""Real databases for the storage tests."""

from tests.servers.databases import (  # noqa: F401  fixtures are found by their names here
    database,
    empty_url,
    influx_readings,
    influx_server,
    migrated_postgres,
    migrated_sqlite,
    migrated_url,
    postgres_server,
    postgresql_url,
    sqlite_url,
)
