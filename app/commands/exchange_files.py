"""Commands that exchange files with others: tables in and out, calendars out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.main import Global, emit, outside
from app.commands.records import conditions
from app.errors import EnvironmentFault, Refusal
from app.models.registry import kind_of
from app.text import _

if TYPE_CHECKING:
    from app.services.excel.plan import Plan, PlannedRow
    from app.workspace import Workspace

FILE = click.Path(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("import")
@click.argument("kind")
@click.argument("file", type=FILE)
@click.option("--commit", is_flag=True, help="write it; without, only the preview")
@click.option("--errors", type=FILE, default=None, help="where to write the file again with the reasons, if any")
@click.option("--sheet", default="", help="which sheet; the one that fits best by default")
@click.option("--reason", default="", help="override policies, with this reason on the audit list")
@click.option("--without-backup", is_flag=True, help="commit although no backup can be made before")
@click.pass_obj
def import_command(
    obj: Global, kind: str, file: Path, commit: bool, errors: Path | None, sheet: str, reason: str, without_backup: bool
) -> None:
    """Import a table (.xlsx, .csv): a JSON line for each row, then a summary. With any error nothing is written."""
    from app.services.excel import committing, planning
    from app.services.excel.failing import errors_file
    from app.services.excel.files import save

    kind_of(kind)
    if errors is not None:
        outside(obj, errors, "errors")
    workspace = obj.open()
    try:
        office = workspace.office
        plan = planning.plan(office, kind, planning.read(kind, file, sheet), reason=reason)
        told = _told(plan)
        numbers: dict[str, str] = {}
        if commit and not plan.errors:
            if plan.writes and not without_backup:
                _keep(workspace)
            done = committing.commit(office, plan)
            told |= {"committed": True, "op": done.op}
            numbers = dict(done.numbers)
        for row in plan.rows:
            emit(_line(row, numbers, committed=bool(told["committed"])))
        if plan.errors and errors is not None:
            save(errors, errors_file(plan))
            told["errors"] = str(errors)
        emit(told)
    finally:
        workspace.close()
    sys.exit(1 if plan.errors else 0)


def _keep(workspace: Workspace) -> None:
    """The backup before an import; without one nothing is imported unasked."""
    try:
        made = workspace.backup_before("import")
    except EnvironmentFault as error:
        raise type(error)(
            _("导入之前的备份没有做成，没有导入：{why}", why=error.message),
            error.mend + _("确认没有备份也要导入，请加 --without-backup。"),
        ) from error
    if made is not None and made.notice:
        sys.stderr.write(made.notice + "\n")


def _line(row: PlannedRow, numbers: dict[str, str], *, committed: bool) -> dict[str, Any]:
    """One row of the preview; a record that is not made yet has no id."""
    line: dict[str, Any] = {"row": row.row, "state": row.state, "title": row.title}
    if row.id and (row.state != "new" or committed):
        line |= {"id": row.id, "number": row.number or numbers.get(row.id)}
    if row.found_by:
        line["found_by"] = row.found_by
    if row.changes:
        line["changes"] = [
            {"field": c.field, "label": c.label, "before": c.before, "after": c.after} for c in row.changes
        ]
    if row.faults:
        line["faults"] = [{"cell": f.cell, "error": f.said, "mend": f.mend} for f in row.faults]
    if row.notices:
        line["notices"] = list(row.notices)
    return line


def _told(plan: Plan) -> dict[str, Any]:
    """The summary of a plan."""
    counts = {state: plan.count(state) for state in ("new", "change", "same", "error")}
    return {
        "kind": plan.kind.name, "sheet": plan.sheet.name, "rows": len(plan.rows), **counts,
        "unread_columns": list(plan.unread), "other_sheets": list(plan.sheet.others), "committed": False,
        "summary": plan.summary(),
    }  # fmt: skip


@click.command("export")
@click.argument("kind")
@click.argument("file", type=FILE)
@click.option("--where", multiple=True, help="FIELD=VALUE; an empty value finds records without one")
@click.option("--search", default="", help="words, pinyin or initials")
@click.option("--reveal", is_flag=True, help="personal fields unmasked; writes an audit line for each record")
@click.option("--template", is_flag=True, help="headings without rows, to be filled in and imported")
@click.option("--venue", default=None, help="bookings as .ics: of this venue, by id, number or name")
@click.option("--client", default=None, help="bookings as .ics: of this organization or team")
@click.option("--from", "first", type=DAY, default=None, help="bookings as .ics: from this day")
@click.option("--to", "last", type=DAY, default=None, help="bookings as .ics: up to this day, inclusive")
@click.pass_obj
def export_command(
    obj: Global, kind: str, file: Path, where: tuple[str, ...], search: str, reveal: bool, template: bool,
    venue: str | None, client: str | None, first: Any, last: Any,
) -> None:  # fmt: skip
    """Write records as a table (.xlsx) that can be imported back, or bookings as a calendar (.ics)."""
    from app.services.excel import exporting
    from app.services.excel.files import save
    from app.services.reading import Query

    declared = kind_of(kind)
    calendar = file.suffix.lower() == ".ics"
    if not calendar and file.suffix.lower() != ".xlsx":
        raise Refusal.of("file", _("只能导出为 .xlsx，场地预约还可以是 .ics"), _("请把文件名改成以 .xlsx 结尾"))
    if calendar and kind != "booking":
        raise Refusal.of("file", _("只有场地预约可以导出为日历"), _("请把文件名改成以 .xlsx 结尾"))
    outside(obj, file)
    workspace = obj.open()
    try:
        office = workspace.office
        if calendar:
            from app.services import ics

            days = [None if day is None else day.strftime("%Y-%m-%d") for day in (first, last)]
            made = ics.export(office, venue=venue, client=client, first=days[0], last=days[1])
        elif template:
            made = exporting.Exported(exporting.template(kind), 0)
        else:
            if search:
                workspace.index()
            query = Query(search=search, where=conditions(declared, where))
            made = exporting.export(office, kind, query, full=reveal)
        save(file, made.data)
        emit({"file": str(file), "rows": made.rows, "bytes": len(made.data)})
    finally:
        workspace.close()
