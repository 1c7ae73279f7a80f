"""Commands about people: who did what (audit), and everything held about one person (person)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from app.commands.log import when
from app.commands.main import Global, emit, outside

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("audit")
@click.option("--from", "first", type=DAY, default=None, help="from this day")
@click.option("--to", "last", type=DAY, default=None, help="up to this day, inclusive")
@click.option("--who", default="", help="part of a name")
@click.option("--what", multiple=True, help="sign_in, reveal, print, export, ...; may be repeated")
@click.option("--limit", type=click.IntRange(1, 100_000), default=500, help="at most so many, the newest")
@click.pass_obj
def audit_command(obj: Global, first: Any, last: Any, who: str, what: tuple[str, ...], limit: int) -> None:
    """Who signed in, looked at personal values, printed, exported, overrode; newest first."""
    from app.errors import Refusal
    from app.services.auditing import ACTS, audit
    from app.text import _, listed

    if unknown := [one for one in what if one not in ACTS]:
        raise Refusal.of("what", _("没有这种操作“{what}”", what=unknown[0]), _("可选：{offered}", offered=listed(ACTS)))
    workspace = obj.open()
    try:
        until = int((last + timedelta(days=1)).timestamp()) if last else None
        since = int(first.timestamp()) if first else 0
        for line in audit(workspace.office, first=since, last=until, acts=what, who=who, limit=limit):
            emit(
                {
                    "at": when(line.at), "actor": line.actor, "pc": line.pc, "what": line.what, "kind": line.kind,
                    "id": line.id, "title": line.title, "count": line.count, "detail": line.detail,
                }
            )  # fmt: skip
    finally:
        workspace.close()


@click.group("person")
def person_command() -> None:
    """Everything held about one person: find it, hand it out, erase it."""


WORDS = click.argument("words", nargs=-1, required=True)
ONLY = click.option("--only", multiple=True, help="KIND:ID, a record that is this person's; may be repeated")


@person_command.command("find")
@WORDS
@click.pass_obj
def person_find(obj: Global, words: tuple[str, ...]) -> None:
    """The records in which a name, a telephone number or an identity number stands or once stood; a line each."""
    from app.services import person

    workspace = obj.open()
    try:
        for trace in person.find(workspace.office, words):
            row = trace.row
            emit(
                {
                    "record": f"{row.kind.name}:{row.id}", "kind": row.kind.name, "id": row.id, "number": row.number,
                    "title": row.title, "deleted": row.deleted, "fields": list(trace.now), "before": list(trace.before),
                    "erasable": trace.erasable,
                }
            )  # fmt: skip
    finally:
        workspace.close()


@person_command.command("handout")
@WORDS
@ONLY
@click.option("--out", required=True, type=click.Path(path_type=Path), help="a .pdf to print, or .json")
@click.pass_obj
def person_handout(obj: Global, words: tuple[str, ...], only: tuple[str, ...], out: Path) -> None:
    """Write what is held about the person to a file: all that find finds, or --only some of it."""
    from app.errors import Refusal
    from app.services import person
    from app.sync.machine import write_safely
    from app.text import _

    if out.suffix.lower() not in (".pdf", ".json"):
        raise Refusal.of("out", _("只能写成 .pdf 或 .json"), _("请改文件名"))
    outside(obj, out, "out")
    workspace = obj.open()
    try:
        office = workspace.office
        picked = person.keys(only) or [trace.key for trace in person.find(office, words)]
        made = person.handout(office, picked, words)
        data = made.pdf if out.suffix.lower() == ".pdf" else made.json
        write_safely(out, data)
        emit({"file": str(out), "records": made.records, "bytes": len(data)})
    finally:
        workspace.close()


@person_command.command("erase")
@WORDS
@ONLY
@click.pass_obj
def person_erase(obj: Global, words: tuple[str, ...], only: tuple[str, ...]) -> None:
    """Erase what is personal in the records named by --only; what is left of the words in them is told."""
    from app.errors import Refusal
    from app.services import person
    from app.text import _

    if not only:
        raise Refusal.of("only", _("没有指明哪些记录是这个人的"), _("请用 person find 查找，再用 --only 逐条指明"))
    workspace = obj.open()
    try:
        done = person.erase(workspace.office, person.keys(only), words)
        left = [{"record": ":".join(trace.key), "fields": [*trace.now, *trace.before]} for trace in done.left]
        emit(
            {
                "records": done.records, "changes": done.changes, "left": left, "refused": list(done.refused),
                "notes": list(done.notes),
            }
        )  # fmt: skip
    finally:
        workspace.close()
