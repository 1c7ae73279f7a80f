"""Which column holds which field: headings by label in either language, or by the field's own name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import Refusal
from app.models.record import Kind
from app.services.excel.cells import folded, words
from app.services.excel.container import HEADROOM, MAX_COLUMNS
from app.services.excel.sheets import Sheet, address, is_blank
from app.text import LANGUAGES, _, in_language, listed

ID, NUMBER = "id", "number"
ID_LABEL = "记录标识"
REASON_LABEL = "错误原因"
"""The column that the list of errors adds; passed over when that list comes back."""


@dataclass(frozen=True)
class Column:
    """A column of the file: its place from 0, its heading, and the field it fills (empty for an unknown one)."""

    at: int
    heading: str
    field: str

    def address(self, row: int) -> str:
        """The address of its cell in ``row``, from 1."""
        return address(row - 1, self.at)


@dataclass(frozen=True)
class Headings:
    """The row of the headings (from 0) and every column that has one or holds something."""

    row: int
    columns: tuple[Column, ...]

    @property
    def known(self) -> tuple[Column, ...]:
        """The columns that are read."""
        return tuple(column for column in self.columns if column.field)

    @property
    def unknown(self) -> tuple[Column, ...]:
        """The columns that fill no field: kept in the error file, told, not read."""
        return tuple(column for column in self.columns if not column.field)


def names_of(kind: Kind) -> dict[str, str]:
    """Every heading that is understood, folded, with its field."""
    found: dict[str, str] = {}
    labels = {ID: ID_LABEL, NUMBER: kind.fields[NUMBER].label} | {f.name: f.label for f in kind.typed}
    for language in LANGUAGES:
        for name, label in labels.items():
            found.setdefault(_key(in_language(label, language)), name)
    for name in labels:
        found.setdefault(_key(name), name)
    return found


def _key(text: str) -> str:
    return re.sub(r"[\s*:：_]", "", folded(text)).lower()


def _sections(kind: Kind) -> dict[str, dict[str, str]]:
    """The fields under each heading of the paper form: {section, folded: {label, folded: field}}."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        section = ""
        for field in kind.typed:
            section = field.section or section
            if section:
                under = found.setdefault(_key(in_language(section, language)), {})
                under[_key(in_language(field.label, language))] = field.name
    return found


@dataclass(frozen=True)
class _Known:
    names: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]

    def field(self, text: str, over: str = "") -> str:
        """The field that a heading names, with what stands ``over`` it in merged cells. A star, a unit or a remark in
        brackets at its end says nothing more."""
        bare = re.sub(r"[(（\[【][^()（）]*[)）\]】]\s*\*?$", "", text.strip())
        for said in (over + text, over + bare) if over else ():
            if found := self.names.get(_key(said)):
                return found
        own = _key(bare)
        under = [name for label, name in self.sections.get(_key(over), {}).items() if label.endswith(own)]
        if len(under) == 1 and own:
            return under[0]
        return self.names.get(_key(text)) or self.names.get(own) or ""


def fits(sheet: Sheet, kind: Kind) -> int:
    """How many columns of a sheet are understood; the sheet named after the kind comes first among equals."""
    known = _Known(names_of(kind), _sections(kind))
    best = max((len(_matches(sheet, row, known)[0]) for row in range(min(HEADROOM, len(sheet.rows)))), default=0)
    return 2 * best + (sheet.name in {in_language(kind.label, language) for language in LANGUAGES})


def find(sheet: Sheet, kind: Kind) -> Headings:
    """The headings: the row, among the first, with the most columns that are understood. Two rows with merged cells read
    as one (负责人 over 姓名 is 负责人姓名). Raises :class:`Refusal` where there is none, or a field comes twice."""
    known = _Known(names_of(kind), _sections(kind))
    best: tuple[int, dict[int, str], dict[int, str]] = (0, {}, {})
    for row in range(min(HEADROOM, len(sheet.rows))):
        fields, texts = _matches(sheet, row, known)
        if len(fields) > len(best[1]):
            best = (row, fields, texts)
    row, fields, texts = best
    if not fields:
        offered = listed(_(field.label) for field in kind.typed[:12])
        raise Refusal.of("file", _("找不到标题行：没有一列是{kind}的字段", kind=_(kind.label)),
                         _("标题请用这样的名称：{offered}；可先导出模板", offered=offered))  # fmt: skip
    twice: dict[str, list[int]] = {}
    for column, name in fields.items():
        twice.setdefault(name, []).append(column)
    for name, columns in twice.items():
        if len(columns) > 1:
            places = listed(address(row, column) for column in columns)
            label = ID_LABEL if name == ID else kind.fields[name].label
            raise Refusal.of(name, _("“{label}”出现了两次（{places}）", label=_(label), places=places),
                             _("请只留一列"))  # fmt: skip
    width = max((len(line) for line in sheet.rows), default=0)
    filled = {column for line in sheet.rows[row + 1 :] for column, cell in enumerate(line) if not is_blank(cell)}
    reasons = {_key(in_language(REASON_LABEL, language)) for language in LANGUAGES}
    columns = [
        Column(column, texts.get(column, ""), fields.get(column, ""))
        for column in range(width)
        if (column in fields or column in filled or texts.get(column)) and _key(texts.get(column, "")) not in reasons
    ]
    return Headings(row, tuple(columns))


def _matches(sheet: Sheet, row: int, known: _Known) -> tuple[dict[int, str], dict[int, str]]:
    """The fields of the columns, were ``row`` the headings, and what stands in it."""
    fields: dict[int, str] = {}
    texts: dict[int, str] = {}
    own, over = _said(sheet, row), _said(sheet, row - 1)
    for column, text in own.items():
        texts[column] = text
        above = over.get(column, "")
        if found := known.field(text, above if above != text else ""):
            fields[column] = found
    return fields, texts


def _said(sheet: Sheet, row: int) -> dict[int, str]:
    """What stands in each column of ``row``; a merged cell says it in every column it reaches over."""
    line = dict(enumerate(sheet.rows[row])) if 0 <= row < len(sheet.rows) else {}
    for (top, left), (bottom, right) in sheet.merged:
        if top <= row <= bottom and line:
            line |= dict.fromkeys(range(left, min(right, MAX_COLUMNS) + 1), sheet.at(top, left))
    return {column: " ".join(words(cell).split()) for column, cell in line.items() if not is_blank(cell)}
