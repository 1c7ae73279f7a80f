"""Importing a table: choose or drop a file, see what each row will do, import all of it or nothing (rules.md 33)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.errors import EnvironmentFault, Refusal, ShuniuError
from app.models.registry import kind_of
from app.services.excel import committing, exporting, planning
from app.services.excel.committing import Imported
from app.services.excel.failing import errors_file
from app.services.excel.files import save
from app.services.excel.plan import CHANGE, ERROR, NEW, SAME, Plan
from app.services.excel.preview import only_policies, remarks, sentences
from app.services.office import Office
from app.text import _
from app.views import dialogs
from app.views.context import Context, Said
from app.views.page import Page
from app.views.records.import_drop import DropZone
from app.views.records.import_rows import FIRST, NUMBER, STATE, WHY, PlanDelegate, PlanModel, state_words
from app.views.tasks import Progress, Step

PATTERN = "Excel (*.xlsx *.csv)"
XLSX = "Excel (*.xlsx)"
SAID = 6
"""Sentences about one row that are laid out below the table; the rest is in its cell."""


class Stopped(Exception):
    """The person stopped it; nothing was written."""


def preview(office: Office, kind: str, path: Path, reason: str, progress: Progress) -> Plan:
    """Read a file and make its plan."""
    return planning.plan(office, kind, planning.read(kind, path), reason=reason, tell=_teller(progress))


class NotBackedUp(Exception):
    """The backup before the import could not be made; nothing was written."""


def carry_out(context: Context, plan: Plan, progress: Progress, *, backup: bool = True) -> Imported:
    """Write what a plan says, after a backup; raises :class:`NotBackedUp` where that fails."""
    notice = ""
    if backup:
        try:
            made = context.workspace.backup_before("import")
            notice = made.notice if made is not None else ""
        except EnvironmentFault as error:
            raise NotBackedUp(dialogs.in_one_line(error)) from error
    done = committing.commit(context.office, plan, tell=_teller(progress))
    return replace(done, notices=(*done.notices, notice)) if notice else done


def _teller(progress: Progress) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if progress.cancelled:
            raise Stopped
        progress.report(done, total)

    return tell


class ImportPage(Page):
    """The import of records of one kind; lies on top of the list it was opened from."""

    help_topic = "excel#导入"
    name = "import"

    def __init__(self, context: Context, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.kind = kind_of(kind)
        self.plan: Plan | None = None
        self.file: Path | None = None
        self._progress: Progress | None = None
        self._writing = False
        self.set_title(_("导入{kind}", kind=_(self.kind.label)))
        self.doer = self.button(_("导入"), self.carry_out, icon="check", look="primary")
        self.errors = self.button(_("另存错误清单…"), self._save_errors, icon="save")
        self.other = self.button(_("换一个文件…"), self.choose, icon="upload")
        self.set_actions(self.doer, [self.button(_("返回"), context.back, icon="arrow-left"), self.other, self.errors])
        self.drop = DropZone(self, self.kind, self.choose, self._save_template)
        self.drop.dropped.connect(self.open_file)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.drop)
        self.stack.addWidget(self._preview())
        self.stack.addWidget(self._busy())
        self.body.addWidget(self.stack, 1)
        self.setFocusProxy(self.drop)
        self._show_drop()

    # -- laying out --------------------------------------------------------------------------------------------

    def _preview(self) -> QWidget:
        holder, px = QWidget(), self.theme.px
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.chips: dict[str, QPushButton] = {}
        for state in ("", NEW, CHANGE, SAME, ERROR):
            chip = self.button("", self._narrow)
            chip.setCheckable(True)
            chip.setProperty("state", state)
            self.chips[state] = chip
            row.addWidget(chip)
        row.addStretch(1)
        self.override = self.button(_("写明理由，按例外导入…"), self._override, look="link")
        row.addWidget(self.override)
        column.addLayout(row)
        self.remarks = QLabel()
        self.remarks.setProperty("look", "second")
        self.remarks.setWordWrap(True)
        self.remarks.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.remarks)
        self.model = PlanModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(PlanDelegate(self.theme, self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setAccessibleName(_("预览"))
        rows, head = self.table.verticalHeader(), self.table.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(px(36))
        head.setStyleSheet("QHeaderView { border: none; }")
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setFixedHeight(px(36))
        head.setHighlightSections(False)
        self.table.selectionModel().currentRowChanged.connect(self._tell_row)
        column.addWidget(self.table, 1)
        self.detail = QLabel()
        self.detail.setWordWrap(True)
        self.detail.setTextFormat(Qt.TextFormat.PlainText)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setMinimumHeight(2 * self.detail.fontMetrics().lineSpacing())
        column.addWidget(self.detail)
        return holder

    def _busy(self) -> QWidget:
        holder, px = QWidget(), self.theme.px
        column = QVBoxLayout(holder)
        column.setSpacing(px(16))
        column.addStretch(2)
        self.busy_words = QLabel()
        column.addWidget(self.busy_words, 0, Qt.AlignmentFlag.AlignHCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(px(400))
        self.bar.setAccessibleName(_("进度"))
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        self.stopper = self.button(_("停止"), self._stop)
        column.addWidget(self.stopper, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return holder

    # -- choosing ----------------------------------------------------------------------------------------------

    @Slot()
    def choose(self) -> None:
        """Ask for a file."""
        path = dialogs.choose_open_file(self, _("选择要导入的文件"), PATTERN)
        if path is not None:
            self.open_file(path)

    @Slot(object)
    def open_file(self, path: Path, reason: str = "") -> None:
        """Preview a file."""
        self.file = path
        self.drop.say_fault("")
        self._begin(_("正在读 {file}…", file=path.name), partial(preview, self.context.office, self.kind.name, path, reason),
                    self.show_plan, self._unreadable)  # fmt: skip

    def _begin(self, words: str, job: Callable[[Progress], Any], done: Callable[[Any], None],
               failed: Callable[[Exception], None]) -> None:  # fmt: skip
        self._progress = Progress(self)
        self._progress.moved.connect(self._moved)
        self.busy_words.setText(words)
        self.bar.setRange(0, 0)
        self.stopper.setEnabled(True)
        for one in (self.doer, self.errors, self.other):
            one.setEnabled(False)
        self.stack.setCurrentIndex(2)
        self.context.tasks.run(partial(job, self._progress), done, failed, owner=self)

    @Slot(object)
    def _moved(self, step: Step) -> None:
        self.bar.setRange(0, step.total)
        self.bar.setValue(step.done)

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self.stopper.setEnabled(False)

    def _unreadable(self, error: Exception) -> None:
        self._show_drop()
        if isinstance(error, Stopped):
            return
        if isinstance(error, ShuniuError):
            self.drop.say_fault("\n".join(filter(None, dialogs.message(error))))
        else:
            dialogs.report(self, error)

    def _show_drop(self) -> None:
        self.plan = None
        self.model.show(None)
        self.stack.setCurrentIndex(0)
        self.set_summary(_("从 Excel 表格或 CSV 文件导入，一次可导入十万行"))
        self.doer.setText(_("导入"))
        self.doer.setEnabled(False)
        self.errors.hide()
        self.other.hide()
        self.drop.chooser.setFocus()

    # -- the preview -------------------------------------------------------------------------------------------

    def show_plan(self, plan: Plan) -> None:
        """Show what each row will do; errors first where there are any."""
        self.plan = plan
        self.stack.setCurrentIndex(1)
        name = self.file.name if self.file is not None else ""
        self.set_summary(_("{file}：{summary}", file=name, summary=plan.summary()))
        words = {"": _("全部"), **state_words()}
        for state, chip in self.chips.items():
            count = plan.count(state) if state else len(plan.rows)
            chip.setText(f"{words[state]} {count}")
            chip.setAccessibleName(chip.text())
            chip.setEnabled(bool(count))
        told = remarks(plan)
        self.remarks.setText("\n".join(told))
        self.remarks.setVisible(bool(told))
        self.override.setVisible(only_policies(plan))
        self.errors.setVisible(bool(plan.errors))
        self.errors.setEnabled(True)
        self.other.show()
        self.other.setEnabled(True)
        self.doer.setText(self._offer(plan))
        self.doer.setAccessibleName(self.doer.text())
        self.doer.setEnabled(bool(plan.writes) and not plan.errors)
        self.doer.setToolTip(_("有误的行改好后才能导入") if plan.errors else "")
        self._show_state(ERROR if plan.errors else "")
        (self.doer if self.doer.isEnabled() else self.table).setFocus()

    def _offer(self, plan: Plan) -> str:
        if plan.errors:
            return _("有 {n} 行有误", n=plan.errors)
        return _("导入 {n} 条", n=plan.writes) if plan.writes else _("没有要导入的")

    @Slot()
    def _narrow(self) -> None:
        self._show_state(str(self.sender().property("state")))

    def _show_state(self, state: str) -> None:
        for one, chip in self.chips.items():
            chip.setChecked(one == state)
        self.model.show(self.plan, state)
        px, plan = self.theme.px, self.plan
        why = 480 if plan is not None and (plan.errors or plan.count(CHANGE)) else 160
        for column, width in ((NUMBER, 64), (STATE, 96), (WHY, why)):
            self.table.setColumnWidth(column, px(width))
        for column in range(FIRST, self.model.columnCount()):
            self.table.setColumnWidth(column, px(144))
        self.table.selectRow(0)
        self._tell_row(self.table.currentIndex())

    @Slot(QModelIndex, QModelIndex)
    def _tell_row(self, now: QModelIndex, _before: QModelIndex | None = None) -> None:
        """All that is to be said of the row that is selected, a line each."""
        row = self.model.rows[now.row()] if now.isValid() else None
        self.detail.setProperty("look", "fault" if row is not None and row.state == ERROR else "second")
        self.detail.style().polish(self.detail)
        self.detail.setText("\n".join(sentences(row)[:SAID]) if row is not None else "")

    @Slot()
    def _override(self) -> None:
        plan, path = self.plan, self.file
        if plan is None or path is None:
            return
        text = _("这 {n} 行只是不合规定，可以写明理由后按例外办理，理由会记入例外清单。", n=plan.errors)
        reason = dialogs.ask_reason(self, _("按例外导入"), text, yes=_("重新预览"))
        if reason:
            self.open_file(path, reason)

    # -- doing it ----------------------------------------------------------------------------------------------

    @Slot()
    def carry_out(self) -> None:
        """Import: all rows, or none."""
        self._carry_out(backup=True)

    def _carry_out(self, *, backup: bool) -> None:
        if self.plan is not None and not self.plan.errors:
            self._writing = True
            words = _("正在导入 {n} 条{kind}…", n=self.plan.writes, kind=_(self.kind.label))
            job = partial(carry_out, self.context, self.plan, backup=backup)
            self._begin(words, job, self._imported, self._not_imported)

    def _imported(self, done: Imported) -> None:
        self._writing = False
        words = _("已导入{kind}：新增 {new} 条，修改 {changed} 条", kind=_(self.kind.label), new=done.created,
                  changed=done.changed)  # fmt: skip
        notes = list(dict.fromkeys(done.notices))
        if notes:
            words = _("{done}。{note}", done=words, note=notes[0])
        if len(notes) > 1:
            words = _("{done}（另有 {n} 条提示）", done=words, n=len(notes) - 1)
        self.context.wrote(frozenset({self.kind.name}), words, done.op)
        self.context.back()

    def _not_imported(self, error: Exception) -> None:
        self._writing = False
        plan = self.plan
        if plan is not None:
            self.show_plan(plan)
        if isinstance(error, NotBackedUp):
            text = _("导入之前的备份没有做成：{why}还没有导入。", why=str(error))
            if dialogs.confirm(self, _("没有备份成"), text, _("不备份，直接导入"), _("先不导入")):
                self._carry_out(backup=False)
        elif isinstance(error, Refusal):
            said = "\n".join(" ".join(filter(None, (fault.error, fault.mend))) for fault in error.faults[:8])
            dialogs.inform(self, _("没有导入"), said)
        elif not isinstance(error, Stopped):
            dialogs.report(self, error)

    def leave(self) -> bool:
        """Not while it writes; a preview is made again in a moment."""
        if not self._writing and self._progress is not None:
            self._progress.cancel()
        return not self._writing

    # -- files -------------------------------------------------------------------------------------------------

    @Slot()
    def _save_errors(self) -> None:
        plan, path = self.plan, self.file
        if plan is None or path is None:
            return
        offered = path.with_name(_("{name}-错误清单", name=path.stem) + ".xlsx")
        chosen = dialogs.choose_save_file(self, _("另存错误清单"), str(offered), XLSX)
        if chosen is not None:
            job = partial(_write_errors, chosen, plan)
            self.context.tasks.run(job, self._saved, owner=self)

    @Slot()
    def _save_template(self) -> None:
        name = _("{kind}模板", kind=_(self.kind.label)) + ".xlsx"
        chosen = dialogs.choose_save_file(self, _("下载空白模板"), name, XLSX)
        if chosen is not None:
            job = partial(_write_template, chosen, self.kind.name)
            self.context.tasks.run(job, self._saved, owner=self)

    def _saved(self, path: Path) -> None:
        self.context.said.emit(Said(_("已存为 {file}", file=path)))


def _write_errors(path: Path, plan: Plan) -> Path:
    save(path, errors_file(plan))
    return path


def _write_template(path: Path, kind: str) -> Path:
    save(path, exporting.template(kind))
    return path
