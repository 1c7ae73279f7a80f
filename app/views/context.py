"""Context: what every page is handed, and how pages speak to the shell without knowing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.errors import ShuniuError
from app.services.rights import to_write
from app.text import _
from app.views import dialogs
from app.views.syncer import Syncer
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.watch import Watch

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget

    from app.services.office import Office
    from app.services.reading import Query
    from app.services.rights import Duty
    from app.services.undoing import Undone
    from app.sync.machine import Machine
    from app.workspace import Workspace


@dataclass(frozen=True)
class Said:
    """What the undo bar says; with ``op`` it offers to undo that operation."""

    text: str
    op: int | None = None


@dataclass(frozen=True)
class Goto:
    """Where the shell shall go: a page and what it is told on arrival."""

    page: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def new_record(kind: str, values: Mapping[str, Any] | None = None) -> Goto:
    """The way to an empty form, filled in with ``values``; of a series to the page that previews its dates."""
    if kind == "booking_series":
        return Goto("series", {"values": dict(values or {})})
    return Goto("form", {"kind": kind, "values": dict(values or {})})


class Context(QObject):
    """The open workspace, who is at the desk, the task runner and the look."""

    changed = Signal(object)
    """A frozenset of the names of kinds that were written, here or by sync."""
    said = Signal(object)
    navigate = Signal(object)
    preferred = Signal(object)
    """A pair (name, value) of :class:`~app.views.preferences.Preferences` that the person chose."""
    join_wanted = Signal(object)
    """The path of a card by which this PC, set up already, shall join its center."""
    restore_wanted = Signal(object)
    """The path of a backup to go back to."""
    setup_wanted = Signal()
    """What was put off of the set-up shall be done now."""

    def __init__(
        self, workspace: Workspace, tasks: Tasks, theme: Theme, actor: str, parent: QObject | None = None, *,
        user: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.tasks, self.theme, self.workspace = tasks, theme, workspace
        self.take_over(actor, user)
        self._done: list[int] = []
        self.watch = Watch(self)
        self.syncer = Syncer(self)

    def take_over(self, actor: str, user: str = "") -> None:
        """From now on ``actor`` is at the desk, the user with the id ``user`` where it is known."""
        self.actor, self.user = actor, user
        self.workspace = replace(self.workspace, office=self.workspace.office.acting(actor, user))
        self._duty: Duty | None = None

    def renew(self, machine: Machine) -> None:
        """Go on under another id of this PC: others held changes under the old one that it lacked (design.md §7)."""
        self.workspace = self.workspace.with_machine(machine)

    @property
    def office(self) -> Office:
        """The office with the person who signed in at the desk."""
        return self.workspace.office

    @property
    def duty(self) -> Duty:
        """What the person at the desk may do; read again when the list of people changes."""
        if self._duty is None:
            self._duty = self.office.duty
        return self._duty

    def allow(self, widget: QWidget, *rights: str, usable: bool = True) -> bool:
        """Enable ``widget`` where it is ``usable`` and the person holds ``rights``; a tooltip says what is lacking."""
        why = self.duty.why(*rights)
        widget.setEnabled(usable and not why)
        if why:
            widget.setToolTip(why)
        return not why

    def wrote(self, kinds: Iterable[str], text: str = "", op: int | None = None) -> None:
        """Tell everyone that records of ``kinds`` were written; ``text`` says it in words, ``op`` can be undone."""
        if op is not None:
            self._done.append(op)
        self._tell(kinds, text, op)

    def _tell(self, kinds: Iterable[str], text: str, op: int | None) -> None:
        self._duty = None
        self.changed.emit(frozenset(kinds))
        if text:
            self.said.emit(Said(text, op))
        self.tasks.run(self.workspace.index, self._indexed)

    @Slot(object)
    def _indexed(self, _count: int) -> None:
        """The search entries are up to date; nothing shows them until the next search."""

    def open_record(self, kind: str, record_id: str) -> None:
        """Show a record's form."""
        self.navigate.emit(Goto("form", {"kind": kind, "record_id": record_id}))

    def new_record(self, kind: str, values: dict[str, Any] | None = None) -> None:
        """Show an empty form, filled in with ``values``; say why where this person may not write one."""
        if why := self.duty.why(to_write(kind)):
            self.said.emit(Said(why))
            return
        self.navigate.emit(new_record(kind, values))

    def open_list(self, kind: str, query: Query | None = None) -> None:
        """Show the list of a kind, narrowed to ``query``."""
        self.navigate.emit(Goto("list", {"kind": kind, "query": query}))

    def open_page(self, name: str, **arguments: Any) -> None:
        """Show a page: today, calendar, todo, bin, sync, settings."""
        self.navigate.emit(Goto(name, arguments))

    @Slot()
    def set_up_more(self) -> None:
        """Do what was put off of the set-up."""
        self.setup_wanted.emit()

    def back(self) -> None:
        """Return to where the person came from; what a form does when it is done."""
        self.navigate.emit(Goto("back"))

    def choose_printer(self, parent: QWidget, printer: QPrinter) -> bool:
        """Let the person set up ``printer``; whether to print."""
        return dialogs.choose_printer(parent, printer)

    def undo(self, op: int | None = None) -> None:
        """Undo one operation of this PC; unless ``op`` names one, the last that was done in this window.

        Older ones are undone from a record's history, where it is seen what they are.
        """
        from app.services.undoing import undo

        if op is None and not self._done:
            self.said.emit(Said(_("没有可以撤销的操作。更早的修改，可以在那条记录的“历史”里撤销。")))
            return
        if op is None:
            op = self._done.pop()
        elif op in self._done:
            self._done.remove(op)
        office = self.office
        self.tasks.run(lambda: undo(office, op), self._undone, self._not_undone)

    @Slot(object)
    def _not_undone(self, error: Exception) -> None:
        if isinstance(error, ShuniuError):
            self.said.emit(Said(dialogs.in_one_line(error)))
        else:
            dialogs.report(None, error)

    @Slot(object)
    def _undone(self, result: Undone) -> None:
        from app.models.registry import KINDS

        if result.left:
            shown = _("已撤销 {n} 条；{m} 处后来又改过，保留不动", n=result.restored, m=len(result.left))
        else:
            shown = _("已撤销 {n} 条", n=result.restored)
        self._tell(KINDS, shown, result.op)
