"""The shell: navigation on the left, one page at a time, the undo bar, the keys, the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.services.slips import center_name
from app.text import _
from app.views import dialogs
from app.views.context import Context, Goto, Said
from app.views.help.asking import answer_f1, show_help
from app.views.idle import Idle
from app.views.keeper import Keeper
from app.views.nav import Nav
from app.views.page import Page
from app.views.places import EVERYWHERE, PLACES, Place, entry_of, page_class
from app.views.preferences import Preferences
from app.views.sample_banner import SampleBanner
from app.views.theme import ACCENT, TEXT_SIZES, Theme
from app.views.undo_bar import UndoBar
from app.views.watch import say_status

SMALLEST = (1024, 700)
FIRST_SIZE = (1366, 768)
TRAIL = 50


class Shell(QWidget):
    """The main window. ``who`` when another person wants to sign in."""

    who = Signal()

    def __init__(self, context: Context, config: Path, preferences: Preferences) -> None:
        super().__init__()
        self.context, self.config, self.preferences = context, config, preferences
        self.setMinimumSize(*SMALLEST)
        self.resize(*FIRST_SIZE)
        self._pages: dict[str, Page] = {}
        self._forms: list[Page] = []
        self._trail: list[str] = []
        self._key = ""
        self.center = center_name(context.office)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._row = row
        self._build()
        self._wire()
        self._shortcuts()
        answer_f1(self)

    def _build(self) -> None:
        theme = self.context.theme
        self.nav = Nav(theme, self.context.actor)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.busy = QFrame()
        self.busy.setFixedHeight(2)
        self.busy.setStyleSheet("background: transparent;")
        column.addWidget(self.busy)
        column.addWidget(SampleBanner(self.context, self.leave))
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.undo_bar = UndoBar(theme)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.px(24), 0, theme.px(24), 0)
        foot.addWidget(self.undo_bar)
        foot.addSpacing(theme.px(8))
        column.addLayout(foot)
        self._row.addWidget(self.nav)
        self._row.addWidget(self.content, 1)
        self.nav.chosen.connect(self._chosen)
        self.nav.search.connect(self.search)
        self.nav.who.connect(self._other_person)
        self.nav.help.connect(self.help)
        self.undo_bar.undo.connect(self._undo)
        self.palette_ = None
        self.idle: Idle | None = None
        self._say_status()
        self._say_findings()

    def _wire(self) -> None:
        self.context.navigate.connect(self.go)
        self.context.said.connect(self._said)
        self.context.changed.connect(self._changed)
        self.context.preferred.connect(self._preferred)
        self.context.tasks.busy.connect(self._busy)
        watch = self.context.watch
        watch.found.connect(self._say_findings)
        watch.status_changed.connect(self._say_status)
        watch.minute.connect(self._say_status)

    def _shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+K", self.search), ("Ctrl++", self._larger), ("Ctrl+=", self._larger), ("Ctrl+-", self._smaller),
            ("Ctrl+0", self._standard),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self, slot)
        for number in range(1, 10):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self, self._numbered)
            shortcut.setProperty("place", number - 1)

    def start(self) -> None:
        """Show the first page; the watch and the exchange begin behind it."""
        self.go(Goto("today"))
        self.context.watch.start()
        Keeper(self.context)
        self.context.syncer.start()

    def watch_idle(self) -> SignalInstance:
        """Begin to watch whether anybody is there; the signal for when nobody was."""
        self.idle = Idle(self, self.preferences.lock_minutes)
        return self.idle.passed

    def open_bundle(self, path: Path) -> None:
        """Show what a double-clicked bundle would bring; it is imported after a confirm."""
        from app.views.sync_page import SyncPage

        self.go(Goto("sync"))
        if isinstance(self.page, SyncPage):
            self.page.preview(path)

    @property
    def help_topic(self) -> str:
        """The topic of the page shown."""
        return self.page.help_topic if self.page is not None else ""

    @Slot()
    def help(self) -> None:
        """Open the help at the page shown."""
        show_help(self, self.help_topic)

    # -- pages -------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page shown."""
        return self._forms[-1] if self._forms else self._pages.get(self._key)

    @Slot(object)
    def go(self, goto: Goto) -> None:
        """Show a page; forms lie on top of the page they were opened from."""
        arguments = dict(goto.arguments)
        try:
            if goto.page == "back":
                self.back()
            elif goto.page in ("form", "import", "series"):
                self._push(goto.page, arguments)
            else:
                self._show(goto.page, arguments)
        except Exception as error:
            dialogs.report(self, error)

    def _push(self, name: str, arguments: Mapping[str, Any]) -> None:
        page = page_class(name)(self.context, **arguments)
        self._forms.append(page)
        self._raise(page)

    def _show(self, name: str, arguments: dict[str, Any]) -> None:
        kind = arguments.pop("kind", None)
        key = kind or name
        if not self._close_forms() or not self._leave_page(key):
            return
        if key not in self._pages:
            made = page_class(name)
            self._pages[key] = made(self.context, kind) if kind else made(self.context)
        if self._key and self._key != key:
            self._trail = [*self._trail[-TRAIL:], self._key]
        self._key = key
        page = self._pages[key]
        if arguments:
            page.arrive(arguments)
        self._raise(page)

    def _leave_page(self, key: str) -> bool:
        here = self._pages.get(self._key)
        return here is None or self._key == key or here.leave()

    def _close_forms(self) -> bool:
        while self._forms:
            if not self._forms[-1].leave():
                return False
            self._drop(self._forms.pop())
        return True

    def _drop(self, page: Page) -> None:
        self.stack.removeWidget(page)
        page.hide()
        page.deleteLater()

    def _raise(self, page: Page) -> None:
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
            page.windowTitleChanged.connect(self._name_window)
        self.stack.setCurrentWidget(page)
        self._mark_entry()
        self._name_window()
        focus = page.focusProxy()
        (focus or page).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def back(self) -> None:
        """Close the form on top, or return to the page before."""
        if self._forms:
            if self._forms[-1].leave():
                self._drop(self._forms.pop())
                page = self.page
                if page is None:
                    self._show("today", {})
                else:
                    self._raise(page)
        elif self._trail and self._leave_page(""):
            self._key = self._trail.pop()
            self._raise(self._pages[self._key])

    @Slot()
    def _name_window(self) -> None:
        page = self.page
        parts = [self.center, page.windowTitle() if page else "", _("枢纽")]
        self.setWindowTitle(" – ".join(part for part in parts if part))

    @Slot(object)
    def _chosen(self, place: Place) -> None:
        self.go(Goto(place.page, place.arguments))
        self._mark_entry()

    def _mark_entry(self) -> None:
        entry = entry_of(self._key)
        self.nav.select(entry.key if entry is not None else "")

    @Slot()
    def _numbered(self) -> None:
        self._chosen(PLACES[int(self.sender().property("place"))])

    # -- keys --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no field wanted: Esc back, F5 new, Ctrl+Z undo."""
        if event.key() == Qt.Key.Key_Escape:
            self.back()
        elif event.key() == Qt.Key.Key_F5 and self.page is not None:
            self.page.new_record()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.context.undo()
        else:
            super().keyPressEvent(event)

    @Slot()
    def search(self) -> None:
        """Open the search over everything."""
        from app.views.palette import Palette

        if self.palette_ is None:
            self.palette_ = Palette(self.context, self.go, self)
        self.palette_.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The search does not follow a window that is resized."""
        super().resizeEvent(event)
        if self.palette_ is not None:
            self.palette_.dismiss()

    # -- what is said ------------------------------------------------------------------------------------------

    @Slot(object)
    def _said(self, said: Said) -> None:
        self.undo_bar.say(said)

    @Slot(object)
    def _undo(self, op: int) -> None:
        self.context.undo(op)

    @Slot(object)
    def _changed(self, kinds: frozenset[str]) -> None:
        if "center" in kinds:
            self.center = center_name(self.context.office)
            self._name_window()

    @Slot(bool)
    def _busy(self, busy: bool) -> None:
        self.busy.setStyleSheet(f"background: {ACCENT if busy else 'transparent'};")

    @Slot()
    def _say_findings(self) -> None:
        watch = self.context.watch
        waiting = watch.status.held_pcs if watch.status is not None else 0
        self.nav.buttons["todo"].count(len(watch.findings or ()) + waiting)

    @Slot()
    def _say_status(self) -> None:
        status = self.context.watch.status
        self._say_findings()
        self.nav.say_status(say_status(status, self.context.office.clock()) if status else "")

    # -- look and person ---------------------------------------------------------------------------------------

    @Slot()
    def _larger(self) -> None:
        self._step(1)

    @Slot()
    def _smaller(self) -> None:
        self._step(-1)

    @Slot()
    def _standard(self) -> None:
        self.set_text_size("standard")

    def _step(self, by: int) -> None:
        sizes = list(TEXT_SIZES)
        at = sizes.index(self.context.theme.size) + by
        if 0 <= at < len(sizes):
            self.set_text_size(sizes[at])

    def set_text_size(self, size: str) -> None:
        """Another text size: everything is laid out again, forms keep what is typed as drafts."""
        app = QApplication.instance()
        if size == self.context.theme.size or not isinstance(app, QApplication) or not self.leave():
            return
        self.context.theme = Theme(size)
        self.keep(replace(self.preferences, size=size))
        for page in self._pages.values():
            self._drop(page)
        self._pages.clear()
        for part in (self.nav, self.content, self.palette_):
            if part is not None:
                self._row.removeWidget(part)
                part.hide()
                part.deleteLater()
        self.context.theme.apply(app)
        self._build()
        place = next((place for place in EVERYWHERE if place.key == self._key), PLACES[0])
        self._trail.clear()
        self.go(Goto(place.page, place.arguments))

    @Slot(object)
    def _preferred(self, choice: tuple[str, str]) -> None:
        name, value = choice
        if name == "size":
            QTimer.singleShot(0, self, partial(self.set_text_size, value))
        else:
            self.keep(replace(self.preferences, **{name: value}))
            if self.idle is not None:
                self.idle.set_minutes(self.preferences.lock_minutes)

    def keep(self, preferences: Preferences) -> None:
        """Remember preferences on this PC."""
        self.preferences = preferences
        preferences.save(self.config)

    @Slot()
    def _other_person(self) -> None:
        if self.leave():
            QTimer.singleShot(0, self, self._ask_who)

    @Slot()
    def _ask_who(self) -> None:
        self.who.emit()

    def leave(self) -> bool:
        """Whether everything that is open may be left."""
        here = self._pages.get(self._key)
        return self._close_forms() and (here is None or here.leave())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave what is open; a page may refuse."""
        if self.leave():
            super().closeEvent(event)
        else:
            event.ignore()
