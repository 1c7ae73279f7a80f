"""Commands over records: kinds, put, get, delete, undelete, erase, undo."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from itertools import islice
from typing import Any

import click

from app.commands.main import Global, emit, fault_line, say
from app.errors import Fault, Refusal
from app.models.fields import Field, Misfit, fault_of
from app.models.record import Kind
from app.models.registry import KINDS, kind_of
from app.text import _, listed

Begin = Callable[[], AbstractContextManager[Any]]
YES_NO = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
MAX_LINE = 1024 * 1024
INT64 = 2**63 - 1


@click.command("kinds")
@click.argument("kind", required=False)
def kinds_command(kind: str | None) -> None:
    """The declarations, as JSON."""
    for one in [kind_of(kind)] if kind else KINDS.values():
        emit(_declaration(one))


def _declaration(kind: Kind) -> dict[str, Any]:
    fields = []
    for declared in kind.fields.values():
        line = {name: value for name, value in asdict(declared).items() if value not in (None, "", (), False)}
        line |= {"label": _(declared.label), "privacy": declared.privacy.name.lower()}
        line["choices"] = {code: _(label) for code, label in declared.choices}
        fields.append({name: value for name, value in line.items() if value != {}})
    return {
        "kind": kind.name, "label": _(kind.label), "number": kind.number,
        "together": {group: list(members) for group, members in kind.groups.items()}, "fields": fields,
    }  # fmt: skip


@click.command("put")
@click.argument("kind")
@click.option("--each", is_flag=True, help="a transaction a line")
@click.option("--reason", default="", help="override a policy, with this reason on the audit list")
@click.pass_obj
def put_command(obj: Global, kind: str, each: bool, reason: str) -> None:
    """JSON lines in, a line out for each, in order. All or none, unless --each."""
    declared = kind_of(kind)
    workspace = obj.open()
    try:
        refused = put_lines(workspace.office.unit, declared, each=each, reason=reason)
    finally:
        workspace.close()
    sys.exit(1 if refused else 0)


def put_lines(unit: Begin, kind: Kind, *, each: bool, reason: str = "") -> int:
    """Put the lines of standard input by units of work that ``unit`` begins; returns how many were refused."""
    return (_put_each if each else _put_all)(unit, kind, reason)


def _put_each(begin: Begin, kind: Kind, reason: str) -> int:
    from app.services.writing import put_line

    refused = 0
    for line in _lines(sys.stdin.buffer):
        try:
            if isinstance(line, Refusal):
                raise line
            with begin() as unit:
                record = put_line(unit, kind, line, reason)
                unit.session.flush()
                done = _done(unit, record)
            emit(_noted(done, unit.notices))
        except Refusal as error:
            refused += 1
            emit(refusal_line(error))
        sys.stdout.flush()
    return refused


def _put_all(begin: Begin, kind: Kind, reason: str) -> int:
    from app.services.writing import put_line

    answers: list[dict[str, Any]] = []
    refused = 0
    try:
        with begin() as unit:
            records = []
            for line in _fetching(unit, kind, _lines(sys.stdin.buffer)):
                told = len(unit.notices)
                try:
                    if isinstance(line, Refusal):
                        raise line
                    record = put_line(unit, kind, line, reason)
                    records.append(record)
                    answers.append(_noted(_done(unit, record), unit.notices[told:]))
                except Refusal as error:
                    refused += 1
                    answers.append(refusal_line(error))
            if refused:
                raise _Undo
    except _Undo:
        nothing = {"error": _("没有写入：同一批里有被拒绝的行"), "field": "", "mend": _("改正其他行后重新提交整批")}
        answers = [answer if "error" in answer else nothing for answer in answers]
    for answer in answers:
        emit(answer)
    return refused


def _fetching(unit: Any, kind: Kind, lines: Iterator[dict[str, Any] | Refusal]) -> Iterator[dict[str, Any] | Refusal]:
    """The lines again; the records that they change are read by the hundred."""
    while batch := list(islice(lines, 500)):
        named = [line.get("id") for line in batch if isinstance(line, dict)]
        unit.fetch(kind.name, [record_id for record_id in named if isinstance(record_id, str)])
        yield from batch


def _done(unit: Any, record: Any) -> dict[str, Any]:
    return {"id": record.id, "number": record.number, **unit.beside.get(record.id, {})}


def _noted(answer: dict[str, Any], notices: list[str]) -> dict[str, Any]:
    """The answer to a line, with what the program did beside it."""
    return answer | {"notices": list(notices)} if notices else answer


class _Undo(Exception):
    """Rolls the unit of work back."""


def refusal_line(error: Refusal) -> dict[str, Any]:
    """A refusal as a line of the answer: its first fault, the others under ``more``, and what stands beside them."""
    first, *others = error.faults or (Fault("", error.message, error.mend),)
    line: dict[str, Any] = fault_line(first)
    if others:
        line["more"] = [fault_line(fault) for fault in others]
    return line | error.beside


def _lines(stream: Any) -> Iterator[dict[str, Any] | Refusal]:
    """Each line of the stream as an object, or the refusal of it. Empty lines are passed over."""
    for number, raw in enumerate(stream, 1):
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)  # as Windows editors write it
        if not raw.strip():
            continue
        try:
            yield _parse(raw)
        except Refusal as error:
            yield Refusal(
                *(Fault(f.field, _("第{n}行：{error}", n=number, error=f.error), f.mend) for f in error.faults)
            )


def one_line(stream: Any) -> dict[str, Any]:
    """The one JSON object of ``stream``; raises :class:`Refusal` where there is none, or more."""
    found: list[dict[str, Any]] = []
    for line in islice(_lines(stream), 2):
        if isinstance(line, Refusal):
            raise line
        found.append(line)
    if len(found) != 1:
        raise Refusal.of("", _("标准输入里应有一个 JSON 对象"), _("请写成一行"))
    return found[0]


def _parse(raw: bytes) -> dict[str, Any]:
    """A JSON object; raises :class:`Refusal` for anything a database could misunderstand."""
    if len(raw) > MAX_LINE:
        raise Refusal.of("", _("一行超过 1 MB"), _("请拆成几条记录"))
    try:
        line = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except UnicodeDecodeError:
        raise Refusal.of("", _("不是 UTF-8 文字"), _("请把文件另存为 UTF-8")) from None
    except json.JSONDecodeError as error:
        raise Refusal.of("", _("不是 JSON（第{n}个字符处）", n=error.pos + 1), _("每行应是一个 JSON 对象")) from None
    except RecursionError:
        raise Refusal.of("", _("嵌套太深"), _("每行应是一个 JSON 对象")) from None
    if not isinstance(line, dict):
        raise Refusal.of("", _("不是 JSON 对象"), _("每行应是一个 JSON 对象，例如 {example}", example='{"name": "…"}'))
    return line


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refusal.of(name, _("字段“{field}”出现了两次", field=name), _("请只留一个"))
        found[name] = value
    return found


def _constant(word: str) -> Any:
    raise Refusal.of("", _("{word} 不是数", word=word), _("请填写数字，或去掉这一项"))


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > INT64:
        raise Refusal.of("", _("整数 {digits} 超过 64 位", digits=digits[:24]), _("请填较小的整数"))
    return int(digits)


@click.command("get")
@click.argument("kind")
@click.argument("record_id", required=False)
@click.option("--where", multiple=True, help="FIELD=VALUE; an empty value finds records without one")
@click.option("--search", default="", help="words, pinyin or initials")
@click.option("--deleted", is_flag=True, help="what lies in the recycle bin")
@click.option("--reveal", is_flag=True, help="personal fields unmasked; writes an audit line")
@click.option("--seen", is_flag=True, help="add the stamps for put")
@click.pass_obj
def get_command(
    obj: Global, kind: str, record_id: str | None, where: tuple[str, ...], search: str, deleted: bool, reveal: bool,
    seen: bool,
) -> None:  # fmt: skip
    """JSON lines, every field."""
    from app.services import privacy, reading

    declared = kind_of(kind)
    workspace = obj.open()
    office = workspace.office
    try:
        if record_id is not None:
            found = [reading.get(office, kind, record_id)]
        else:
            if search:
                workspace.index()
            query = reading.Query(search=search, where=conditions(declared, where), deleted=deleted)
            found = reading.rows(office, kind, reading.ids(office, kind, query))
        if reveal:
            found = privacy.reveal(office, kind, [row.id for row in found])
        for row in found:
            emit(reading.as_json(row, reveal=reveal, seen=seen))
    finally:
        workspace.close()


def conditions(kind: Kind, given: tuple[str, ...]) -> dict[str, Any]:
    """FIELD=VALUE of the command line as a query's ``where``; raises :class:`Refusal` for what is not understood."""
    wanted: dict[str, Any] = {}
    for condition in given:
        name, sign, value = condition.partition("=")
        declared = kind.fields.get(name)
        if not sign or (declared is None and name != "owner"):
            offered = listed(kind.fields)
            raise Refusal.of(
                name, _("条件“{text}”看不懂", text=condition), _("请写成 字段=值；字段：{offered}", offered=offered)
            )
        if name in wanted:
            raise Refusal.of(name, _("字段“{field}”出现了两次", field=name), _("请只留一个"))
        wanted[name] = value if declared is None else _wanted(declared, value)
    return wanted


def _wanted(declared: Field, value: str) -> Any:
    """The stored form of a condition's value, None for nothing; raises :class:`Refusal` where it fits no record."""
    if not value.strip():
        return None
    try:
        return declared.check(YES_NO.get(value.strip().lower(), value) if declared.type == "boolean" else value)
    except Misfit as misfit:
        raise Refusal(fault_of(declared, misfit)) from None


def _deletion(deleted: bool) -> Any:
    @click.argument("kind")
    @click.argument("record_id")
    @click.pass_obj
    def command(obj: Global, kind: str, record_id: str) -> None:
        from app.services.writing import set_deleted

        kind_of(kind)
        workspace = obj.open()
        try:
            saved = set_deleted(workspace.office, kind, [record_id], deleted)
            emit({"id": saved.id, "number": saved.number})
        finally:
            workspace.close()

    return command


delete_command = click.command("delete", help="Put a record into the recycle bin.")(_deletion(True))
undelete_command = click.command("undelete", help="Take a record out of the recycle bin.")(_deletion(False))


@click.command("erase")
@click.argument("kind")
@click.argument("record_id")
@click.pass_obj
def erase_command(obj: Global, kind: str, record_id: str) -> None:
    """Erase a person's data on request: the values of every change that wrote a personal field."""
    from app.services.erasing import erase

    kind_of(kind)
    workspace = obj.open()
    try:
        emit({"id": record_id, "erased": erase(workspace.office, kind, record_id)})
    finally:
        workspace.close()


@click.command("undo")
@click.option(
    "--op", type=click.IntRange(1, INT64), default=None, help="the operation, from history; the last one by default"
)
@click.pass_obj
def undo_command(obj: Global, op: int | None) -> None:
    """Undo the last operation of this PC."""
    from app.services.undoing import undo

    workspace = obj.open()
    try:
        undone = undo(workspace.office, op)
        emit({"op": undone.op, "restored": undone.restored, "left": list(undone.left)})
    finally:
        workspace.close()
    if undone.left:
        say(Refusal.of("", _("有 {n} 处已被别人改过，没有撤销", n=len(undone.left)), ""))
    elif not undone.restored:
        say(Refusal.of("", _("没有什么可恢复的：现在已是这次操作之前的样子"), ""))
    if not undone.restored:
        sys.exit(1)
