"""Every date of a series: what is booked, cancelled, skipped; a skipped or cancelled date is booked again (rules.md 17)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.errors import Refusal
from app.models.bookings import BLOCKING
from app.models.registry import KINDS
from app.services import series
from app.services.series import Outcome
from app.services.series_overview import Dated, Overview, overview
from app.text import _, listed
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.page import button
from app.views.records.ask_sheet import AskSheet
from app.views.series.dates_table import DatesTable, Line


def line_of(one: Dated) -> Line:
    """A date as the table shows it."""
    said = [one.venue if one.booking else "", _("单独改过") if one.changed and one.status in BLOCKING else "", one.by]
    why = listed(part for part in said if part)
    if one.booking:
        return Line(one.date, one.start, one.end, why, status=one.status)
    return Line(one.date, one.start, one.end, why, state=one.status)


class DatesSheet(Sheet):
    """``opened`` is the booking to show, where one was chosen."""

    help_topic = "series#各次日期"

    def __init__(self, parent: QWidget, context: Context, series_id: str, view: Overview) -> None:
        super().__init__(parent, _("各次日期"), _("完成"))
        self.context, self.series_id, self.view = context, series_id, view
        self.opened = ""
        self.no.hide()
        self.words = self.add_text("")
        self.table = DatesTable(context.theme)
        self.table.setMinimumSize(context.theme.px(760), context.theme.px(400))
        self.table.acted.connect(self._open)
        self.table.itemSelectionChanged.connect(self._chosen)
        self.body.addWidget(self.table, 1)
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        row = QHBoxLayout()
        self.again = button(context.theme, _("再约"), self._again, icon="calendar-check")
        self.elsewhere = button(context.theme, _("换场地再约…"), self._elsewhere)
        self.show_one = button(context.theme, _("打开这一次"), self._open_chosen)
        for one in (self.again, self.elsewhere, self.show_one):
            row.addWidget(one)
        row.addStretch(1)
        self.body.addLayout(row)
        self.show_view(view)
        self.resize(self.sizeHint().expandedTo(self.table.minimumSize() + QSize(64, 220)))

    def show_view(self, view: Overview) -> None:
        """Lay the dates out."""
        self.view = view
        self.words.setText(
            _("{words}。共 {n} 个日期，还没约的 {m} 个。", words=view.words, n=len(view.dates), m=len(view.skipped))
        )
        self.table.show_lines([line_of(one) for one in view.dates])
        self._chosen()

    @property
    def date(self) -> Dated | None:
        """The chosen date, where it is one alone."""
        chosen = self.table.chosen
        return self.view.dates[chosen[0]] if len(chosen) == 1 else None

    @Slot()
    def _chosen(self) -> None:
        one = self.date
        open_again = one is not None and not one.begun and (one.booking is None or one.status not in BLOCKING)
        self.again.setEnabled(open_again)
        self.elsewhere.setEnabled(open_again)
        self.show_one.setEnabled(one is not None and one.booking is not None)

    @Slot()
    def _again(self) -> None:
        if self.date is not None:
            self._book(partial(series.book, self.context.office, self.series_id, self.date.date))

    @Slot()
    def _elsewhere(self) -> None:
        one = self.date
        if one is None:
            return
        office = self.context.office
        sheet = AskSheet(
            self, self.context, _("换场地再约"), _("再约"), KINDS["booking_series"], ("venue",), {},
            lambda values: series.book(office, self.series_id, one.date, venue=values.get("venue")),
        )  # fmt: skip
        if sheet.run() and sheet.answer is not None:
            self._booked(sheet.answer)

    def _book(self, job: partial[Outcome]) -> None:
        self.again.setEnabled(False)
        self.context.tasks.run(job, self._booked, self._refused, owner=self)

    def _booked(self, done: Outcome) -> None:
        self.fault.hide()
        self.context.wrote({"booking", "booking_series"}, _("已再约一次"), done.op)
        job = partial(overview, self.context.office, self.series_id)
        self.context.tasks.run(job, self.show_view, self._refused, owner=self)

    def _refused(self, error: Exception) -> None:
        self._chosen()
        if isinstance(error, Refusal):
            self.fault.setText("\n".join(f"{fault.error}。{fault.mend}".rstrip("。") for fault in error.faults[:3]))
            self.fault.show()
        else:
            dialogs.report(self, error)

    @Slot()
    def _open_chosen(self) -> None:
        if self.table.chosen:
            self._open(self.table.chosen[0])

    @Slot(int)
    def _open(self, at: int) -> None:
        self.opened = self.view.dates[at].booking or ""
        if self.opened:
            self.accept()
