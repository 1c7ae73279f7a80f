"""一个人的信息: everything held about one person, found over all records; handed out on paper or erased on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QTableWidgetItem, QWidget

from app.models.registry import KINDS
from app.services import person
from app.services.office import Office
from app.services.person import Erased, Handout, Key, Trace
from app.services.rights import PERSON
from app.text import _, listed
from app.views import dialogs
from app.views.context import Context, Said
from app.views.page import Page
from app.views.records.plain_table import TickTable
from app.views.records.slip_preview import PreviewSheet

JSON = "JSON (*.json)"


def hand_to_file(office: Office, picked: Sequence[Key], words: Sequence[str], path: Path) -> Path:
    """Hand out as JSON."""
    path.write_bytes(person.handout(office, picked, words).json)
    return path


class PersonPage(Page):
    """Words above, what was found below, each with a tick; arrives with ``words``, or with a record to take them from."""

    help_topic = "privacy#本人要求查看或删除"
    name = "person"
    title = "一个人的信息"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        px = self.theme.px
        self.traces: list[Trace] = []
        self.words: list[str] = []
        bar = QHBoxLayout()
        bar.setSpacing(px(8))
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("姓名、电话、证件号，用空格隔开，例如 周敏 13812345678"))
        self.line.setAccessibleName(_("找谁"))
        self.line.setClearButtonEnabled(True)
        self.line.setFixedHeight(px(32))
        self.line.setMaximumWidth(px(480))
        self.line.addAction(self.theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.line.returnPressed.connect(self.find)
        self.finder = self.button(_("查找"), self.find, icon="search")
        self.all = self.button(_("全选"), self._tick_all)
        bar.addWidget(self.line, 1)
        bar.addWidget(self.finder)
        bar.addWidget(self.all)
        bar.addStretch(1)
        self.body.addLayout(bar)
        self.setFocusProxy(self.line)
        columns = ((_("名称"), 0), (_("种类"), 112), (_("写着这个人的地方"), 256), (_("说明"), 144))
        self.table = TickTable(self.theme, _("找到的记录"), columns)
        self.table.itemChanged.connect(self._ticked)
        self.table.cellDoubleClicked.connect(self._open)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        hint = _("写上姓名、电话或证件号，按回车。找遍所有记录，也包括回收站里的和以前改掉的内容。")
        self.stack.addWidget(self.empty_state(hint))
        self.stack.addWidget(self.empty_state(_("没有找到。换一种写法，或只写电话再试一次。")))
        self.stack.setCurrentIndex(1)
        self.body.addWidget(self.stack, 1)
        self.note = QLabel(_("勾选确实是这个人的记录，再交付或删除。同名的人请用电话分清。"))
        self.note.setProperty("look", "second")
        self.note.setWordWrap(True)
        self.note.hide()
        self.body.addWidget(self.note)
        self.paper = self.button(_("打印交付…"), self._hand_out, icon="printer")
        self.file = self.button(_("存为 JSON…"), self._to_file, icon="download")
        self.eraser = self.button(_("删除个人信息…"), self._erase, icon="trash-2")
        back = self.button(_("返回"), context.back, icon="arrow-left")
        self.set_actions(self.paper, [back, self.eraser, self.file])
        self._say()

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """Told whom to look for, or in which record the person stands."""
        if words := arguments.get("words"):
            self.line.setText(" ".join(words))
            self.find()
        elif record := arguments.get("record"):
            job = partial(person.words_of, self.context.office, *record)
            self.context.tasks.run(job, self._begin, self._failed, owner=self)

    def _begin(self, words: list[str]) -> None:
        self.line.setText(" ".join(words))
        self.find()

    # -- finding -----------------------------------------------------------------------------------------------

    @Slot()
    def find(self) -> None:
        """Look everywhere, in the background."""
        self.words = self.line.text().split()
        if self.words:
            job = partial(person.find, self.context.office, list(self.words))
            self.context.tasks.run(job, self.show_traces, self._failed, owner=self)

    def show_traces(self, traces: list[Trace]) -> None:
        """Lay out what was found; nothing is ticked but what stays ticked."""
        self.traces = traces
        rows = []
        for one in traces:
            rows.append((one.row.id, (" ".join(one.row.title.split()), _(one.row.kind.label), one.where, _state(one))))
        self.table.fill(rows)
        self.note.setVisible(bool(traces))
        self.stack.setCurrentIndex(0 if traces else 2)
        self.set_summary(_("找到 {n} 条记录", n=len(traces)) if traces else _("没有找到"))
        self._say()

    @property
    def picked(self) -> list[Key]:
        """The records that are ticked."""
        ticked = self.table.ticked
        return [one.key for one in self.traces if one.row.id in ticked]

    def tick(self, keys: Sequence[Key]) -> None:
        """Tick these records and no others."""
        self.table.tick([record_id for _kind, record_id in keys])

    @Slot()
    def _tick_all(self) -> None:
        self.tick([one.key for one in self.traces])

    @Slot(QTableWidgetItem)
    def _ticked(self, _item: QTableWidgetItem) -> None:
        self._say()

    def _say(self) -> None:
        count = len(self.picked)
        self.all.setEnabled(bool(self.traces))
        for one in (self.paper, self.file, self.eraser):
            self.context.allow(one, PERSON, usable=bool(count))
        self.eraser.setText(_("删除 {n} 条里的个人信息…", n=count) if count else _("删除个人信息…"))

    @Slot(int, int)
    def _open(self, row: int, _column: int) -> None:
        self.context.open_record(*self.traces[row].key)

    # -- handing out, erasing ----------------------------------------------------------------------------------

    @Slot()
    def _hand_out(self) -> None:
        office, picked, words = self.context.office, self.picked, list(self.words)

        def make() -> bytes:
            made: Handout = person.handout(office, picked, words)
            return made.pdf

        PreviewSheet(self, self.context, _("个人信息清单"), make).run()

    @Slot()
    def _to_file(self) -> None:
        path = dialogs.choose_save_file(
            self, _("存为 JSON"), _("个人信息清单") + f" {self.context.office.today}.json", JSON
        )
        if path is not None:
            job = partial(hand_to_file, self.context.office, self.picked, list(self.words), path)
            self.context.tasks.run(job, self._filed, self._failed, owner=self)

    def _filed(self, path: Path) -> None:
        self.context.said.emit(Said(_("已写到 {file}。里面是完整的个人信息，交付后请删除。", file=path)))

    @Slot()
    def _erase(self) -> None:
        picked = self.picked
        text = "\n".join(
            (
                _("{n} 条记录里的姓名、电话等个人信息会被删除，以前改掉的也一起删除；日期、用途等其他内容留着。这一步不能撤销。",
                  n=len(picked)),
                *person.afterwards(),
            )
        )  # fmt: skip
        if dialogs.confirm(self, _("删除这个人的信息？"), text, _("删除"), _("不删除"), careful=True):
            job = partial(person.erase, self.context.office, picked, list(self.words))
            self.context.tasks.run(job, self._erased, self._failed, owner=self)

    def _erased(self, done: Erased) -> None:
        self.context.wrote(KINDS, _("已删除 {n} 条记录里的个人信息", n=done.records))
        lines = [*done.refused]
        for one in done.left:
            lines.append(_("{title}：{where}，请打开记录改掉", title=one.row.title, where=one.where))
        if lines:
            dialogs.inform(self, _("还有几处要自己处理"), "\n".join(lines[:12]))
        self.find()

    def _failed(self, error: Exception) -> None:
        self.set_summary(dialogs.in_one_line(error))
        self.show_traces([]) if not self.traces else None


def _state(one: Trace) -> str:
    """What is to be known of a record that was found."""
    said = []
    if one.row.deleted:
        said.append(_("在回收站里"))
    if one.row.published:
        said.append(_("区里下发，请联系区里"))
    elif not one.erasable:
        said.append(_("有的要自己改"))
    return listed(said)
