#!/usr/bin/env python3
"""An example for managers: this login's closed alerts by month and outcome, and how long people needed, as CSV.

Standard library only; it reads the JSON interface with a desk's or an admin's login.

    ANXIN_PASSWORD=… python3 docs/examples/figures.py https://anxin.example.org LOGIN > figures.csv
"""

import csv
import json
import os
import statistics
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

COLUMNS = ("month", "kind", "severity", "outcome", "alerts", "median_min_to_taken", "median_min_to_closed")


def fetched(address: str, token: str) -> Iterator[dict[str, Any]]:
    """Every alert that the login may see, newest first, page by page."""
    cursor = ""
    while True:
        page = asked(f"{address}/api/v1/alerts?limit=100{cursor}", token=token)
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def asked(url: str, *, token: str = "", body: dict[str, str] | None = None) -> dict[str, Any]:
    """One request, one JSON answer. Raises urllib.error.HTTPError."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    sent = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, sent, headers)) as answer:  # noqa: S310 - the operator's own
        told: dict[str, Any] = json.load(answer)
        return told


def figures(alerts: Iterable[dict[str, Any]]) -> Iterator[Sequence[object]]:
    """One row for each month, kind, severity and outcome of closed alerts. Months are those of UTC."""
    groups: dict[tuple[str, str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for alert in alerts:
        if alert["outcome"] is not None:
            groups[alert["opened_at"][:7], alert["kind"], alert["severity"], alert["outcome"]].append(alert)
    for place, closed in sorted(groups.items()):
        yield (*place, len(closed), _median_minutes(closed, "taken_at"), _median_minutes(closed, "closed_at"))


def _median_minutes(alerts: Iterable[dict[str, Any]], until: str) -> float | str:
    moments = [(datetime.fromisoformat(a["opened_at"]), datetime.fromisoformat(a[until])) for a in alerts if a[until]]
    minutes = [(end - start).total_seconds() / 60 for start, end in moments]
    return round(statistics.median(minutes), 1) if minutes else ""


if __name__ == "__main__":
    place, login = sys.argv[1].rstrip("/"), sys.argv[2]
    entered = asked(f"{place}/api/v1/session", body={"login": login, "password": os.environ["ANXIN_PASSWORD"]})
    rows = csv.writer(sys.stdout)
    rows.writerow(COLUMNS)
    rows.writerows(figures(fetched(place, entered["token"])))
