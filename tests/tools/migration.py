"""Generates the next migration from the declarations.

    python -m tests.tools.migration "what it adds"

Migrations only add (design.md §3): the tool refuses to write one that would drop or alter anything.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from app.store import database
from app.store.tables import metadata

MIGRATIONS = Path(database.__file__).parent / "migrations"
ADDS = {"add_table", "add_column", "add_index"}


def main(arguments: list[str]) -> int:
    """The tool."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        engine = database.sqlite_engine(Path(folder) / "now.db", None)
        database.migrate(engine)
        with engine.execution_options(write=True).begin() as connection:
            wanted = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
            bad = [change for change in wanted if not isinstance(change, tuple) or change[0] not in ADDS]
            if bad or not wanted:
                print("\n".join(map(str, bad)) or "the migrations already make the declared schema", file=sys.stderr)
                return 1
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            number = f"{int(database.HEAD) + 1:04d}"
            script = command.revision(config, arguments[0], autogenerate=True, rev_id=number)
        engine.dispose()
    path = Path(script.path)  # type: ignore[union-attr]
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=True)
    subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", "--fix", str(path)], check=True)
    print(f'{path.name} written. Now set HEAD = "{number}" in app/store/database.py and raise SCHEMA in the registry.')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
