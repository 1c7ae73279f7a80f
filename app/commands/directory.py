"""The district's directory of organizations beside the center's own: what differs, and taking it over."""

from __future__ import annotations

import click

from app.commands.main import Global, emit
from app.text import _


@click.command("directory")
@click.argument("record_id", required=False)
@click.option("--take", "names", multiple=True, help="a field whose value in the directory is taken over")
@click.option("--take-all", is_flag=True, help="take over every field that differs")
@click.pass_obj
def directory_command(obj: Global, record_id: str | None, names: tuple[str, ...], take_all: bool) -> None:
    """Where the district's directory says something else of an organization, as JSON lines; or take its values over."""
    from app.services import directory, reading

    if (names or take_all) and record_id is None:
        raise click.UsageError("--take needs the id of an organization")
    workspace = obj.open()
    try:
        office = workspace.office
        if names or take_all:
            saved = directory.take_over(office, str(record_id), () if take_all else names)
            emit({"id": saved.id, "number": saved.number})
            return
        rows = directory.differing(office) if record_id is None else [reading.get(office, "organization", record_id)]
        for row in rows:
            entry = directory.entry_of(office, row)
            for one in entry.differences if entry else ():
                emit({"id": row.id, "name": row.title, "field": one.field.name, "label": _(one.field.label),
                      "ours": one.ours, "district": one.theirs, "entry": entry.id if entry else ""})  # fmt: skip
    finally:
        workspace.close()
