"""Editors of dates and times: typed as people say them, or picked (F2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QPoint, QStringListModel, Qt, Slot
from PySide6.QtWidgets import QCalendarWidget, QCompleter, QFrame, QToolButton, QVBoxLayout, QWidget

from app.models.fields import Field, Misfit
from app.services.times import shift
from app.text import _
from app.views.records.editors import Editor, Line
from app.views.records.typed import moment, parse_date, parse_length, parse_time, say_date
from app.views.theme import Theme

HALF_HOURS = tuple(f"{hour:02d}:{minute:02d}" for hour in range(7, 23) for minute in (0, 30))


def _nothing(_text: str) -> str:
    return ""


class DateEditor(Editor):
    """A date by typing ``1124``, ``明天``, ``下周二``, or the picker; what it means stands in grey beside it."""

    def __init__(self, field: Field, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.today = today
        self.line = Line(theme)
        self.line.setPlaceholderText(_("如 1124、明天、下周二"))
        self.line.textEdited.connect(self._edited)
        self.line.editingFinished.connect(self._settle)
        self.line.returnPressed.connect(self.left)
        self.button = QToolButton()
        self.button.setIcon(theme.icon("calendar-days"))
        self.button.setFixedSize(theme.px(32), theme.px(32))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setToolTip(_("选日期（F2）"))
        self.button.setAccessibleName(_("选日期"))
        self.button.clicked.connect(self.pick)
        self._popup: QFrame | None = None
        self.row_layout.setSpacing(theme.px(4))
        self.add(self.line, 1)
        self.row_layout.addWidget(self.button)

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self._say()
        self.changed.emit()

    @Slot()
    def _settle(self) -> None:
        """On leaving, what was understood takes the place of what was typed."""
        found = parse_date(self.line.text(), self.today)
        if found:
            self.line.setText(found)
        self._say()

    def _say(self) -> None:
        found = parse_date(self.line.text(), self.today)
        plain = found == self.line.text()
        said = say_date(found, self.today) if found else ""
        self.line.set_hint(said.split(" ")[-1] if plain and " " in said else "" if plain else said)

    def value(self) -> Any:
        """The date; raises :class:`Misfit` for what is none."""
        found = parse_date(self.line.text(), self.today)
        if found is None:
            raise Misfit(_("看不懂“{text}”这个日期", text=self.line.text()), _("可以输入 1124、11-24、明天、下周二"))
        return found or None

    def set_value(self, value: Any) -> None:
        """Show a date."""
        self.line.setText("" if value is None else str(value))
        self.line.setCursorPosition(0)
        self._say()

    @Slot()
    def pick(self) -> None:
        """Open the calendar below the line."""
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget()
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        shown = QDate.fromString(parse_date(self.line.text(), self.today) or "", "yyyy-MM-dd")
        calendar.setSelectedDate(shown if shown.isValid() else QDate(self.today.year, self.today.month, self.today.day))
        calendar.clicked.connect(self._picked)
        calendar.activated.connect(self._picked)
        layout = QVBoxLayout(popup)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(calendar)
        self._popup = popup
        popup.move(self.mapToGlobal(QPoint(0, self.height())))
        popup.show()
        calendar.setFocus()

    @Slot(QDate)
    def _picked(self, day: QDate) -> None:
        if self._popup is not None:
            self._popup.close()
            self._popup = None
        self.set_value(day.toString("yyyy-MM-dd"))
        self.changed.emit()
        self.line.setFocus()


class TimeEditor(Editor):
    """A time by typing ``9``, ``930``, ``下午2点``; F2 offers the half hours."""

    def __init__(self, field: Field, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.line = Line(theme)
        self.line.setPlaceholderText(_("如 9、930"))
        self.otherwise: Callable[[str], str] = _nothing
        """What a text that is no time means, in words."""
        self.line.textEdited.connect(self._edited)
        self.line.editingFinished.connect(self._settle)
        self.line.returnPressed.connect(self.left)
        self._completer = QCompleter(QStringListModel(list(HALF_HOURS), self), self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self.line)
        self._completer.setMaxVisibleItems(12)
        self._completer.activated.connect(self._picked)
        self.add(self.line, 1)

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self._say()
        self.changed.emit()

    @Slot()
    def _settle(self) -> None:
        found = parse_time(self.line.text())
        if found:
            self.line.setText(found)
        self._say()

    def _say(self) -> None:
        found = parse_time(self.line.text())
        said = found if found is not None else self.otherwise(self.line.text())
        self.line.set_hint(said if said != self.line.text() else "")

    @Slot(str)
    def _picked(self, text: str) -> None:
        self.line.setText(text)
        self._say()
        self.changed.emit()

    def value(self) -> Any:
        """The time as ``09:00``; raises :class:`Misfit` for what is none."""
        found = parse_time(self.line.text())
        if found is None:
            raise Misfit(_("看不懂“{text}”这个时间", text=self.line.text()), _("可以输入 9、930、下午2点、14:00"))
        return found or None

    def set_value(self, value: Any) -> None:
        """Show a time."""
        self.line.setText("" if value is None else str(value))
        self._say()

    def pick(self) -> None:
        """Offer the half hours, near the one shown."""
        self._completer.setCompletionPrefix("")
        self._completer.complete()
        popup, now = self._completer.popup(), parse_time(self.line.text()) or "09:00"
        near = max((at for at, time in enumerate(HALF_HOURS) if time <= now), default=0)
        popup.setCurrentIndex(self._completer.completionModel().index(near, 0))


class MomentEditor(Editor):
    """A date and a time side by side. One that follows another has its day, and may be given as a length after it."""

    def __init__(self, field: Field, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.day, self.time = DateEditor(field, theme, today), TimeEditor(field, theme)
        for part, stretch in ((self.day, 5), (self.time, 3)):
            part.changed.connect(self.changed)
            self.add(part, stretch)
        self.day.left.connect(self._to_time)
        self.time.left.connect(self.left)
        self.time.line.setAccessibleName(_("{label} 时间", label=_(field.label)))
        self._start: MomentEditor | None = None
        self._day_before = ""

    def follow(self, start: MomentEditor) -> None:
        """Be the end of ``start``: what begins on a day mostly ends on it, and a length can be typed for the time."""
        self._start = start
        start.day.line.editingFinished.connect(self._started)
        self.time.otherwise = self._said
        self.time.line.setToolTip(_("时间，或从开始起的时长：2h、1.5h、90 分钟"))
        self.time.line.setPlaceholderText(_("如 11、2h、90"))
        self.time.line.editingFinished.connect(self._ended)

    @Slot()
    def _started(self) -> None:
        assert self._start is not None
        day = self._start.day.line.text()
        if self.day.line.text() in ("", self._day_before) and self.day.line.text() != day:
            self.day.set_value(day)
        self._day_before = day

    def _after(self, length: int | None) -> str | None:
        """The moment ``length`` minutes after the start, where both are known."""
        try:
            begun = self._start.value() if self._start is not None else None
        except Misfit:
            return None
        return shift(begun, length) if begun and length else None

    def _typed_end(self) -> str | None:
        text = self.time.line.text()
        return self._after(parse_length(text)) if parse_time(text) is None else None

    def _said(self, text: str) -> str:
        end = self._after(parse_length(text))
        return end[11:16] if end else ""

    @Slot()
    def _ended(self) -> None:
        """On leaving, a length is put as the moment it leads to."""
        end = self._typed_end()
        if end:
            self.set_value(end)

    def entrance(self) -> QWidget | None:
        """The time, where the day is known from the start."""
        if self._start is not None and not self.day.line.text():
            self._started()
        return self.time.line if self._start is not None and self.day.line.text() else self.day.line

    @Slot()
    def _to_time(self) -> None:
        self.time.line.setFocus(Qt.FocusReason.TabFocusReason)

    def value(self) -> Any:
        """The moment; a date without its time, or the other way round, is a :class:`Misfit`."""
        if end := self._typed_end():
            return end
        day, time = self.day.value(), self.time.value()
        if day is None and time is None:
            return None
        if day is None:
            raise Misfit(_("还缺日期"), _("请填日期，例如 1124"))
        if time is None:
            raise Misfit(_("还缺时间"), _("请填时间，例如 9 或 930"))
        return moment(day, time)

    def set_value(self, value: Any) -> None:
        """Show a stored moment."""
        text = "" if value is None else str(value)
        if self._start is not None:
            self._day_before = self._start.day.line.text()
        self.day.set_value(text[:10] or None)
        self.time.set_value(text[11:16] or None)

    def pick(self) -> None:
        """Offer dates or times, where the cursor is."""
        (self.time if self.time.line.hasFocus() else self.day).pick()
