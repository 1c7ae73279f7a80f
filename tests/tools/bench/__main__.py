"""The figures of the budgets, each beside its floor where one exists, measured in one run (``make bench``).

Floors are pinned: same schema, key, pragmas and rows as the product, with nothing of the product in between.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from app.workspace import Workspace
from tests.tools.bench.calendar import board
from tests.tools.bench.desk import booking, lists, put_10000
from tests.tools.bench.exchange import exchange, news
from tests.tools.bench.kit import Line, center
from tests.tools.bench.load import load
from tests.tools.bench.package import package
from tests.tools.bench.rooms import booking50k
from tests.tools.bench.series import previews
from tests.tools.bench.tables import booking_tables, tables
from tests.tools.bench.usb import usb
from tests.tools.bench.window import start


def over_a_center(part: Callable[[Workspace], Iterator[Line]]) -> Callable[[Path], Iterator[Line]]:
    """A part that is measured over a new center."""

    def run(folder: Path) -> Iterator[Line]:
        with center(folder) as workspace:
            yield from part(workspace)

    return run


PARTS = {
    "start": start,
    "package": package,
    "put": put_10000,
    "lists": over_a_center(lists),
    "booking": over_a_center(booking),
    "booking50k": over_a_center(booking50k),
    "excel": over_a_center(tables),
    "booking_tables": over_a_center(booking_tables),
    "series": over_a_center(previews),
    "calendar": over_a_center(board),
    "usb": usb,
    "exchange": exchange,
    "news": news,
    "load": load,
}
LONG = frozenset({"load"})
"""Only run when named."""


def main(wanted: list[str]) -> int:
    """The tool: every part that is not long, or those that are named."""
    failed = 0
    print(f"{'':44}{'figure':>12}{'floor':>12}{'ratio':>8}{'budget':>10}")
    for name, part in PARTS.items():
        if name not in wanted if wanted else name in LONG:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                for line in part(Path(folder)):
                    print(
                        f"{line.what:44}{line.figure:>12}{line.floor:>12}{line.ratio:>8}{line.budget:>10}", flush=True
                    )
            except Exception as error:  # one part that cannot run leaves the others
                failed += 1
                print(f"{name}: not measured: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
