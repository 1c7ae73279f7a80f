"""Commands that keep the data sound and print it: slip, sheet, check, backup, restore, self-test."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.main import Global, emit, outside
from app.errors import DatabaseDamaged, EnvironmentFault
from app.text import _


@click.command("slip")
@click.argument("kind")
@click.argument("record_id")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--form", default=None, help="which slip, where the kind has several")
@click.pass_obj
def slip_command(obj: Global, kind: str, record_id: str, out: Path, form: str | None) -> None:
    """Write a record's slip as PDF; counts as a print."""
    from app.services import slips

    outside(obj, out, "out")
    workspace = obj.open()
    try:
        pdf = slips.render(workspace.office, kind, record_id, form)
        _written(out, pdf)
        name = form or slips.forms_of(kind)[0][0]
        slips.printed(workspace.office, kind, record_id, name)
        emit({"file": str(out), "bytes": len(pdf), "copy": slips.print_count(workspace.office, record_id, name)})
    finally:
        workspace.close()


@click.command("sheet")
@click.argument("name")
@click.option("--on", "date", default=None, help="the date, or a day of the week; today unless given")
@click.option("--venue", "venues", multiple=True, help="id of a room; all that are booked unless given")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.pass_obj
def sheet_command(obj: Global, name: str, date: str | None, venues: tuple[str, ...], out: Path) -> None:
    """Write a sheet of a day or week as PDF: door, week, cleaning, calls; counts as a print."""
    from app.services import sheets

    outside(obj, out, "out")
    workspace = obj.open()
    try:
        sheet = sheets.Sheet(name, date or workspace.office.today, venues)
        _written(out, pdf := sheets.render(workspace.office, sheet))
        sheets.printed(workspace.office, sheet)
        emit({"file": str(out), "bytes": len(pdf), "copy": sheets.print_count(workspace.office, sheet)})
    finally:
        workspace.close()


def _written(out: Path, pdf: bytes) -> None:
    try:
        out.write_bytes(pdf)
    except OSError as error:
        raise EnvironmentFault(
            _("写不进 {file}：{why}", file=out, why=error.strerror or str(error)), _("请换一个位置。")
        ) from error


@click.command("check")
@click.pass_obj
def check_command(obj: Global) -> None:
    """SQLite's integrity, the hash chains, and the tables rebuilt from the log and compared."""
    workspace = obj.open()
    try:
        faults = workspace.check()
    finally:
        workspace.close()
    for fault in faults:
        sys.stderr.write(fault + "\n")
    if faults:
        raise DatabaseDamaged(_("检查发现 {n} 处问题。", n=len(faults)), _("请用最近的备份恢复，不要删除现在的文件。"))
    emit({"ok": True})


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup_command(obj: Global, file: Path) -> None:
    """Write a checked copy of the database to FILE, encrypted as it is here."""
    from app.store.backup import backup

    outside(obj, file)
    workspace = obj.open()
    try:
        size = backup(workspace.engine, workspace.machine.db_key, workspace.data, file)
        emit({"file": str(file), "bytes": size})
    finally:
        workspace.close()


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore_command(obj: Global, file: Path) -> None:
    """Put a backup in place; the present database is kept beside it. The PC writes on under a new device id."""
    from app.workspace import Workspace

    kept = Workspace.restore(obj.data, obj.config, file)
    workspace = obj.open()
    try:
        emit({"kept": kept.name, "device": workspace.office.device})
    finally:
        workspace.close()


@click.command("self-test")
def self_test_command() -> None:
    """Prove what was installed: a new database, a window, a slip with rare characters, a USB round trip."""
    from app.views.self_test import self_test

    for line in self_test():
        emit({"ok": line})
