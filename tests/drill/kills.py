"""Kill the engine, and the database too, as often as you like.

    python -m tests.drill.kills --kills 5000 --database sqlite
    python -m tests.drill.kills --kills 5000 --database postgresql --server-kills 100
    python -m tests.drill.kills --kills 5000 --cannot-be-asked

Prints one line of JSON, and exits 1 when anything was lost or broken.
"""

import argparse
import sys

from tests.drill.killing import LONG, database_of, kill_again_and_again, scratch


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--server-kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=LONG, help="real seconds of the longest life")
    parser.add_argument("--cannot-be-asked", action="store_true", help="providers that do not say what they have")
    asked = parser.parse_args()
    with scratch() as folder, database_of(asked.database, folder) as (url, server):
        killed = kill_again_and_again(
            url,
            folder,
            kills=asked.kills,
            server=server,
            server_kills=asked.server_kills,
            seed=asked.seed,
            longest=asked.longest,
            can_be_asked=not asked.cannot_be_asked,
        )
    sys.stderr.write("".join(f"{what}\n" for what in killed.told[:20]))
    sys.stdout.write(f"{killed.line}\n")
    return 1 if killed.lost or killed.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
