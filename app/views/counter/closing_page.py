"""停用场地: close a room or the whole center for some days, see whom to call, cancel their bookings, print the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.errors import Fault, Refusal
from app.models.fields import Field, Misfit
from app.models.registry import KINDS
from app.services import reading
from app.services.closing_days import Affected, Span, affected, close_day
from app.services.day_blocks import Item
from app.services.office import Office
from app.services.times import say_span
from app.services.writing import Saved
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.day_line import DayLine, widths
from app.views.page import Page
from app.views.records.editors import TextEditor
from app.views.records.editors_link import LinkEditor
from app.views.records.editors_time import DateEditor
from app.views.records.field_box import FieldBox
from app.views.records.typed import moment, parse_hours

TYPING_MS = 300
SHOWN = 100
"""Lines on the screen; the list that is printed has all."""
FIELDS = (
    Field("从", "date", name="first", required=True),
    Field("到", "date", name="last", help="留空为同一天"),
    Field("时段", "text", name="hours", help="留空为全天，例如 13:00-17:00"),
    KINDS["closure"].fields["venue"],
    KINDS["closure"].fields["reason"],
)


def span_of(first: str, last: str | None, hours: str | None) -> tuple[str, str]:
    """The start and end of a closure: whole days, or the hours ``13:00-17:00`` from the first day to the last one.
    Raises :class:`Misfit` naming what cannot be understood."""
    last = last or first
    if last < first:
        raise Misfit(_("早于第一天"), _("请核对日期"))
    if not hours:
        return f"{first}T00:00", f"{date.fromisoformat(last) + timedelta(days=1)}T00:00"
    times = parse_hours(hours)
    if times is None:
        raise Misfit(_("看不懂“{text}”这个时段", text=hours), _("请按 13:00-17:00 的样子填写"))
    start, end = moment(first, times[0]), moment(last, times[1])
    if end <= start:
        raise Misfit(_("结束不晚于开始"), _("请核对时段"))
    return start, end


class ClosingPage(Page):
    """From the list of closures, or Ctrl+K."""

    help_topic = "closing"
    name = "closing"
    title = "停用场地"
    listens_to = frozenset({"booking", "closure", "slot_waiting", "venue"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.rows: list[Affected] = []
        self.closure: str | None = None
        """The closure that was made here, until another one is begun."""
        self._run = 0
        self.boxes: dict[str, FieldBox] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self._begin({})

    # -- laying out --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.theme.px
        card = QFrame()
        card.setProperty("look", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(px(24), px(16), px(24), px(16))
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(12))
        today = self.context.office.clock().date()
        for at, field in enumerate(FIELDS):
            if field.type == "date":
                editor: Any = DateEditor(field, self.theme, today)
            elif field.type == "link":
                editor = LinkEditor(field, self.context)
            else:
                editor = TextEditor(field, self.theme)
            editor.changed.connect(self._edited)
            editor.left.connect(self._next)
            box = FieldBox(field, editor, self.theme, self)
            self.boxes[field.name] = box
            if at < 3:
                grid.addWidget(box, 0, at * 2, 1, 2, Qt.AlignmentFlag.AlignTop)
            else:
                grid.addWidget(box, 1, (at - 3) * 3, 1, 3, Qt.AlignmentFlag.AlignTop)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        self.body.addWidget(card)
        self.words = QLabel()
        self.words.setFont(self.theme.font(15, semibold=True))
        self.body.addWidget(self.words)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.scroller, 1)
        self.body.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        px = self.theme.px
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self.fault = QLabel()
        self.fault.setProperty("look", "fault")
        self.fault.setWordWrap(True)
        self.cancel_box = QCheckBox(_("同时取消这些预约，理由写停用的原因"))
        self.cancel_box.toggled.connect(self._say)
        self.back_button = self.button(_("返回"), self.context.back)
        self.again_button = self.button(_("再停用一次"), self._again, icon="plus")
        self.print_button = self.button(_("打印通知名单"), self._print, icon="printer", keys="Ctrl+P")
        self.close_button = self.button(_("停用"), self._close, icon="lock", look="primary", keys="F6")
        foot.addWidget(self.cancel_box)
        foot.addWidget(self.fault, 1)
        for one in (self.back_button, self.again_button, self.print_button, self.close_button):
            foot.addWidget(one)
        return foot

    # -- what is typed -----------------------------------------------------------------------------------------

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Begun for days (``first``, ``last``), or a room (``venue``, ``venue_title``)."""
        self._begin(arguments)

    def _begin(self, values: Mapping[str, Any]) -> None:
        self.closure, self.rows = None, []
        for name, box in self.boxes.items():
            if isinstance(box.editor, LinkEditor):
                box.editor.set_link(values.get(name), str(values.get("venue_title", "")))
            else:
                box.editor.set_value(values.get(name))
            box.setEnabled(True)
            box.set_fault("")
        self.cancel_box.setChecked(False)
        self._show_rows()
        QTimer.singleShot(0, self.boxes["first"].focus_editor)

    def new_record(self) -> None:
        """F5: another one."""
        self._begin({})

    @Slot()
    def _again(self) -> None:
        self._begin({})

    @Slot()
    def _edited(self) -> None:
        self.fault.clear()
        for box in self.boxes.values():
            box.set_fault("")
        self._timer.start()

    @Slot()
    def _next(self) -> None:
        names = list(self.boxes)
        at = next((at for at, name in enumerate(names) if self.boxes[name].has_focus()), -1) + 1
        self.boxes[names[at]].focus_editor() if at < len(names) else self.close_button.setFocus()

    def _value(self, name: str) -> Any:
        try:
            return self.boxes[name].editor.value()
        except Misfit as misfit:
            raise Refusal(Fault(name, misfit.error, misfit.mend)) from None

    def span(self) -> Span:
        """What is typed; raises :class:`Refusal` naming the field at fault."""
        first, last, hours, venue = (self._value(name) for name in ("first", "last", "hours", "venue"))
        if not first:
            raise Refusal.of("first", _("必须填写"), _("请填写日期"))
        try:
            start, end = span_of(first, last, hours)
        except Misfit as misfit:
            raise Refusal.of("hours" if hours else "last", misfit.error, misfit.mend) from None
        return Span(start, end, venue)

    # -- whom it concerns --------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bookings were written: whom it concerns may have changed; a closure that was undone is no longer one."""
        if self.closure is None:
            self._ask()
        else:
            job = partial(_stands, self.context.office, self.closure)
            self.context.tasks.run(job, self._still, owner=self)

    def _still(self, stands: bool) -> None:
        if not stands:
            self.closure = None
            for box in self.boxes.values():
                box.setEnabled(True)
            self._ask()

    @Slot()
    def _ask(self) -> None:
        self._run += 1
        if self.closure is not None:
            return  # whom to call stands; what was cancelled would be found no more
        try:
            span = self.span()
        except Refusal:
            self.rows = []
            self._show_rows()
            return
        job = partial(_concerned, self.context.office, span)
        self.context.tasks.run(job, partial(self._found, self._run), owner=self)

    def _found(self, run: int, rows: list[Affected]) -> None:
        if run == self._run:
            self.rows = rows
            self._show_rows()

    def _show_rows(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        items = [
            Item(
                one.kind, one.id, say_span(one.start, one.end), one.client or one.purpose,
                " · ".join(part for part in (one.venue_name, one.purpose, one.contact_name, one.contact_phone) if part),
                one.status, KINDS[one.kind].fields["status"].display(one.status),
            )
            for one in self.rows[:SHOWN]
        ]  # fmt: skip
        columns = widths(self.theme, items)
        for item in items:
            line = DayLine(self.theme, item, *columns)
            line.clicked.connect(self._open)
            column.addWidget(line)
        column.addStretch(1)
        self.scroller.setWidget(inner)
        self._say()

    @Slot()
    def _say(self) -> None:
        """What is about to happen, or has."""
        count, offers = len(self.rows), sum(one.kind != "booking" for one in self.rows)
        cancels = sum(one.cancels for one in self.rows)
        done = self.closure is not None
        if done:
            said = _("请逐一通知下面 {n} 家。", n=count) if count else _("没有要通知的人。")
        elif offers:
            said = _("这段时间有 {n} 场预约、为候补保留 {m} 场，要逐一通知。", n=count - offers, m=offers)
        elif count:
            said = _("这段时间有 {n} 场预约，要逐一通知。", n=count)
        else:
            said = _("这段时间没有预约。") if self._whole() else _("填了日期，这里列出要通知的人。")
        self.words.setText(said)
        more = _("屏幕上是前 {n} 场，名单上是全部。", n=SHOWN) if count > SHOWN else ""
        self.set_summary(_("已停用。{more}", more=more) if done else more or _("整个中心或一个场地，一天或几天"))
        cancelling = self.cancel_box.isChecked() and cancels
        self.close_button.setText(_("停用并取消 {n} 场", n=cancels) if cancelling else _("停用"))
        self.close_button.setShortcut("F6")  # a new text takes it away
        self.close_button.setVisible(not done)
        self.again_button.setVisible(done)
        self.cancel_box.setVisible(not done and bool(cancels))
        self.print_button.setEnabled(bool(count))

    def _whole(self) -> bool:
        try:
            self.span()
        except Refusal:
            return False
        return True

    @Slot()
    def _open(self) -> None:
        line = self.sender()
        if isinstance(line, DayLine):
            self.context.open_record(line.item.kind, line.item.id)

    # -- doing it ----------------------------------------------------------------------------------------------

    @Slot()
    def _close(self) -> None:
        try:
            span, reason = self.span(), self._value("reason")
        except Refusal as refusal:
            self._refused(refusal)
            return
        self.close_button.setEnabled(False)
        self._timer.stop()
        self._run += 1  # an answer under way is about what was before
        cancel = self.cancel_box.isChecked()
        job = partial(close_day, self.context.office, span.start, span.end, span.venue, reason or "", cancel=cancel)
        self.context.tasks.run(job, self._closed, self._refused, owner=self)

    def _closed(self, done: tuple[Saved, list[Affected]]) -> None:
        saved, rows = done
        self.close_button.setEnabled(True)
        self.closure, self.rows = saved.id, rows
        for box in self.boxes.values():
            box.setEnabled(False)
        cancelled = sum(one.status == "cancelled" for one in rows)
        words = _("已停用，取消 {n} 场预约", n=cancelled) if cancelled else _("已停用")
        self.context.wrote(frozenset({"closure", "booking", "slot_waiting"}), words, saved.op)
        self._show_rows()

    def _refused(self, error: Exception) -> None:
        self.close_button.setEnabled(True)
        if not isinstance(error, Refusal):
            dialogs.report(self, error)
            return
        rest = []
        for fault in error.faults:
            name = {"start": "first", "end": "last"}.get(fault.field, fault.field)
            if name in self.boxes:
                label = _(self.boxes[name].field.label)
                self.boxes[name].set_fault(
                    _("{error}。{mend}", error=fault.error.removeprefix(f"{label}："), mend=fault.mend)
                )
                self.boxes[name].focus_editor()
            else:
                rest.append(_("{error}。{mend}", error=fault.error, mend=fault.mend))
        self.fault.setText("\n".join(rest))

    @Slot()
    def _print(self) -> None:
        from app.services.call_list import call_list, printed
        from app.views.records.slip_preview import CountedSheet

        try:
            span = self.span()
        except Refusal as refusal:
            self._refused(refusal)
            return
        office = self.context.office
        called = {kind: [one.id for one in self.rows if one.kind == kind] for kind in ("booking", "slot_waiting")}
        venue = self.boxes["venue"].editor
        where = venue.line.text().strip() if isinstance(venue, LinkEditor) else ""
        reason = self._value("reason") or ""

        def render(missing: bool) -> bytes:
            return call_list(office, called, span.start, span.end, where, reason, allow_missing=missing)

        CountedSheet(self, self.context, _("电话通知单"), render, partial(printed, office, called)).open()


def _concerned(office: Office, span: Span) -> list[Affected]:
    with office.reading() as session:
        return affected(session, office.now, span)


def _stands(office: Office, closure: str) -> bool:
    return any(not row.deleted for row in reading.rows(office, "closure", [closure]))
