"""The filter bar of the calendar: which day, whether a day, a week or a month, which rooms."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from PySide6.QtCore import QDate, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCalendarWidget,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.text import _
from app.views.records.typed import parse_date
from app.views.theme import Theme

DAY_VIEW, WEEK_VIEW, MONTH_VIEW = "day", "week", "month"
MODES = (DAY_VIEW, WEEK_VIEW, MONTH_VIEW)


class Bar(QWidget):
    """Chooses; the page obeys."""

    day_chosen = Signal(object)
    """A date, ``2026-11-24``."""
    mode_chosen = Signal(object)
    """One of :data:`MODES`."""
    gone_chosen = Signal(object)
    """Whether cancelled bookings are shown."""
    rooms_wanted = Signal()

    def __init__(self, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today, self._day, self._mode = today, today, DAY_VIEW
        self._popup: QFrame | None = None
        self.before, self.today, self.after = (self._quiet() for _n in range(3))
        self.before.clicked.connect(self._go_before)
        self.today.clicked.connect(self._go_today)
        self.after.clicked.connect(self._go_after)
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("日期，如 1124、下周二"))
        self.line.setAccessibleName(_("日期"))
        self.line.setFixedWidth(theme.px(176))
        self.line.returnPressed.connect(self._typed)
        self.pick_button = QToolButton()
        self.pick_button.setIcon(theme.icon("calendar-days"))
        self.pick_button.setAccessibleName(_("选日期"))
        self.pick_button.setToolTip(_("选日期（F2）"))
        self.pick_button.setShortcut("F2")
        self.pick_button.clicked.connect(self.pick)
        self.day_button, self.week_button, self.month_button = (
            self._quiet(word) for word in (_("日"), _("周"), _("月"))
        )
        self._modes = QButtonGroup(self)
        for number, button, name in (
            (0, self.day_button, _("一天，各场地（D）")),
            (1, self.week_button, _("一周，一个场地（W）")),
            (2, self.month_button, _("一个月，所有场地或一个场地（M）")),
        ):
            button.setCheckable(True)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setFixedWidth(theme.px(44))
            self._modes.addButton(button, number)
        self._modes.idClicked.connect(self._mode_clicked)
        self.rooms = self._quiet(_("场地"))
        self.rooms.setIcon(theme.icon("columns-3"))
        self.rooms.clicked.connect(self.rooms_wanted)
        self.gone = QCheckBox(_("显示已取消"))
        self.gone.toggled.connect(self._gone_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        for widget in (self.before, self.today, self.after):
            row.addWidget(widget)
        row.addSpacing(theme.px(8))
        row.addWidget(self.line)
        row.addWidget(self.pick_button)
        row.addSpacing(theme.px(8))
        row.addWidget(self.day_button)
        row.addWidget(self.week_button)
        row.addWidget(self.month_button)
        row.addSpacing(theme.px(8))
        row.addWidget(self.rooms)
        row.addStretch(1)
        row.addWidget(self.gone)
        self._side = theme.px(32)
        self.pick_button.setFixedSize(self._side, self._side)
        self.show_state(today.isoformat(), DAY_VIEW, "")

    def _quiet(self, text: str = "") -> QPushButton:
        return QPushButton(text, self)

    def show_state(self, on: str, mode: str, rooms: str) -> None:
        """Show what the page shows; nothing is emitted."""
        self._day, self._mode = date.fromisoformat(on), mode
        words = {
            DAY_VIEW: (_("前一天"), _("今天"), _("后一天")),
            WEEK_VIEW: (_("前一周"), _("本周"), _("后一周")),
            MONTH_VIEW: (_("上个月"), _("本月"), _("下个月")),
        }[mode]
        for button, word, key in zip((self.before, self.today, self.after), words, ("PgUp", "T", "PgDn"), strict=True):
            button.setText(word)
            button.setToolTip(f"{word} ({key})")
        self._modes.button(MODES.index(mode)).setChecked(True)
        self.rooms.setText(rooms or _("场地"))
        self.line.clear()

    def set_today(self, today: date) -> None:
        """A new day began."""
        self._today = today

    def turn(self, direction: int) -> None:
        """To the day, week or month before (-1) or after (1)."""
        if self._mode == MONTH_VIEW:
            self.day_chosen.emit(months_later(self._day, direction).isoformat())
        else:
            days = 7 if self._mode == WEEK_VIEW else 1
            self.day_chosen.emit((self._day + timedelta(days=days * direction)).isoformat())

    @Slot()
    def _go_before(self) -> None:
        self.turn(-1)

    @Slot()
    def _go_after(self) -> None:
        self.turn(1)

    @Slot()
    def _go_today(self) -> None:
        self.go_today()

    def go_today(self) -> None:
        """To today, or its week or month."""
        self.day_chosen.emit(self._today.isoformat())

    @Slot()
    def _typed(self) -> None:
        found = parse_date(self.line.text(), self._today)
        if found:
            self.day_chosen.emit(found)
        else:
            self.line.selectAll()
            self.line.setToolTip(_("可以输入 1124、11-24、明天、下周二"))

    @Slot(bool)
    def _gone_toggled(self, on: bool) -> None:
        self.gone_chosen.emit(on)

    @Slot(int)
    def _mode_clicked(self, number: int) -> None:
        self.mode_chosen.emit(MODES[number])

    @Slot()
    def pick(self) -> None:
        """Open a month below the button."""
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        month = QCalendarWidget(popup)
        month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        month.setSelectedDate(QDate(self._day.year, self._day.month, self._day.day))
        month.clicked.connect(self._picked)
        month.activated.connect(self._picked)
        box = QVBoxLayout(popup)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(month)
        self._popup = popup
        popup.move(self.pick_button.mapToGlobal(QPoint(0, self.pick_button.height())))
        popup.show()
        month.setFocus()

    @Slot(QDate)
    def _picked(self, day: QDate) -> None:
        popup, self._popup = self._popup, None
        if popup is not None:  # both signals come for one double-click
            popup.close()
            self.day_chosen.emit(day.toString("yyyy-MM-dd"))


def months_later(day: date, months: int) -> date:
    """The same day ``months`` later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
