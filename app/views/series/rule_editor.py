"""How often: every so many days, weeks, months or years, on which days, until when or how many times; said in words."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from app.errors import Refusal
from app.models.fields import Field, Misfit
from app.services.recurrence_words import Choices, rule_of, say
from app.services.times import WEEKDAYS
from app.text import _
from app.views.records.editors_time import DateEditor
from app.views.theme import RED, SECOND, Theme

UNITS = (("week", "周"), ("day", "天"), ("month", "个月"), ("year", "年"))
UNTIL = Field("截止日期", "date", name="until", help="")


class RuleEditor(QWidget):
    """``changed`` on every edit. What it means depends on the start, which the form tells by :meth:`set_start`."""

    changed = Signal()

    def __init__(self, theme: Theme, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._start = theme, ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        first = QHBoxLayout()
        first.setSpacing(theme.px(8))
        first.addWidget(QLabel(_("每")))
        self.interval = self._number(1, 99, 1, _("间隔"))
        first.addWidget(self.interval)
        self.unit = QComboBox()
        for code, label in UNITS:
            self.unit.addItem(_(label), code)
        self.unit.setAccessibleName(_("重复单位"))
        first.addWidget(self.unit)
        self.weekdays: list[QPushButton] = []
        for label in WEEKDAYS:
            one = QPushButton(label[1:] if _(label) == label else _(label))
            one.setCheckable(True)
            one.setProperty("look", "tab")
            one.setAccessibleName(_(label))
            one.setFixedWidth(theme.px(36))
            one.toggled.connect(self._edited)
            self.weekdays.append(one)
            first.addWidget(one)
        self.monthly = QComboBox()
        self.monthly.setAccessibleName(_("每月哪一天"))
        first.addWidget(self.monthly)
        first.addStretch(1)
        column.addLayout(first)
        second = QHBoxLayout()
        second.setSpacing(theme.px(8))
        self.ends = QComboBox()
        self.ends.addItem(_("直到（含当天）"), "until")
        self.ends.addItem(_("共几次"), "count")
        self.ends.setAccessibleName(_("何时结束"))
        second.addWidget(self.ends)
        self.until = DateEditor(UNTIL, theme, today)
        self.until.line.setAccessibleName(_("截止日期"))
        second.addWidget(self.until, 1)
        self.count = self._number(1, 366, 10, _("次数"))
        second.addWidget(self.count)
        second.addStretch(1)
        column.addLayout(second)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.words)
        self.until.set_value(f"{today.year}-12-31")
        for combo in (self.unit, self.monthly, self.ends):
            combo.currentIndexChanged.connect(self._edited)
        for spin in (self.interval, self.count):
            spin.valueChanged.connect(self._edited)
        self.until.changed.connect(self._edited)
        self._lay_out()

    def _number(self, low: int, high: int, value: int, name: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(low, high)
        spin.setValue(value)
        spin.setAccessibleName(name)
        spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        spin.setFixedWidth(self.theme.px(56))
        return spin

    def set_start(self, start: str) -> None:
        """The first start, from which the weekday and the day of the month are taken; empty while there is none."""
        if start[:10] == self._start[:10]:
            self._start = start
            return
        before = date.fromisoformat(self._start[:10]).weekday() if self._start else None
        self._start = start
        if start:
            day = date.fromisoformat(start[:10])
            chosen = [at for at, one in enumerate(self.weekdays) if one.isChecked()]
            if chosen in ([], [before]):
                for at, one in enumerate(self.weekdays):
                    one.blockSignals(True)
                    one.setChecked(at == day.weekday())
                    one.blockSignals(False)
            self._offer_months(day)
        self._edited()

    def _offer_months(self, day: date) -> None:
        """The choices of a month, as the start has them (rules.md 13 and 14)."""
        kept, nth, weekday = self.monthly.currentData(), (day.day - 1) // 7 + 1, _(WEEKDAYS[day.weekday()])
        offers = [("day", _("{n}日", n=day.day)), ("last_day", _("最后一天"))]
        if day.day > 28:
            offers[0] = ("day", _("{n}日（没有的月份跳过）", n=day.day))
        fifth = _("第{n}个{weekday}（没有的月份跳过）", n=nth, weekday=weekday)
        offers.append(("nth", fifth if nth == 5 else _("第{n}个{weekday}", n=nth, weekday=weekday)))
        offers.append(("last_weekday", _("最后一个{weekday}", weekday=weekday)))
        self.monthly.blockSignals(True)
        self.monthly.clear()
        for code, label in offers:
            self.monthly.addItem(label, code)
        self.monthly.setCurrentIndex(max(self.monthly.findData(kept), 0))
        self.monthly.blockSignals(False)

    def _lay_out(self) -> None:
        unit, ends = self.unit.currentData(), self.ends.currentData()
        for one in self.weekdays:
            one.setVisible(unit == "week")
        self.monthly.setVisible(unit == "month")
        self.until.setVisible(ends == "until")
        self.count.setVisible(ends == "count")

    @Slot()
    def _edited(self) -> None:
        self._lay_out()
        try:
            said, ink = (say(self.value(), self._start), SECOND) if self._start else ("", SECOND)
        except (Misfit, Refusal) as error:
            said, ink = (error.error if isinstance(error, Misfit) else error.message), RED
        self.words.setText(said)
        self.words.setStyleSheet(f"color: {ink};")
        self.changed.emit()

    def value(self) -> str:
        """The RRULE text. Raises :class:`Misfit` where the last day cannot be read, or there is no start yet."""
        if not self._start:
            raise Misfit(_("还缺首次开始"), _("请先填首次开始"))
        until = ""
        if self.ends.currentData() == "until":
            until = self.until.value() or ""
            if not until:
                raise Misfit(_("还缺截止日期"), _("请填写截止日期，或改为共几次"))
            if until < self._start[:10]:
                raise Misfit(_("截止日期早于首次开始"), _("请核对日期"))
        choices = Choices(
            self.unit.currentData(),
            self.interval.value(),
            tuple(at for at, one in enumerate(self.weekdays) if one.isChecked()),
            self.monthly.currentData() or "day",
            None if until else self.count.value(),
            until,
        )
        return rule_of(choices, self._start)
