"""What a list exchanges with Excel and calendars: its rows as filtered out, a file in."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from app.services.office import Office
from app.services.privacy import hidden_fields
from app.services.reading import Query
from app.services.rights import EXPORT, REVEAL, to_write
from app.text import _
from app.views import dialogs
from app.views.context import Said

if TYPE_CHECKING:
    from app.views.records.list_page import ListPage

XLSX, ICS = "Excel (*.xlsx)", "iCalendar (*.ics)"


def write_table(office: Office, kind: str, query: Query, full: bool, path: Path) -> tuple[Path, int]:
    """Export what a list shows; returns where to, and how many rows."""
    from app.services.excel.exporting import export
    from app.services.excel.files import save

    made = export(office, kind, query, full=full)
    save(path, made.data)
    return path, made.rows


def write_calendar(office: Office, query: Query, title: str, path: Path) -> tuple[Path, int]:
    """Export the bookings that a list shows as a calendar."""
    from app.services import ics
    from app.services.excel.files import save

    made = ics.of_list(office, query, title)
    save(path, made.data)
    return path, made.rows


class ListTables(QObject):
    """The button “Excel” of one list page, with its menu."""

    def __init__(self, page: ListPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context
        self.menu = menu = QMenu(page)
        may = page.context.duty.may
        menu.addAction(_("导出这个列表…"), self.export).setEnabled(may(EXPORT))
        if hidden_fields(page.kind):
            menu.addAction(_("导出，含完整个人信息…"), self.export_full).setEnabled(may(EXPORT, REVEAL))
        if page.kind.name == "booking":
            menu.addAction(_("导出为日历（.ics）…"), self.export_calendar).setEnabled(may(EXPORT))
        menu.addSeparator()
        menu.addAction(_("从文件导入…"), self.bring).setEnabled(may(to_write(page.kind.name)))
        self.button: QPushButton = page.button(_("Excel"), icon="arrow-up-down")
        self.button.setMenu(menu)
        self.button.setToolTip(_("导出到 Excel，或从 Excel 导入"))

    def take_in(self, button: QPushButton) -> None:
        """Offer in the menu what ``button`` does, where there is no room for it."""
        self.menu.addAction(button.icon(), button.text(), button.click)
        button.setParent(self.page)
        button.hide()

    @Slot()
    def bring(self) -> None:
        """Import a file."""
        self.context.open_page("import", kind=self.page.kind.name)

    @Slot()
    def export(self) -> None:
        """The rows as filtered, personal values masked."""
        self._export(full=False)

    @Slot()
    def export_full(self) -> None:
        """The rows as filtered with every value, after a word about it."""
        text = _("文件里会有完整的姓名、电话等个人信息，每条记录都会记入查看记录。请只用于工作，用后删除。")
        if dialogs.confirm(self.page, _("导出完整个人信息？"), text, _("导出"), _("取消")):
            self._export(full=True)

    def _export(self, *, full: bool) -> None:
        page = self.page
        path = self._place(_(page.kind.label), ".xlsx", XLSX)
        if path is not None:
            self._run(partial(write_table, self.context.office, page.kind.name, page.model.query, full, path))

    @Slot()
    def export_calendar(self) -> None:
        """The bookings as filtered, for calendar programs."""
        path = self._place(_("场地预约"), ".ics", ICS)
        if path is not None:
            title = self.page.windowTitle()
            self._run(partial(write_calendar, self.context.office, self.page.model.query, title, path))

    def _place(self, name: str, suffix: str, pattern: str) -> Path | None:
        offered = f"{name} {self.context.office.today}{suffix}"
        return dialogs.choose_save_file(self.page, _("导出到"), offered, pattern)

    def _run(self, job: partial[tuple[Path, int]]) -> None:
        self.context.tasks.run(job, self._exported, owner=self)

    def _exported(self, done: tuple[Path, int]) -> None:
        path, count = done
        self.context.said.emit(Said(_("已导出 {n} 条到 {file}", n=count, file=path)))
