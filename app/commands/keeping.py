"""Commands that keep the data sound and print it: slip, sheet, check, backup, restore, self-test."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.main import Global, emit, outside
from app.errors import DatabaseDamaged, EnvironmentFault
from app.services.rights import BACKUP, MACHINE
from app.store.alone import only_one
from app.sync.machine import write_safely
from app.text import _, reason


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
        raise EnvironmentFault(_("写不进 {file}：{why}", file=out, why=reason(error)), _("请换一个位置。")) from error


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
    obj.permit(BACKUP)
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

    obj.permit(MACHINE)
    if not Workspace.exists(obj.data):
        raise EnvironmentFault(_("这里还没有数据：{folder}", folder=obj.data), _("请先设置中心，再恢复备份。"))
    with only_one(obj.data):
        kept = Workspace.restore(obj.data, obj.config, file)
        workspace = obj.open()
        try:
            emit({"kept": kept.name, "device": workspace.office.device})
        finally:
            workspace.close()


@click.command("backups")
@click.option("--make", is_flag=True, help="make one now, with its copy in the second place")
@click.option(
    "--second", type=click.Path(path_type=Path), default=None, help="a folder for copies; an empty text for none"
)
@click.pass_obj
def backups_command(obj: Global, make: bool, second: Path | None) -> None:
    """The backups that are kept, newest first."""
    from app.services import backups

    if second is not None and str(second) not in ("", "."):
        outside(obj, second / "backup", "second")
    workspace = obj.open()
    try:
        if second is not None:
            backups.choose_second(workspace.office, second.absolute() if str(second) not in ("", ".") else None)
        if make and (notice := workspace.backup("manual").notice):
            sys.stderr.write(notice + "\n")
        for one in backups.listed(workspace.data / backups.FOLDER):
            emit({"file": str(one.path), "made": one.made.isoformat(), "why": one.why})
    finally:
        workspace.close()


@click.command("move")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def move_command(obj: Global, folder: Path) -> None:
    """Put into FOLDER what a new PC needs to go on with this one's work; it opens with the code of the recovery sheet."""
    outside(obj, folder / "move", "folder")
    workspace = obj.open()
    try:
        package = workspace.move(folder)
        emit({"folder": str(package.folder), "made": package.made.isoformat(), "bytes": package.size})
    finally:
        workspace.close()


@click.command("recovery-sheet")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def recovery_sheet_command(obj: Global, file: Path) -> None:
    """Make a new recovery sheet, as a PDF to print; the one before opens only older backups from then on."""
    outside(obj, file)
    workspace = obj.open()
    try:
        pdf = workspace.recovery_sheet()
        write_safely(file, pdf)
        emit({"file": str(file), "bytes": len(pdf)})
        sys.stderr.write(_("请马上打印这张恢复单，然后删除文件：恢复码只应留在纸上。") + "\n")
    finally:
        workspace.close()


@click.command("recover")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.pass_obj
def recover_command(obj: Global, source: Path) -> None:
    """Open a backup, or the data folder of a PC that is gone, with the code of the recovery sheet on standard input."""
    from app.workspace import Workspace

    workspace = Workspace.recover(obj.data, obj.config, source, sys.stdin.readline())
    try:
        emit({"street": workspace.street, "device": workspace.office.device, "letters": workspace.office.letters})
    finally:
        workspace.close()


@click.command("sample")
@click.option("--add", is_flag=True, help="put sample data in, to try the program with; it never leaves this PC")
@click.option("--remove", is_flag=True, help="take all of it away; what the staff made themselves stays")
@click.pass_obj
def sample_command(obj: Global, add: bool, remove: bool) -> None:
    """How many sample records there are, after putting them in or taking them away."""
    from app.services import sample

    if add and remove:
        raise click.UsageError(_("--add 和 --remove 只能用一个"))
    workspace = obj.open()
    try:
        told = {}
        if remove:
            told["removed"] = sample.remove(workspace.office)
        elif add and not sample.count(workspace.office):
            told["added"] = sample.add_sample(workspace.demo().office)
        emit({**told, "sample": sample.count(workspace.office)})
    finally:
        workspace.close()


@click.command("diagnostics")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def diagnostics_command(obj: Global, file: Path) -> None:
    """Write a zip for whoever helps: versions, counts and the shape of errors; no secrets and no personal data."""
    from app.services import diagnostics

    outside(obj, file)
    workspace = obj.open()
    try:
        facts = {"check": len(workspace.check())}
        emit({"file": str(file), "bytes": diagnostics.write(workspace.office, facts, obj.config, file)})
    finally:
        workspace.close()


@click.command("self-test")
def self_test_command() -> None:
    """Prove what was installed: a new database, a window, a slip with rare characters, a USB round trip."""
    from app.views.self_test import self_test

    for line in self_test():
        emit({"ok": line})
