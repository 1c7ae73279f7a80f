"""A new record made in passing: only what it needs, while another form is open (新建 at the end of a type-ahead, and the
parts of a record)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from app.models.record import Kind
from app.services.reading import Row
from app.text import _
from app.views.context import Context
from app.views.records import form_jobs as jobs
from app.views.records.ask_sheet import AskSheet
from app.views.records.form_jobs import Written

MOST = 8
"""Fields asked for at most; the rest is filled in later."""


def needed(kind: Kind) -> tuple[str, ...]:
    """The fields that name a record, those it cannot be without, and the first of its list."""
    required = [field.name for field in kind.typed if field.required or field.name in kind.title]
    listed = [field.name for field in kind.typed if field.listed and field.name not in required]
    return tuple([*required, *listed][:MOST])


class QuickNew(AskSheet):
    """``made`` is the new record once the sheet was accepted. ``given`` are values that are not asked for."""

    def __init__(
        self, parent: QWidget, context: Context, kind: Kind, typed: str = "", given: Mapping[str, Any] | None = None
    ) -> None:
        self.made: Row | None = None
        self.given = dict(given or {})
        names = [name for name in needed(kind) if name not in self.given]
        values = _named(kind, kind.title[0], typed)
        title = _("新建{kind}", kind=_(kind.label))
        super().__init__(parent, context, title, _("新建"), kind, names, values, self._write)

    def _write(self, values: dict[str, Any]) -> Written:
        return jobs.write(self.context.office, self.kind.name, None, {**values, **self.given}, None, "")

    def _did(self, answer: Written) -> None:
        self.made = answer.row
        words = _("已新建{kind}“{title}”", kind=_(self.kind.label), title=answer.row.title)
        self.context.wrote(frozenset({self.kind.name}), words, answer.saved.op)
        super()._did(answer)


def _named(kind: Kind, first: str, typed: str) -> Mapping[str, Any]:
    """What was typed goes into the name, unless it was pinyin."""
    return {first: typed} if typed and not typed.isascii() and kind.fields[first].type == "text" else {}
