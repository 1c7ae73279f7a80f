"""Editors of dates and times: typed as people say them, or picked (F2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QPoint, QStringListModel, Qt, Slot
from PySide6.QtWidgets import QCalendarWidget, QCompleter, QFrame, QToolButton, QVBoxLayout, QWidget

from app.models.fields import Field, Misfit
from app.text import _
from app.views.records.editors import Editor, Line
from app.views.records.typed import moment, parse_date, parse_time, say_date
from app.views.theme import Theme

HALF_HOURS = tuple(f"{hour:02d}:{minute:02d}" for hour in range(7, 23) for minute in (0, 30))


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
        self.line.set_hint(found if found and found != self.line.text() else "")

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
    """A date and a time side by side."""

    def __init__(self, field: Field, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(field, theme, parent)
        self.day, self.time = DateEditor(field, theme, today), TimeEditor(field, theme)
        for part, stretch in ((self.day, 5), (self.time, 3)):
            part.changed.connect(self.changed)
            self.add(part, stretch)
        self.day.left.connect(self._to_time)
        self.time.left.connect(self.left)
        self.time.line.setAccessibleName(_("{label} 时间", label=_(field.label)))

    @Slot()
    def _to_time(self) -> None:
        self.time.line.setFocus(Qt.FocusReason.TabFocusReason)

    def value(self) -> Any:
        """The moment; a date without its time, or the other way round, is a :class:`Misfit`."""
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
        self.day.set_value(text[:10] or None)
        self.time.set_value(text[11:16] or None)

    def pick(self) -> None:
        """Offer dates or times, where the cursor is."""
        (self.time if self.time.line.hasFocus() else self.day).pick()
