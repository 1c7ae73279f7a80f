"""Writing tables: records of a kind under their labels, so that the file can be imported back (rules.md 33)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.models.fields import Field, Misfit
from app.models.record import Kind
from app.models.registry import kind_of
from app.services import reading
from app.services.excel.cells import EXACT, FIRST_SOUND_DAY
from app.services.excel.container import MAX_ROWS
from app.services.excel.guide import OPTIONS, option_columns, write_guide, write_options
from app.services.excel.headings import ID_LABEL, NUMBER
from app.services.excel.lookup import Links, standing
from app.services.excel.shown import masked, named, plain
from app.services.office import Office
from app.services.privacy import reveal
from app.services.reading import Query, Row
from app.services.rights import EXPORT, REVEAL
from app.services.survivors import Merged
from app.text import _

BATCH: Final = 500
LONGEST: Final = 32_767
"""Characters that a cell of a spreadsheet holds."""
WIDTHS: Final = {
    "date": 12,
    "datetime": 17,
    "integer": 9,
    "decimal": 11,
    "boolean": 8,
    "choice": 12,
    "note": 36,
    "link": 24,
}


@dataclass(frozen=True)
class Exported:
    """A table as bytes, and how many records it holds."""

    data: bytes
    rows: int


def export(office: Office, kind: str, query: Query | None = None, *, full: bool = False) -> Exported:
    """The records that fit ``query``, masked by class unless ``full``, which writes an audit line for each record with
    personal values; every export is audited. Raises :class:`Refusal` for more than a file can be imported with, and for
    somebody who may not."""
    declared = kind_of(kind)
    office.duty.need(EXPORT, *([REVEAL] if full else []))
    wanted = reading.ids(office, kind, query)
    if len(wanted) > MAX_ROWS:
        from app.errors import Refusal

        raise Refusal.of("kind", _("有 {n} 条，超过一份表格的上限 {most}", n=len(wanted), most=MAX_ROWS),
                         _("请先筛选，分几次导出"))  # fmt: skip
    with office.unit() as unit:
        unit.audit("export", kind, "", records=kind, rows=len(wanted), full=full)
    found: list[Row] = []
    for at in range(0, len(wanted), BATCH):
        batch = wanted[at : at + BATCH]
        found += reveal(office, kind, batch) if full else reading.rows(office, kind, batch)
    return Exported(_workbook(office, declared, found, full=full), len(found))


def template(kind: str) -> bytes:
    """The headings of a kind over empty rows, with the help that an export has."""
    return _workbook(None, kind_of(kind), [], full=False)


def _workbook(office: Office | None, kind: Kind, rows: Sequence[Row], *, full: bool) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})  # no copy of personal data among temporary files
    table = _Table(book, kind, template=office is None)
    if office is not None:
        links = _links(office, kind, rows)
        for row in rows:
            table.add(row, links, full=full)
    table.finish()
    write_guide(book, kind)
    write_options(book, kind)
    book.close()
    return out.getvalue()


def sheet_name(text: str) -> str:
    """``text`` as the name of a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31].strip()


class _Table:
    """The sheet of the records: frozen headings, codes as text, dates as dates, choices to pick from."""

    def __init__(self, book: Any, kind: Kind, *, template: bool) -> None:
        self.kind, self.template, self.rows = kind, template, 0
        self.sheet = book.add_worksheet(sheet_name(_(kind.label)))
        self.formats = {
            "text": book.add_format({"num_format": "@", "valign": "top"}),
            "note": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
            "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"}),
            "integer": book.add_format({"valign": "top"}),
            "decimal": book.add_format({"valign": "top"}),
        }
        head = {"bold": True, "bg_color": "#E3F0ED", "bottom": 1, "valign": "vcenter"}
        self.head, self.needed = book.add_format(head), book.add_format(head | {"font_color": "#1B6B5F"})
        self.fields = ([kind.fields[NUMBER]] if kind.number and not template else []) + list(kind.typed)
        self._lay_out()

    def format(self, field: Field) -> Any:
        return self.formats.get(field.type, self.formats["text"])

    def _lay_out(self) -> None:
        for at, field in enumerate(self.fields):
            label = _(field.label)
            self.sheet.write_string(0, at, label, self.needed if field.required else self.head)
            width = max(width_of(field), 2 * len(label) + 2)
            self.sheet.set_column(at, at, width, self.format(field))
        if not self.template:
            self.sheet.write_string(0, len(self.fields), _(ID_LABEL), self.head)
            self.sheet.set_column(len(self.fields), len(self.fields), 38, self.formats["text"], {"hidden": True})
        self.sheet.set_row(0, 24)
        self.sheet.freeze_panes(1, 2 if len(self.fields) > 6 else 0)

    def add(self, row: Row, links: Mapping[str, str], *, full: bool) -> None:
        """One record."""
        self.rows += 1
        for at, field in enumerate(self.fields):
            value = row.number if field.name == NUMBER else row.values.get(field.name)
            if value is not None and value != "":
                self._write(at, field, value, row, links, full=full)
        self.sheet.write_string(self.rows, len(self.fields), row.id, self.formats["text"])

    def _write(self, at: int, field: Field, value: Any, row: Row, links: Mapping[str, str], *, full: bool) -> None:
        form, here = self.format(field), self.rows
        if not full and masked(field, value, row.values):
            self.sheet.write_string(here, at, plain(field, value, row.values, reveal=False), form)
        elif field.type in ("date", "datetime") and (moment := _moment(value)) is not None:
            self.sheet.write_datetime(here, at, moment, form)
        elif field.type in ("integer", "decimal") and (number := _exact(value)) is not None:
            self.sheet.write_number(here, at, number, form)
        else:
            words = links.get(value, value) if field.type == "link" else plain(field, value, row.values, reveal=True)
            self.sheet.write_string(here, at, str(words)[:LONGEST], form)

    def finish(self) -> None:
        """What stands over all rows: choices to pick from, the filter."""
        for at, field in enumerate(self.fields):
            source = option_columns(self.kind).get(field.name)
            if source:
                self.sheet.data_validation(1, at, MAX_ROWS, at, {
                    "validate": "list", "source": source, "error_title": _(OPTIONS),
                    "error_message": _("请从下拉列表中选择"),
                })  # fmt: skip
        if not self.template:
            self.sheet.autofilter(0, 0, self.rows, len(self.fields))


def width_of(field: Field) -> int:
    """The width of a column in characters."""
    if field.name == NUMBER:
        return 28
    if field.format in ("uscc", "resident_id"):
        return 22
    if field.format in ("phone", "person_name"):
        return 15
    return WIDTHS.get(field.type, min(40, max(12, field.max_length // 3)))


def _moment(value: Any) -> datetime | None:
    """A date that spreadsheet programs agree on, else None."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.date() >= FIRST_SOUND_DAY else None


def _exact(value: Any) -> float | None:
    """A number of at most 15 digits, which a spreadsheet keeps as it is; else None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    digits = str(value).lstrip("-").replace(".", "")
    return number if len(digits) <= 15 and abs(number) < EXACT else None


def _links(office: Office, kind: Kind, rows: Iterable[Row]) -> dict[str, str]:
    """How linked records stand in a cell, by the id in the link: by name, with the number where several have it."""
    said: dict[str, str] = {}
    with office.reading() as session:
        merged = Merged(session)
        links = Links(session, office.scope, merged)
        for field in kind.typed:
            if field.type != "link":
                continue
            values = {value for row in rows if (value := row.values.get(field.name))}
            stands = {value: standing(merged, kind, field.name, value) for value in values}
            links.learn(field.targets, stands.values())
            known = {v: found[0] for v, s in stands.items() if (found := links.candidates(field.targets, s))}
            links.learn(field.targets, {one.title for one in known.values() if one.title})
            for value, one in known.items():
                try:
                    alone = bool(one.title) and links.resolve(field, one.title).id == one.id
                except Misfit:
                    alone = False
                said[value] = one.title if alone else named(one.kind, one.title, one.number, one.id)
    return said
