"""A series above its form: the rule in words, and what can be done with it."""

from __future__ import annotations

from functools import partial

from app.services.series_overview import Overview, overview
from app.text import _
from app.views.counter.steps import StepBar
from app.views.records.form_jobs import Loaded
from app.views.series.dates_sheet import DatesSheet
from app.views.series.scope_sheets import CancelSheet, EditSheet


class SeriesDesk(StepBar):
    """The row above the form of a series."""

    labels = {  # noqa: RUF012  as its base declares them
        "dates": ("各次日期…", "list"),
        "edit": ("修改系列…", "pencil"),
        "cancel": ("取消系列…", "trash-2"),
    }

    def about(self, found: Loaded) -> None:
        """Ask how it stands."""
        self.view = Overview("")
        if found.row is None or self.page.read_only:
            self.hide()
            return
        job = partial(overview, self.context.office, found.row.id)
        self.context.tasks.run(job, self._stands, owner=self)

    def _stands(self, view: Overview) -> None:
        self.view = view
        row = self.page.row
        parts = [view.words, _("还有 {n} 次", n=len(view.ahead))]
        if view.skipped:
            parts.append(_("{n} 个日期未约", n=len(view.skipped)))
        steps = ["dates"] if view.dates else []
        if view.ahead and not view.fault:
            steps.append("edit")
        if view.ahead:
            steps.append("cancel")
        status = str(row.values.get("status") or "") if row is not None else ""
        self.show_steps(status, view.fault or "　".join(parts), steps)

    def take(self, step: str) -> None:
        """Open the sheet of a step."""
        series, row = self.page.record_id or "", self.page.row
        if step == "dates":
            sheet = DatesSheet(self.page, self.context, series, self.view)
            if sheet.run() and sheet.opened:
                self.context.open_record("booking", sheet.opened)
        elif step == "cancel":
            asked = CancelSheet(self.page, self.context, _("取消系列"), _("取消预约"), series, self.view)
            if asked.run() and asked.answer is not None:
                n = len(asked.answer.done.get("cancelled", ()))
                self.did(_("已取消 {n} 次预约", n=n), asked.answer)
        elif row is not None:
            changes = EditSheet(self.page, self.context, series, self.view, row.values, row.links)
            if changes.run() and changes.answer is not None:
                self.did(_("已修改系列"), changes.answer)
