"""A new series: who and where, how often, and every date with what stands against it before anything is saved (rules.md 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.errors import Refusal
from app.models.fields import Misfit
from app.models.registry import KINDS
from app.services import reading, series
from app.services.office import Office
from app.services.series import Outcome
from app.services.series_overview import holidays
from app.services.series_plan import Asked, Planned
from app.text import _, listed
from app.views import dialogs
from app.views.context import Context
from app.views.page import Page
from app.views.records import form_jobs as jobs
from app.views.records.ask_sheet import AskSheet
from app.views.records.form import RecordForm
from app.views.records.form_jobs import Loaded
from app.views.records.quick_new import QuickNew
from app.views.series.dates_table import DatesTable, Line
from app.views.series.rule_editor import RuleEditor
from app.views.theme import RED, SECOND

TYPING_MS = 300
ASKED_FIRST = (
    "purpose", "venue", "start", "end", "purpose_kind", "headcount", "client_kind", "client", "client_name",
    "contact_name", "contact_phone", "equipment", "remark",
)  # fmt: skip
KIND = KINDS["booking_series"]


@dataclass(frozen=True)
class Previewed:
    """Every date, and which of them are statutory days off."""

    rows: list[Planned]
    holidays: Mapping[str, str]


def previewed(office: Office, values: Mapping[str, Any], asked: Asked) -> Previewed:
    """The preview of a series with all its dates, also those that are not wanted."""
    rows = series.preview(office, values, Asked(moved=asked.moved))
    return Previewed(rows, holidays(office, rows))


def chosen_room(office: Office, values: Mapping[str, Any]) -> tuple[str, str]:
    """The venue of ``values`` and its name; empty where there is none."""
    room = values.get("venue") or ""
    return room, reading.get(office, "venue", room).title if room else ""


class SeriesPage(Page):
    """Begun with ``values``, as they were typed for a single booking."""

    help_topic = "series"
    name = "series"
    title = "新建系列预约"
    listens_to = frozenset({"booking", "closure", "venue", "quota"})

    def __init__(
        self, context: Context, values: Mapping[str, Any] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context, parent)
        self.values = {name: value for name, value in (values or {}).items() if name in ASKED_FIRST}
        self.rows: list[Planned] = []
        self.omit: set[str] = set()
        self.moved: dict[str, str] = {}
        self.days_off: Mapping[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.ready = False
        self._run = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self.set_summary(_("填好场地、首次时间和重复，右边逐日列出能不能约"))

    # -- laying out --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.theme.px
        middle = QHBoxLayout()
        middle.setSpacing(px(16))
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = QFrame()
        card.setProperty("look", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(px(24), px(16), px(24), px(16))
        column.setSpacing(px(12))
        self.form = RecordForm(self.context, KIND, ASKED_FIRST)
        self.form.arrange(1)
        column.addWidget(self.form)
        column.addStretch(1)
        scroller.setWidget(card)
        middle.addWidget(scroller, 4)
        middle.addLayout(self._right(), 6)
        self.body.addLayout(middle, 1)
        self.body.addLayout(self._foot())
        self.form.changed.connect(self._edited)
        self.form.new_wanted.connect(self._create)
        self.rule.changed.connect(self._edited)

    def _right(self) -> QVBoxLayout:
        px = self.theme.px
        right = QVBoxLayout()
        right.setSpacing(px(8))
        self.rule = RuleEditor(self.theme, self.context.office.clock().date())
        right.addWidget(self.rule)
        self.words = QLabel()
        self.words.setFont(self.theme.font(15, semibold=True))
        self.words.setWordWrap(True)
        right.addWidget(self.words)
        self.table = DatesTable(self.theme)
        self.table.acted.connect(self._toggle)
        self.table.itemSelectionChanged.connect(self._say_buttons)
        right.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.without_holidays = QCheckBox(_("不约法定节假日"))
        self.without_holidays.toggled.connect(self._show)
        row.addWidget(self.without_holidays)
        row.addStretch(1)
        self.omit_button = self.button(_("不约这些日期"), self._omit)
        self.move_button = self.button(_("换场地…"), self._move)
        row.addWidget(self.omit_button)
        row.addWidget(self.move_button)
        right.addLayout(row)
        return right

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(self.theme.px(8))
        self.foot_words = QLabel()
        self.foot_words.setWordWrap(True)
        self.foot_words.setTextFormat(Qt.TextFormat.PlainText)
        foot.addWidget(self.foot_words, 1)
        self.reason_line = QLineEdit()
        self.reason_line.setPlaceholderText(_("超额度或不开放仍要约的理由"))
        self.reason_line.setAccessibleName(_("理由"))
        self.reason_line.setFixedWidth(self.theme.px(240))
        self.reason_line.textChanged.connect(self._say_buttons)
        self.reason_line.hide()
        foot.addWidget(self.reason_line)
        foot.addWidget(self.button(_("取消"), self.context.back))
        self.skip_button = self.button("", self._make_skipping)
        self.skip_button.hide()
        self.make_button = self.button(_("全部预约"), self._make_all, icon="save", look="primary", keys="F6")
        foot.addWidget(self.skip_button)
        foot.addWidget(self.make_button)
        return foot

    # -- asking ------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether the dates are about to be asked for."""
        return super().waiting or self._timer.isActive()

    def refresh(self) -> None:
        """The first time: fill the form in; later: ask again, something was booked meanwhile."""
        if self.ready:
            self._timer.start()
            return
        job = partial(jobs.load, self.context.office, KIND, None, self.values)
        self.context.tasks.run(job, self._begin, self._failed, owner=self)

    def _begin(self, found: Loaded) -> None:
        self.ready = True
        self.form.start_new(found.values, found.titles)
        self._edited()
        self.form.focus_first()

    @Slot()
    def _edited(self) -> None:
        if not self.ready:
            return
        start = self.form.read()[0].get("start") or ""
        self.rule.blockSignals(True)
        self.rule.set_start(str(start))
        self.rule.blockSignals(False)
        self.foot_words.clear()
        self._timer.start()

    def _wanted(self) -> dict[str, Any] | None:
        """The values of a series, None while something that decides its dates is missing."""
        values, faults = self.form.read()
        try:
            values["rule"] = self.rule.value()
        except Misfit:
            return None
        told = {fault.field for fault in faults} & {"venue", "start", "end"}
        return None if told or not all(values.get(name) for name in ("venue", "start", "end")) else values

    @property
    def asked(self) -> Asked:
        """What was chosen date by date."""
        days = {row.date for row in self.rows}
        off = set(self.days_off) if self.without_holidays.isChecked() else set()
        moved = {date: room for date, room in self.moved.items() if date in days}
        return Asked(frozenset((self.omit | off) & days), moved)

    @Slot()
    def _ask(self) -> None:
        self._run += 1
        values = self._wanted()
        if values is None:
            self.rows = []
            self._show()
            return
        job = partial(previewed, self.context.office, values, Asked(moved=self.moved))
        run = self._run
        self.context.tasks.run(job, partial(self._found, run), partial(self._not_found, run), owner=self)

    def _found(self, run: int, found: Previewed) -> None:
        if run == self._run:
            self.rows, self.days_off = found.rows, found.holidays
            self._say("")
            self._show()

    def _not_found(self, run: int, error: Exception) -> None:
        if run != self._run:
            return
        if not isinstance(error, Refusal):
            dialogs.report(self, error)
            return
        if self.moved and all(fault.field == "moved" for fault in error.faults):  # the dates are others now
            self.moved.clear()
            self._timer.start()
            return
        self.rows = []
        self._show()
        self._say("\n".join(f"{fault.error}。{fault.mend}".rstrip("。") for fault in error.faults[:3]))

    def _say(self, text: str, ink: str = RED) -> None:
        self.foot_words.setText(text)
        self.foot_words.setStyleSheet(f"color: {ink};")

    # -- showing -----------------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        omitted = self.asked.omit
        self.table.show_lines([self._line(row, row.date in omitted) for row in self.rows])
        self.without_holidays.setEnabled(bool(self.days_off))
        self.words.setText(self._counted())
        over = {row.state for row in self._chosen_rows()} & {"quota", "closed", "invalid"}
        self.reason_line.setVisible(bool(over))
        self._say_buttons()

    def _line(self, row: Planned, omitted: bool) -> Line:
        parts = [self.days_off.get(row.date, ""), row.by]
        if row.date in self.moved:
            parts.insert(0, _("换到 {venue}", venue=self.rooms.get(self.moved[row.date], "")))
        why = listed(part for part in parts if part)
        return Line(row.date, row.start, row.end, why, state="omitted" if omitted else row.state)

    def _chosen_rows(self) -> list[Planned]:
        omitted = self.asked.omit
        return [row for row in self.rows if row.date not in omitted]

    def _counted(self) -> str:
        if not self.rows:
            return ""
        chosen = self._chosen_rows()
        free = sum(row.state == "free" for row in chosen)
        parts = [_("共 {n} 个日期", n=len(self.rows)), _("可约 {n}", n=free)]
        if bad := len(chosen) - free:
            parts.append(_("不能约 {n}", n=bad))
        if left := len(self.rows) - len(chosen):
            parts.append(_("不约 {n}", n=left))
        return "，".join(parts)

    @Slot()
    def _say_buttons(self) -> None:
        chosen = self._chosen_rows()
        free = sum(row.state == "free" for row in chosen)
        bad = len(chosen) - free
        reason = bool(self.reason_line.text().strip()) and not self.reason_line.isHidden()
        self.make_button.setText(_("全部预约（{n} 次）", n=len(chosen)) if chosen else _("全部预约"))
        self.make_button.setEnabled(bool(chosen) and (not bad or reason))
        self.make_button.setToolTip(_("有日期不能约：跳过它们，或改到别的场地") if bad and not reason else "F6")
        self.skip_button.setVisible(bool(bad))
        self.skip_button.setText(_("跳过不能约的，约 {n} 次", n=free))
        self.skip_button.setEnabled(bool(free))
        picked = [self.rows[at].date for at in self.table.chosen if at < len(self.rows)]
        back = bool(picked) and all(date in self.omit for date in picked)
        self.omit_button.setText(_("约这些日期") if back else _("不约这些日期"))
        self.omit_button.setEnabled(bool(picked))
        self.move_button.setEnabled(bool(picked))

    # -- choosing ----------------------------------------------------------------------------------------------

    @Slot(int)
    def _toggle(self, at: int) -> None:
        """Enter or Space on a date: not wanted, or wanted after all."""
        self.omit ^= {self.rows[at].date}
        self._show()

    @Slot()
    def _omit(self) -> None:
        picked = {self.rows[at].date for at in self.table.chosen}
        self.omit = self.omit - picked if picked <= self.omit else self.omit | picked
        self._show()

    @Slot()
    def _move(self) -> None:
        """The chosen dates in another room; without a room they are where the others are."""
        picked = [self.rows[at].date for at in self.table.chosen]
        job = partial(chosen_room, self.context.office)
        sheet = AskSheet(
            self, self.context, _("换场地"), _("换到这里"), KIND, ("venue",), {}, job, optional=("venue",)
        )  # fmt: skip
        sheet.add_text(_("只有选中的 {n} 个日期换，仍属于这个系列。不填为换回来。", n=len(picked)), "second")
        if not sheet.run() or sheet.answer is None:
            return
        room, title = sheet.answer
        for date in picked:
            self.moved.pop(date, None)
            if room:
                self.moved[date], self.rooms[room] = room, title
        self._timer.start()

    @Slot(object)
    def _create(self, wanted: Any) -> None:
        name, kind, typed = wanted
        sheet = QuickNew(self, self.context, KINDS[kind], typed)
        if sheet.run() and sheet.made is not None:
            self.form.set_link(name, sheet.made.id, sheet.made.title)

    # -- making ------------------------------------------------------------------------------------------------

    @Slot()
    def _make_all(self) -> None:
        self._make("refuse")

    @Slot()
    def _make_skipping(self) -> None:
        self._make("skip")

    def _make(self, on_taken: str) -> None:
        faults = [*self.form.read()[1], *self.form.missing()]
        wanted = self._wanted()
        if faults or wanted is None:
            self.form.show_faults(faults)
            return
        reason = self.reason_line.text().strip() if not self.reason_line.isHidden() else ""
        job = partial(series.make, self.context.office, {**wanted, "on_taken": on_taken}, self.asked, reason=reason)
        for one in (self.make_button, self.skip_button):
            one.setEnabled(False)
        self._say(_("正在逐日预约…"), SECOND)
        self.context.tasks.run(job, self._made, self._failed, owner=self)

    def _made(self, done: Outcome) -> None:
        made, skipped = len(done.done.get("made", ())), len(done.done.get("skipped", ()))
        words = _("已建立系列，约了 {n} 次", n=made)
        if skipped:
            words = _("已建立系列，约了 {n} 次，{m} 个日期未约", n=made, m=skipped)
        notes = "".join(done.notices)
        self.context.wrote({"booking", "booking_series"}, f"{words}。{notes}" if notes else words, done.op)
        self.context.back()
        self.context.open_record("booking_series", done.id)

    def _failed(self, error: Exception) -> None:
        self._say("")
        self._say_buttons()
        if not isinstance(error, Refusal):
            dialogs.report(self, error)
            return
        rest = self.form.show_faults(error.faults)
        self._say("\n".join(f"{fault.error}。{fault.mend}".rstrip("。") for fault in rest[:3]))
        self._timer.start()
