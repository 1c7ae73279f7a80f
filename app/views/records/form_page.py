"""The page of one record: its form, its history, its related records, saving and what may come in between."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.models.registry import kind_of
from app.services import drafts
from app.services.drafts import Draft
from app.services.reading import Row
from app.services.related import relations
from app.services.writing import Saved, set_deleted
from app.sync.capture import Seen
from app.text import _
from app.views import dialogs
from app.views.banners import Banners
from app.views.context import Context, Said
from app.views.help.asking import kind_topic
from app.views.page import Page
from app.views.records import form_jobs as jobs
from app.views.records.extras import extra_for
from app.views.records.form import RecordForm
from app.views.records.form_actions import FormActions
from app.views.records.form_jobs import Loaded, Written
from app.views.records.form_notes import FormNotes
from app.views.records.form_parts import RelatedList
from app.views.records.history_panel import HistoryPanel
from app.views.records.quick_new import QuickNew
from app.views.records.saving import Saving

DRAFT_MS = 1000
WIDEST = 1200
ROOM_FOR_TWO = 640


class FormPage(Page):
    """Shows the record ``record_id`` of ``kind``, or an empty form filled in with ``values``."""

    name = "form"

    def __init__(
        self,
        context: Context,
        kind: str,
        record_id: str | None = None,
        values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.kind, self.record_id, self.values = kind_of(kind), record_id, dict(values or {})
        self.help_topic = kind_topic(kind)
        self.listens_to = frozenset({kind, *(relation.kind.name for relation in relations(kind))})
        self.row: Row | None = None
        self.seen: Seen = {}
        self.untouched: dict[str, Any] = {}
        self.ready = False
        self.merged = False
        """Whether the record was merged into another one."""
        self.forms: tuple[tuple[str, str], ...] = ()
        self.history: HistoryPanel | None = None
        self._related: list[RelatedList] = []
        self.form = RecordForm(context, self.kind)
        self.banners = Banners(self.theme)
        self.notes = FormNotes(self)
        self.saving = Saving(self)
        self.extra = extra_for(self)
        self.actions_on_top = FormActions(self)
        self._lay_out()
        self.form.changed.connect(self._edited)
        self.form.reveal.connect(self._reveal)
        self.form.new_wanted.connect(self._create)
        self.form.finished.connect(self.save_button.setFocus)
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_MS)
        self._draft_timer.timeout.connect(self.keep_draft)
        picker = QShortcut(QKeySequence("F2"), self)
        picker.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        picker.activated.connect(self.form.pick)
        self.set_title(_("新建{kind}", kind=_(self.kind.label)) if record_id is None else _(self.kind.label))

    # -- laying out --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.theme.px
        self.body.addWidget(self.extra)
        self.body.addWidget(self.banners)
        middle = QHBoxLayout()
        middle.setSpacing(px(16))
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = QFrame()
        card.setProperty("look", "card")
        card.setMaximumWidth(px(WIDEST))
        self.column = QVBoxLayout(card)
        self.column.setContentsMargins(px(24), px(16), px(24), px(24))
        self.column.setSpacing(px(16))
        self.column.addWidget(self.form)
        self.column.addStretch(1)
        self.scroller.setWidget(card)
        middle.addWidget(self.scroller, 1)
        self.middle = middle
        self.body.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self.foot_words = QLabel()
        self.foot_words.setWordWrap(True)
        self.foot_words.setTextFormat(Qt.TextFormat.PlainText)
        foot.addWidget(self.foot_words, 1)
        self.reason_line = QLineEdit()
        self.reason_line.setPlaceholderText(_("写明仍要这样办的理由"))
        self.reason_line.setAccessibleName(_("理由"))
        self.reason_line.setFixedWidth(px(240))
        self.reason_line.returnPressed.connect(self.saving.override)
        still = _("仍要预约") if self.kind.name == "booking" else _("仍要保存")
        self.override_button = self.button(still, self.saving.override)
        self.cancel_button = self.button(_("取消"), self._cancel)
        self.again_button = self.button(_("再来一条"), self.saving.save_and_start_another)
        self.again_button.setToolTip(_("保存，再开一张新的，沿用场地、日期等内容"))
        self.save_button = self.button(_("保存"), self.saving.save, icon="save", look="primary", keys="F6")
        for one in (self.reason_line, self.override_button, self.cancel_button, self.again_button, self.save_button):
            foot.addWidget(one, 0, Qt.AlignmentFlag.AlignBottom)
        self.reason_line.hide()
        self.override_button.hide()
        self.body.addLayout(foot)
        self._set_state()

    @property
    def read_only(self) -> bool:
        """Whether the record can only be looked at."""
        shut = self.row is not None and (self.row.deleted or self.row.published or self.merged)
        return shut or bool(self.saving.barred)

    def _set_state(self) -> None:
        usable = self.ready and not self.read_only
        self.form.setEnabled(usable)
        self.save_button.setEnabled(usable)
        self.again_button.setEnabled(usable)
        self.again_button.setVisible(self.record_id is None)
        self._name_the_way_back()

    def _name_the_way_back(self) -> None:
        """With nothing to lose one goes back; else one cancels what is typed."""
        self.cancel_button.setText(_("取消") if self.record_id is None or self.dirty else _("返回"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two have no room."""
        super().resizeEvent(event)
        beside = self.theme.px(360 + 16) if self.history is not None else 0
        room = self.width() - beside - self.theme.px(2 * 24 + 2 * 24 + 16)
        self.form.arrange(2 if room >= self.theme.px(ROOM_FOR_TWO) else 1)

    # -- loading -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The first time: load. Later: something of this kind was written, perhaps this record."""
        job = partial(jobs.load, self.context.office, self.kind, self.record_id, self.values)
        self.context.tasks.run(job, self.notes.fresh if self.ready else self.loaded, self._failed, owner=self)

    def loaded(self, found: Loaded) -> None:
        """Show the record, or the empty form."""
        self.row, self.forms, self.ready = found.row, found.forms, True
        self.merged = found.standing.into is not None
        if found.row is None:
            self.form.start_new(found.values, found.titles)
        else:
            self.form.load(found.row, masked=True)
            self.form.clear_faults()
            self.seen = {name: list(stamps) for name, stamps in found.row.seen.items()}
        self.untouched = self.form.read()[0]
        self.notes.about(found)
        self.show_related(found)
        self.extra.about(found)
        self._say_title()
        self.actions_on_top.show()
        self._set_state()
        if not self.read_only:
            self.form.focus_first() if found.row is None else self.form.focus_top()

    def _say_title(self) -> None:
        label = _(self.kind.label)
        if self.row is None:
            self.set_title(_("新建{kind}", kind=label))
            self.set_summary(_("回车到下一项，F2 选择，F6 保存"))
            return
        self.set_title(self.form_title(self.row))
        self.set_summary(_("{kind}　{number}", kind=label, number=self.row.number or "").strip())

    def form_title(self, row: Row) -> str:
        """How the record is called here: a person by the masked name."""
        return " ".join(row.title.split())[:60]

    def show_related(self, found: Loaded) -> None:
        """The records that belong to this one, below the fields."""
        for old in self._related:
            self.column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._related = []
        for what in found.related:
            if self.record_id is not None and (what.count or what.relation.part):
                widget = RelatedList(self.context, what, self.record_id)
                self._related.append(widget)
                self.column.insertWidget(len(self._related), widget)

    def _failed(self, error: Exception) -> None:
        dialogs.report(self, error)
        if not self.ready:
            self.context.back()

    # -- editing -----------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        if not self.ready or self.read_only:
            return False
        values, faults = self.form.read()
        return bool(faults) or values != self.untouched

    @Slot()
    def _edited(self) -> None:
        if self.ready:
            self._draft_timer.start()
            self.saving.quiet()
            self.extra.edited()
            self._name_the_way_back()

    @Slot()
    def keep_draft(self) -> None:
        """Keep what is typed on this PC, against a crash."""
        self._draft_timer.stop()
        values, _faults = self.form.read()
        if values == self.untouched:
            values = {}
        fields = {self.kind.log_field(name) for name in values}
        seen = {name: stamps for name, stamps in self.seen.items() if name in fields}
        draft = Draft(values, {n: t for n, t in self.form.titles().items() if n in values}, seen)
        job = partial(drafts.keep, self.context.office, self.kind.name, self.record_id, draft)
        self.context.tasks.run(job, self._draft_kept)

    def _draft_kept(self, _nothing: None) -> None:
        """The draft is safe."""

    def stop_drafts(self) -> None:
        """The form is saved: what is typed is no draft any more."""
        self._draft_timer.stop()

    @Slot()
    def _reveal(self) -> None:
        if self.record_id is not None:
            job = partial(jobs.revealed, self.context.office, self.kind.name, self.record_id)
            self.context.tasks.run(job, self._revealed, self.saving.refused, owner=self)

    def _revealed(self, row: Row) -> None:
        """Show the personal fields; the others stay as they are."""
        hidden = [name for name, box in self.form.boxes.items() if box.masked and box.revealable]
        self.form.load(row, masked=False, only=hidden)
        for name in hidden:
            field = self.kind.log_field(name)
            if field in row.seen:
                self.seen[field] = list(row.seen[field])

    @Slot(object)
    def _create(self, wanted: Any) -> None:
        name, kind, typed = wanted
        sheet = QuickNew(self, self.context, kind_of(kind), typed)
        if sheet.run() and sheet.made is not None:
            self.form.set_link(name, sheet.made.id, sheet.made.title)

    # -- the rest ----------------------------------------------------------------------------------------------

    @Slot()
    def show_history(self) -> None:
        """The history beside the form, or away again."""
        if self.history is not None:
            self.middle.removeWidget(self.history)
            self.history.hide()
            self.history.deleteLater()
            self.history = None
        elif self.record_id is not None:
            self.history = HistoryPanel(self.context, self.kind, self.record_id)
            self.history.setFixedWidth(self.theme.px(360))
            self.history.closed.connect(self.show_history)
            self.middle.addWidget(self.history)
        self.resizeEvent(QResizeEvent(self.size(), self.size()))

    @Slot()
    def delete(self) -> None:
        """Put the record into the bin."""
        if self.record_id is not None:
            job = partial(set_deleted, self.context.office, self.kind.name, [self.record_id], True, seen=self.seen)
            self.context.tasks.run(job, self._deleted, self.saving.refused, owner=self)

    def _deleted(self, saved: Saved) -> None:
        self.stop_drafts()
        self.ready = False
        words = _("已把{kind}“{title}”放进回收站", kind=_(self.kind.label), title=self.windowTitle())
        self.context.wrote(frozenset({self.kind.name}), words, saved.op)
        self.context.back()

    @Slot()
    def restore(self) -> None:
        """Take the record back from the bin."""
        if self.record_id is not None:
            job = partial(set_deleted, self.context.office, self.kind.name, [self.record_id], False)
            self.context.tasks.run(job, self._restored, self.saving.refused, owner=self)

    def _restored(self, saved: Saved) -> None:
        self.ready = False
        self.context.wrote(frozenset({self.kind.name}), _("已从回收站恢复"), saved.op)
        self.refresh()

    @Slot()
    def _cancel(self) -> None:
        self.context.back()

    def leave(self) -> bool:
        """What is typed stays as a draft, and the undo bar says so."""
        if self.dirty:
            self.keep_draft()
            self.context.said.emit(Said(_("没有保存。填了一半的内容留着，再打开这张表时可以接着填。")))
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """A page put aside keeps its draft."""
        if self._draft_timer.isActive():
            self.keep_draft()
        super().hideEvent(event)

    def written(self, done: Written) -> None:
        """Saved: go back, or stay: where two values now stand against each other, and where a new record is mostly
        printed next."""
        self.ready = False
        if done.row.conflicts or (self.record_id is None and done.forms):
            self.record_id = done.row.id
            self.mark_stale()
        else:
            self.context.back()

    def start_another(self, done: Written) -> None:
        """An empty form with what is useful of the last one."""
        values = jobs.carried_over(self.kind, done.row.values)
        self.record_id, self.row, self.values, self.ready, self.seen = None, None, values, False, {}
        self.refresh()
