"""The frame holds: lock, targets, walls' outer form, migrations equal to the declarations, kept databases open."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.models.registry import KINDS
from app.services import reading
from app.store.database import HEAD, migrate, revision, sqlite_engine
from app.store.tables import metadata
from app.workspace import Workspace
from tests.tools.schema_fixture import DATA, lay_out

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "app" / "store" / "migrations"
TOP = {
    ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "app", "installer",
    "pyproject.toml", "requirements.lock", "resources", "tests",
}  # fmt: skip
LOADED_BY_NAME = {"psycopg", "python-multipart", "tzdata"}
"""Dependencies that no import names: the driver in a database URL, the parser of forms, the time zones of Windows."""

AWAITED = {"jinja2"}
"""Dependencies of design.md §12 for what is still to come: pages of the console."""


def tracked() -> list[Path]:
    """The files that are kept."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def modules() -> list[Path]:
    return [path for part in ("app", "tests") for path in sorted((ROOT / part).rglob("*.py"))]


def test_the_top_level_holds_only_what_is_named() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_kept_file_names_a_folder_of_somebodys_machine() -> None:
    private = re.compile(rb"(?<![\w.:/])/(root|home|work|Users)/\w")
    texts = [path for path in tracked() if path.suffix not in {".ttf", ".db", ".mo", ".png"}]
    assert [str(path) for path in texts if private.search(path.read_bytes())] == []


def test_no_module_is_longer_than_400_lines() -> None:
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in modules() if "versions" not in path.parts}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_package_files_hold_no_logic() -> None:
    assert [path for path in modules() if path.name == "__init__.py" and path.read_bytes()] == []


def test_every_module_says_its_purpose() -> None:
    silent = [
        p for p in modules() if p.name != "__init__.py" and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_the_lock_has_a_hash_for_each_package_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"://|index-url|find-links|trusted-host", lock)
    requirements = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    assert len(requirements) > 40
    assert [entry.splitlines()[0] for entry in requirements if "--hash=sha256:" not in entry] == []
    assert [entry.splitlines()[0] for entry in requirements if not re.match(r"[\w.\[\]-]+==[\w.]+", entry)] == []


def test_the_lock_has_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[\[=<>; ]", one, maxsplit=1)[0].lower() for one in wanted}
    assert {name for name in names if not re.search(rf"^{re.escape(name)}(\[\w+\])?==", lock, re.M)} == set()


def test_dependencies_are_what_the_program_imports() -> None:
    from importlib.metadata import packages_distributions

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = {re.split(r"[\[=<>; ]", one, maxsplit=1)[0].lower() for one in project["project"]["dependencies"]}
    imported = {name.split(".")[0] for path in (ROOT / "app").rglob("*.py") for name in imports(path)}
    by_module = packages_distributions()
    used = {
        dist.lower() for name in imported - sys.stdlib_module_names - {"app"} for dist in by_module.get(name, [name])
    }
    family = {"pyside6_essentials": "pyside6-essentials", "shiboken6": "pyside6-essentials"}
    used = {family.get(name, name) for name in used}
    assert used - declared == set()
    assert declared - used - LOADED_BY_NAME - AWAITED == set()


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize(
    "target", ["setup", "run", "test", "check", "tour", "bench", "bundle", "package", "prove", "soak"]
)
def test_make_knows(target: str) -> None:
    made = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "installer/setup.sh" in made.stdout


def test_continuous_integration_runs_the_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text("utf-8")


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_migrations_make_exactly_the_declared_schema(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "fresh.db", None)
    assert migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert not migrate(engine)
    engine.dispose()


KEPT = sorted(path.with_suffix("") for path in DATA.glob("schema_*.db"))


def test_a_database_is_kept_for_every_released_schema() -> None:
    made = [f"schema_{path.name[:4]}" for path in sorted(MIGRATIONS.glob("versions/*.py"))]
    released = made[:-1] or made  # the newest may still be in the making
    assert set(released) <= {stem.name for stem in KEPT} <= set(made)


@pytest.mark.parametrize("stem", KEPT, ids=[stem.name for stem in KEPT])
def test_a_kept_database_opens_migrates_and_checks_clean(stem: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(*lay_out(stem, tmp_path))
    try:
        assert revision(workspace.engine) == HEAD
        assert workspace.check() == []
        for kind, records in json.loads(stem.with_suffix(".json").read_text("utf-8"))["records"].items():
            assert kind in KINDS
            for record_id, values in records.items():
                now = reading.as_json(reading.get(workspace.office, kind, record_id), reveal=True)
                assert {name: now[name] for name in values} == values
    finally:
        workspace.close()
