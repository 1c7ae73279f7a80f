"""Commands over the log: history, conflicts, findings, settle; merging duplicates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from app.commands.main import Global, emit
from app.errors import Refusal
from app.models.registry import kind_of
from app.sync.change import parse_stamp, stamp_text
from app.text import _

if TYPE_CHECKING:
    from app.services.holding import HeldLog


def when(at: int) -> str:
    """A moment of the log as local time, ``2026-11-24T09:00:12``."""
    return datetime.fromtimestamp(at).isoformat(timespec="seconds")


@click.command("history")
@click.argument("kind")
@click.argument("record_id")
@click.option("--reveal", is_flag=True, help="personal fields unmasked; writes an audit line")
@click.pass_obj
def history_command(obj: Global, kind: str, record_id: str, reveal: bool) -> None:
    """Every change of a record, oldest first, and who looked at or printed it."""
    from app.services.history import history
    from app.services.privacy import look

    declared = kind_of(kind)
    workspace = obj.open()
    try:
        entries = history(workspace.office, kind, record_id)
        if reveal:
            look(workspace.office, kind, [record_id])
        for entry in entries:
            values = entry.values
            if values is not None and not reveal:
                values = {name: masked(declared, name, value) for name, value in values.items()}
            emit(
                {
                    "at": when(entry.at), "actor": entry.actor, "device": entry.device, "seq": entry.seq,
                    "op": entry.op, "stamp": stamp_text(entry.stamp), "values": values,
                    "current": sorted(entry.current),
                }
            )  # fmt: skip
    finally:
        workspace.close()


def masked(kind: Any, name: str, value: Any, beside: Any = None) -> Any:
    """A logged value with its personal parts hidden."""
    if isinstance(value, dict):
        return {member: masked(kind, member, one, value) for member, one in value.items()}
    declared = kind.fields.get(name)
    return declared.mask(value, beside) if declared is not None else value


@click.command("conflicts")
@click.option("--reveal", is_flag=True, help="personal fields unmasked; writes an audit line")
@click.pass_obj
def conflicts_command(obj: Global, reveal: bool) -> None:
    """Every conflict that waits for a person, a line each."""
    from app.services.privacy import look
    from app.services.settling import conflicts

    workspace = obj.open()
    try:
        found = conflicts(workspace.office)
        if reveal:
            for conflict in found:
                look(workspace.office, conflict.kind.name, [conflict.id])
        for conflict in found:
            versions = [
                {
                    "value": v.value if reveal else masked(conflict.kind, conflict.field, v.value),
                    "stamp": stamp_text(v.stamp), "actor": v.actor, "at": when(v.at), "device": v.device,
                    "shown": v.shown,
                }
                for v in conflict.versions
            ]  # fmt: skip
            emit(
                {
                    "kind": conflict.kind.name, "id": conflict.id, "title": conflict.title, "field": conflict.field,
                    "fields": list(conflict.fields), "versions": versions,
                }
            )  # fmt: skip
    finally:
        workspace.close()


@click.command("findings")
@click.pass_obj
def findings_command(obj: Global) -> None:
    """What is wrong or doubtful: clashes, duplicates, dangling links, broken rules; a line each."""
    from app.services.findings import findings

    workspace = obj.open()
    try:
        for finding in findings(workspace.office):
            emit(
                {
                    "code": finding.code, "kind": finding.kind, "ids": list(finding.ids), "field": finding.field,
                    "text": finding.text,
                }
            )  # fmt: skip
    finally:
        workspace.close()


@click.command("settle")
@click.argument("kind")
@click.argument("record_id")
@click.argument("field")
@click.option("--value", default=None, help="the value to keep; JSON, or plain text")
@click.option("--take", default=None, help="the stamp of the version to keep, from conflicts")
@click.pass_obj
def settle_command(obj: Global, kind: str, record_id: str, field: str, value: str | None, take: str | None) -> None:
    """Settle a conflict."""
    from app.services.settling import settle

    declared = kind_of(kind)
    if (value is None) == (take is None):
        raise click.UsageError(_("请给出 --value 或 --take 其中一个"))
    try:
        stamp = parse_stamp(take) if take is not None else None
    except ValueError:
        raise Refusal.of("take", _("“{text}”不是版本标记", text=take), _("请从 conflicts 列出的 stamp 中选")) from None
    workspace = obj.open()
    try:
        name = declared.log_field(field)
        chosen = _value(declared, field, name, value) if value is not None else None
        record = settle(workspace.office, kind, record_id, field, value=chosen, take=stamp)
        emit({"id": record.id, "number": record.number, "field": name})
    finally:
        workspace.close()


def _value(kind: Any, field: str, name: str, text: str) -> Any:
    """A typed value: plain text for text fields, JSON for what is not text and for fields that belong together."""
    declared = kind.fields.get(field)
    if name not in kind.groups and declared is not None and declared.type not in ("integer", "boolean"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


@click.command("held")
@click.pass_obj
def held_command(obj: Global) -> None:
    """What waits to be adopted: written on a PC after its log was closed, or off its chain."""
    from app.services.holding import held

    workspace = obj.open()
    try:
        for line in held_lines(held(workspace.office)):
            emit(line)
    finally:
        workspace.close()


def held_lines(logs: Iterable[HeldLog]) -> Iterator[dict[str, Any]]:
    """A line for each change that waits."""
    for one in logs:
        for write in one.writes:
            yield {
                "device": one.device, "letters": one.letters, "reason": one.reason, "kind": write.kind,
                "id": write.id, "title": write.title, "number": write.number, "at": when(write.at),
                "actor": write.actor, "values": dict(write.values), "now": dict(write.now),
            }  # fmt: skip


@click.command("adopt")
@click.argument("device")
@click.option("--aside", is_flag=True, help="do not adopt: set aside, and list no more")
@click.pass_obj
def adopt_command(obj: Global, device: str, aside: bool) -> None:
    """Adopt what is held of DEVICE: it is written again under this PC's id."""
    from app.services import holding

    workspace = obj.open()
    try:
        act = holding.set_aside if aside else holding.adopt
        emit({"device": device, "changes": act(workspace.replica(), workspace.office, device), "adopted": not aside})
    finally:
        workspace.close()


@click.command("merge")
@click.argument("kind")
@click.argument("loser")
@click.argument("survivor")
@click.option("--take", multiple=True, help="a field whose value the survivor takes over; may be repeated")
@click.pass_obj
def merge_command(obj: Global, kind: str, loser: str, survivor: str, take: tuple[str, ...]) -> None:
    """Merge a duplicate into the record that stays; undo and unmerge take it back."""
    from app.services.merging import merge

    workspace = obj.open()
    try:
        done = merge(workspace.office, kind, loser, survivor, take=take)
        answer = {"id": done.id, "number": done.number, "merged": loser}
        emit(answer | {"notices": list(done.notices)} if done.notices else answer)
    finally:
        workspace.close()


@click.command("unmerge")
@click.argument("kind")
@click.argument("record_id")
@click.pass_obj
def unmerge_command(obj: Global, kind: str, record_id: str) -> None:
    """Take a merge back: the record stands for itself again."""
    from app.services.merging import unmerge

    workspace = obj.open()
    try:
        done = unmerge(workspace.office, kind, record_id)
        emit({"id": done.id, "number": done.number})
    finally:
        workspace.close()
