"""The buttons at the top of a form page: its slips, the history, and under 更多 what is wanted now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from app.services.privacy import hidden_in
from app.services.rights import PERSON, PRINT, to_delete
from app.text import _
from app.views.records.slip_preview import SlipSheet

if TYPE_CHECKING:
    from app.views.records.form_page import FormPage


class FormActions(QObject):
    """What the person at the desk may do with one record beside filling it in."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context

    def show(self) -> None:
        """Lay the buttons out for the record that is shown."""
        page, row = self.page, self.page.row
        quiet: list[QPushButton] = []
        for name, label in page.forms[:1]:
            one = page.button(_("打印{form}", form=label), self._print, icon="printer", keys="Ctrl+P")
            one.setProperty("form", name)
            self.context.allow(one, PRINT)
            quiet.append(one)
        if row is not None:
            quiet.append(page.button(_("历史"), page.show_history, icon="history"))
            duty = self.context.duty
            deletes = not row.deleted and not page.read_only and duty.may(*to_delete(page.kind.name))
            someone = bool(hidden_in(row)) and duty.may(PERSON)
            if len(page.forms) > 1 or someone:
                quiet.append(self._more(deletes, someone))
            elif deletes:
                quiet.append(page.button(_("删除"), page.delete, icon="trash-2"))
        page.set_actions(None, quiet)

    def _more(self, deletes: bool, someone: bool) -> QPushButton:
        """A button with a menu: the other slips, everything held about the person, and the way into the bin."""
        page, icon = self.page, self.page.theme.icon
        more = page.button(_("更多"))
        menu = QMenu(more)
        for name, label in page.forms[1:]:
            action = menu.addAction(icon("printer"), _("打印{form}", form=label), self._print)
            action.setProperty("form", name)
            action.setEnabled(self.context.duty.may(PRINT))
        if someone:
            menu.addAction(icon("user"), _("这个人的全部信息…"), self._person)
        if deletes:
            menu.addAction(icon("trash-2"), _("删除"), page.delete)
        more.setMenu(menu)
        return more

    @Slot()
    def _print(self) -> None:
        page = self.page
        if page.record_id is not None:
            name = str(self.sender().property("form"))
            title = dict(page.forms)[name]
            number = page.row.number if page.row is not None else ""
            sheet = SlipSheet(page, self.context, page.kind.name, page.record_id, name, title)
            sheet.file_name = f"{title} {number or ''}".strip()
            sheet.open()

    @Slot()
    def _person(self) -> None:
        self.context.open_page("person", record=(self.page.kind.name, self.page.record_id))
