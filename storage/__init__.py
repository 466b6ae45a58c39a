"""Adapters of the ports that need a disk or a server: readings (SQLite, InfluxDB), and all that is transactional."""
