"""The transactional schema, apart from alerts, as the stores see it. Migrations build it; a test holds both together.

Places and people refer to each other by foreign key. What is written in bulk from readings does not.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from storage.columns import Instant

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up (SQLite counts only an INTEGER key)."""


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that satisfy `where`, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


areas = Table(
    "areas",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent", Text, ForeignKey("areas.id", deferrable=True, initially="DEFERRED")),
)

homes = Table(
    "homes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("area", Text, ForeignKey("areas.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("resident", Text),
    Column("door_note", Text),
)

gateways = Table(
    "gateways",
    metadata,
    Column("id", Text, primary_key=True),
    Column("home", Text, ForeignKey("homes.id")),
    Column("label", Text, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("room", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("gateway", Text, ForeignKey("gateways.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("model", Text),
    Column("profile", JSON, nullable=False),
    Column("removed_at", Instant),
)

unknown_devices = Table(
    "unknown_devices",
    metadata,
    Column("device", Text, primary_key=True),
    Column("convention", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("said", JSON, nullable=False),
    Column("messages", JSON, nullable=False),
    Index("ix_unknown_devices_last", "last_at", "device"),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("routes", JSON, nullable=False),
)

ties = Table(
    "ties",
    metadata,
    Column("id", SEQUENCE, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("bond", Text, nullable=False),
    Column("home", Text, ForeignKey("homes.id")),
    Column("area", Text, ForeignKey("areas.id")),
    Column("rank", Integer, nullable=False),
    CheckConstraint("(home IS NULL) <> (area IS NULL)", name="one_place"),
    partial_index("uq_ties_home", "person", "bond", "home", where="home IS NOT NULL", unique=True),
    partial_index("uq_ties_area", "person", "bond", "area", where="area IS NOT NULL", unique=True),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("area", Text, ForeignKey("areas.id"), nullable=False),
    Column("post", Text, nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("start", Time, nullable=False),
    Column("end", Time, nullable=False),
    Column("weekdays", Text, nullable=False),
    Column("rank", Integer, nullable=False),
)

duty_changes = Table(
    "duty_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("out", Text, ForeignKey("people.id")),
    Column("person", Text, ForeignKey("people.id")),
    Column("area", Text, ForeignKey("areas.id")),
    Column("post", Text),
    Column("alone", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint('"start" < "end"', name="ends_after_it_starts"),
    CheckConstraint(
        '"out" IS NOT NULL OR (person IS NOT NULL AND area IS NOT NULL AND post IS NOT NULL)', name="says_who"
    ),
    Index("ix_duty_changes_end", "end"),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("severity", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("policy", JSON(none_as_null=True)),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("severity IN ('red', 'orange', 'yellow')", name="severity"),
    CheckConstraint("version >= 1", name="counted"),
    UniqueConstraint("severity", "kind", "version"),
)
"""Added to, never changed. `kind` is empty where a version is for every kind; `policy` where it was withdrawn."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("body", JSON, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("homes", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("closed_at", Instant),
    partial_index("uq_tickets_open_key", "key", where="closed_at IS NULL", unique=True),
    Index("ix_tickets_opened", "opened_at", "id"),
)

ticket_homes = Table(
    "ticket_homes",
    metadata,
    Column("ticket", Text, ForeignKey("tickets.id"), primary_key=True),
    Column("home", Text, primary_key=True),
    Index("ix_ticket_homes_home", "home"),
)

home_statuses = Table(
    "home_statuses",
    metadata,
    Column("home", Text, primary_key=True),
    Column("presence", Text, nullable=False),
    Column("presence_since", Instant),
    Column("visibility", Text, nullable=False),
    Column("visibility_since", Instant),
    Column("visibility_reason", Text, nullable=False),
    Column("last_sign_at", Instant),
    Column("last_sign_room", Text),
    Column("last_sign_device", Text),
    Column("learned_days", Integer, nullable=False),
    Column("company", JSON(none_as_null=True)),
    Column("overdue_since", Instant),
)

device_statuses = Table(
    "device_statuses",
    metadata,
    Column("device", Text, primary_key=True),
    Column("last_heard_at", Instant),
    Column("online", Boolean),
    Column("battery", Float),
    Column("value", Text),
    Column("kind", Text),
    Column("battery_due", Instant),
    Column("link", Float),
)

accounts = Table(
    "accounts",
    metadata,
    Column("login", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("areas", JSON, nullable=False),
    Column("homes", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("login", Text, ForeignKey("accounts.login"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_sessions_expires", "expires_at"),
)

looks = Table(
    "looks",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("login", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Index("ix_looks_subject", "subject", "seq"),
)

phone_messages = Table(
    "phone_messages",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("alert", Text),
    Column("purpose", Text, nullable=False),
    Column("repeat", Boolean, nullable=False),
    Index("ix_phone_messages_person", "person", "seq"),
)

doors = Table(
    "doors",
    metadata,
    Column("home", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
)

family_wishes = Table(
    "family_wishes",
    metadata,
    Column("home", Text, ForeignKey("homes.id"), primary_key=True),
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("hears", Text, nullable=False),
    Column("responsible", Boolean, nullable=False),
    Column("digest_at", Time),
    Column("paused_until", Instant),
    CheckConstraint("hears IN ('at_once', 'when_taken', 'at_outcome', 'daily')", name="hears"),
)

family_consents = Table(
    "family_consents",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("scope", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("how", Text, nullable=False),
    CheckConstraint("scope IN ('nothing', 'state', 'reason', 'day')", name="scope"),
    Index("ix_family_consents_home", "home", "seq"),
)
"""Added to, never changed: the newest of a home and person holds."""

expectations = Table(
    "expectations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("start", Time, nullable=False),
    Column("end", Time, nullable=False),
    Column("by", Text, nullable=False),
    Column("weekdays", Text, nullable=False),
    Column("room", Text),
    CheckConstraint('"start" < "end"', name="within_a_day"),
)

digests = Table(
    "digests",
    metadata,
    Column("home", Text, ForeignKey("homes.id"), primary_key=True),
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("said", Text, nullable=False),
    CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
)

route_trials = Table(
    "route_trials",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("said", Text, nullable=False),
    Column("answered_at", Instant),
    Column("how", Text),
    CheckConstraint("(answered_at IS NULL) = (how IS NULL)", name="answered_somehow"),
    Index("ix_route_trials_person", "person", "at"),
    Index("ix_route_trials_answered", "answered_at"),
)

shift_edits = Table(
    "shift_edits",
    metadata,
    Column("seq", SEQUENCE, primary_key=True),
    Column("shift", Text, nullable=False),
    Column("area", Text, ForeignKey("areas.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_shift_edits_area", "area", "seq"),
)
"""Added to, never changed."""

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("endpoint", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("label", Text, nullable=False),
    Index("ix_push_subscriptions_person", "person", "at"),
)
