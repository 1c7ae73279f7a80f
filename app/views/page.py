"""Page: the skeleton of every page - title, one line in words, its actions, its body (look.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.views.context import Context
from app.views.elided import ElidedLabel
from app.views.theme import ACCENT, GREY, PAPER, TEXT, Theme

AIR = 3
"""Between the icon of a button and its words, beside what the style leaves."""


def button(
    theme: Theme, text: str, slot: Callable[..., Any] | None = None, *, icon: str = "", look: str = "", keys: str = "",
) -> QPushButton:  # fmt: skip
    """A push button; ``look`` is primary, link or nothing (quiet); ``keys`` a shortcut, shown in its tooltip."""
    made = QPushButton(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if look:
        made.setProperty("look", look)
    if icon:
        made.setProperty("icon_name", icon)
        made.setIconSize(QSize(theme.px(16 + AIR), theme.px(16)))
        _dress(theme, made)
    if keys:
        made.setShortcut(keys)
        made.setToolTip(f"{text} ({keys})")
    made.setAccessibleName(text)
    if slot is not None:
        made.clicked.connect(slot)
    return made


def _dress(theme: Theme, one: QPushButton) -> None:
    """The icon in the colour of the button's words."""
    name = one.property("icon_name")
    if name:
        ink = {"primary": PAPER, "link": ACCENT}.get(str(one.property("look") or ""), TEXT)
        made = theme.icon(str(name), ink, 16, AIR)
        grey = theme.icon(str(name), GREY, 16, AIR)
        made.addPixmap(grey.pixmap(one.iconSize()), QIcon.Mode.Disabled)
        one.setIcon(made)


class Page(QWidget):
    """Base of every page.

    A subclass fills :attr:`body`, names what it ``listens_to`` and reloads in :meth:`refresh`, which is called when
    the page is shown and when a kind it listens to was written while it is shown (else on its next show).
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """Chinese message id, translated where it is shown; an instance may set its own through :meth:`set_title`."""
    listens_to: frozenset[str] = frozenset()
    help_topic: str = ""
    """See :mod:`app.views.help.asking`."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        from app.text import _

        super().__init__(parent)
        self.context, self.theme = context, context.theme
        px = self.theme.px
        self._stale = True
        self._asked = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(24), px(16), px(24), px(16))
        outer.setSpacing(px(16))
        self._head = QHBoxLayout()
        self._head.setSpacing(px(8))
        self._title = ElidedLabel()
        self._title.setFont(self.theme.font(20, semibold=True))
        self._summary = ElidedLabel(" ")
        self._summary.setProperty("look", "second")
        self._head.addWidget(self._title, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(px(8))
        self._head.addLayout(self._actions)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addLayout(self._head)
        words.addWidget(self._summary)
        outer.addLayout(words)
        self.body = QVBoxLayout()
        self.body.setSpacing(px(16))
        outer.addLayout(self.body, 1)
        self.set_title(_(self.title))
        context.changed.connect(self._heard)

    def set_title(self, text: str) -> None:
        """The title; the window's title follows."""
        self._title.setText(text)
        self.setWindowTitle(text)

    def set_summary(self, text: str) -> None:
        """The one line that says in words what matters now."""
        self._summary.setText(text or " ")

    def button(
        self, text: str, slot: Callable[..., Any] | None = None, *, icon: str = "", look: str = "", keys: str = ""
    ) -> QPushButton:
        """As :func:`button`, in this page's theme."""
        return button(self.theme, text, slot, icon=icon, look=look, keys=keys)

    def set_actions(self, primary: QPushButton | None, quiet: Sequence[QPushButton] = ()) -> None:
        """The buttons at the top right: at most three quiet ones, then the one primary."""
        while self._actions.count():
            old = self._actions.takeAt(0).widget()
            if old is not None and old is not primary and old not in quiet:
                old.setParent(None)
                old.deleteLater()
        for one in quiet:
            self._actions.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        if primary is not None:
            primary.setProperty("look", "primary")
            _dress(self.theme, primary)
            self._actions.addWidget(primary, 0, Qt.AlignmentFlag.AlignTop)

    def arrive(self, arguments: Mapping[str, Any]) -> None:
        """The person came here, told ``arguments`` (a list its ``query``, the calendar ``venue`` and ``day``)."""

    def refresh(self) -> None:
        """Load again what is shown."""

    def leave(self) -> bool:
        """Whether the page may be left; a form asks about what is not saved."""
        return True

    def new_record(self) -> None:
        """F5: a new record of this page's kind, where it has one."""

    def empty_state(self, text: str, offered: QPushButton | None = None, link: QPushButton | None = None) -> QWidget:
        """What stands in an empty list: a sentence, one button, one link."""
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setSpacing(self.theme.px(16))
        column.addStretch(2)
        label = QLabel(text)
        label.setProperty("look", "second")
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
        for one in (offered, link):
            if one is not None:
                column.addWidget(one, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return holder

    def showEvent(self, event: QShowEvent) -> None:
        """Reload when the person comes to the page; not when the window comes back from being minimized."""
        super().showEvent(event)
        if not event.spontaneous() or self._stale:
            self._stale = True
            self._refresh_soon()

    def mark_stale(self) -> None:
        """Reload now if shown, else when shown next."""
        self._stale = True
        if self.isVisible():
            self._refresh_soon()

    @property
    def waiting(self) -> bool:
        """Whether a reload is due that has not begun."""
        return self._asked or (self._stale and self.isVisible())

    def _refresh_soon(self) -> None:
        if not self._asked:
            self._asked = True
            QTimer.singleShot(0, self, self._refresh_now)

    @Slot()
    def _refresh_now(self) -> None:
        self._asked = False
        if self._stale and self.isVisible():
            self._stale = False
            self.refresh()

    @Slot(object)
    def _heard(self, kinds: frozenset[str]) -> None:
        if self.listens_to & kinds:
            self.mark_stale()
