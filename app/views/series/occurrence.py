"""A booking of a series at the counter: changed or cancelled alone, with the later ones, or with all (rules.md 18)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.services import drafts
from app.services.reading import Row
from app.services.series_overview import Overview, overview
from app.text import _
from app.views.counter.steps import StepBar
from app.views.records.form_page import FormPage
from app.views.series.scope_sheets import CancelSheet, EditSheet, ScopeSheet


def repeat(page: FormPage) -> None:
    """Go on with a series from what was typed for a single booking."""
    values = {name: value for name, value in page.form.read()[0].items() if value is not None}
    page.stop_drafts()
    page.ready = False  # nothing is lost: it stands in the page of the series
    context = page.context
    context.tasks.run(partial(drafts.forget, context.office, "booking", None), _forgotten)
    context.back()
    context.new_record("booking_series", values)


def _forgotten(_nothing: None) -> None:
    """There is no draft of a single booking any more."""


class Occurrence(QObject):
    """Asks how the series stands, then which dates."""

    def __init__(self, desk: StepBar) -> None:
        super().__init__(desk)
        self.desk, self.context = desk, desk.context

    def take(self, step: str) -> None:
        """``series``: change; ``cancel``."""
        row = self.desk.page.row
        if row is not None:
            job = partial(overview, self.context.office, str(row.values["series"]))
            self.context.tasks.run(job, partial(self._found, step, row), owner=self)

    def _found(self, step: str, row: Row, view: Overview) -> None:
        """The sheet waits for a person: it opens when the answer has been taken in."""
        QTimer.singleShot(0, self, partial(self._ask, step, row, view))

    def _ask(self, step: str, row: Row, view: Overview) -> None:
        page, series, date = self.desk.page, str(row.values["series"]), str(row.values["original_date"])
        sheet: ScopeSheet
        if step == "cancel":
            sheet = CancelSheet(page, self.context, _("取消预约"), _("取消预约"), series, view, date)
        else:
            sheet = EditSheet(page, self.context, series, view, row.values, row.links, date)
        if not sheet.run() or sheet.answer is None:
            return
        if step == "cancel":
            words = _("已取消 {n} 次预约", n=len(sheet.answer.done.get("cancelled", ())))
        else:
            words = _("已修改 {n} 次预约", n=len(sheet.answer.done.get("changed", ())))
        self.desk.did(words, sheet.answer)
