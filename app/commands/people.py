"""Commands about people: who did what (audit), and everything held about one person (person)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from app.commands.log import when
from app.commands.main import Global, emit

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
