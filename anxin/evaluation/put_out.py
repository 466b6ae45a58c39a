"""What a command has measured, put out as it was asked for: a table, or JSON, and a report beside it."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO


def put_out(
    found: Mapping[str, Any],
    *,
    as_json: bool,
    html: Path | None,
    write_report: Callable[[Path], None],
    write_table: Callable[[TextIO], None],
) -> None:
    """On standard output, and, where `html` names a file, as a report there."""
    if html is not None:
        write_report(html)
        sys.stderr.write(f"report written: {html}\n")
    if as_json:
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
    else:
        write_table(sys.stdout)
