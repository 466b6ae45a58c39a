"""Browsers that somebody has let us write to, as rows."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from core.people import Route
from core.push import MOST_BROWSERS, Subscription
from storage.alert_rows import AnyRow
from storage.database import Database
from storage.statements import upsert
from storage.tables import push_subscriptions as table


class SqlPush:
    """`core.push.PushStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def subscribe(self, subscription: Subscription) -> None:
        values = {
            "endpoint": subscription.endpoint,
            "person": subscription.person,
            "channel": subscription.channel,
            "p256dh": subscription.p256dh,
            "auth": subscription.auth,
            "at": subscription.at,
            "label": subscription.label,
        }
        mine = select(table.c.endpoint).where(table.c.person == subscription.person)
        newest = mine.order_by(table.c.at.desc(), table.c.endpoint)
        with self._database.writing() as connection:
            connection.execute(upsert(table, ("endpoint",), self._database.dialect), values)
            too_many = connection.scalars(newest).all()[MOST_BROWSERS:]
            if too_many:
                connection.execute(delete(table).where(table.c.endpoint.in_(too_many)))

    def browsers(self, person: str) -> list[Subscription]:
        order = table.c.at.desc(), table.c.endpoint
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.person == person).order_by(*order))
            return [_subscription_of(row) for row in rows]

    def unsubscribe(self, endpoint: str) -> bool:
        with self._database.writing() as connection:
            return connection.execute(delete(table).where(table.c.endpoint == endpoint)).rowcount > 0

    def ways(self) -> Mapping[str, Route]:
        with self._database.reading() as connection:
            rows = connection.execute(select(table.c.person, table.c.channel).order_by(table.c.at))
            return {row.person: Route(row.channel, row.person) for row in rows}


def _subscription_of(row: AnyRow) -> Subscription:
    return Subscription(row.endpoint, row.person, row.channel, row.p256dh, row.auth, row.at, row.label)
