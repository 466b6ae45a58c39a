"""The drill's own tests need a PostgreSQL."""

from tests.servers.databases import postgres_server

__all__ = ["postgres_server"]
