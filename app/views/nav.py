"""The navigation on the left: search, the places in groups with numbers for what is to do, and how sync stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.text import _
from app.views.page import button
from app.views.places import GROUPS, Place, name_of
from app.views.theme import ACCENT, AMBER, PAPER, TEXT, Theme

WIDTH = 168
ROW = 26
AIR = 5


class NavButton(QPushButton):
    """Icon and word, and a number at the right for what is to do."""

    def __init__(self, place: Place, theme: Theme, keys: str = "") -> None:
        super().__init__(name_of(place))
        self.setProperty("look", "nav")
        self.place, self.theme = place, theme
        self.setCheckable(True)
        self.setIcon(theme.icon(place.icon, air=AIR))
        self.setIconSize(QSize(theme.px(18 + AIR), theme.px(18)))
        height = max(theme.target, theme.px(ROW))
        self.setFixedHeight(height)
        self.setStyleSheet(f"QPushButton {{ min-height: {height - 2}px; }}")  # the sheet's least height is a taller one
        self.setAccessibleName(name_of(place))
        if keys:
            self.setToolTip(f"{name_of(place)} ({keys})")
        self.badge = QLabel(self)
        self.badge.setFont(theme.font(11, semibold=True))
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.badge.setStyleSheet(f"background: {AMBER}; color: {PAPER}; border-radius: {theme.px(16) // 2}px;")
        self.badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.badge.hide()
        self.toggled.connect(self._toggled)

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        self.setIcon(self.theme.icon(self.place.icon, ACCENT if on else TEXT, air=AIR))

    def count(self, n: int) -> None:
        """Show a number, or nothing for 0."""
        self.badge.setVisible(n > 0)
        self.badge.setText(str(n) if n < 100 else "99+")
        name = name_of(self.place)
        self.setAccessibleName(_("{name}，{n} 项待办", name=name, n=n) if n else name)
        self._place_badge()

    def _place_badge(self) -> None:
        height = self.theme.px(16)
        width = max(
            self.theme.px(20), self.badge.fontMetrics().horizontalAdvance(self.badge.text()) + self.theme.px(10)
        )
        self.badge.setGeometry(self.width() - width - self.theme.px(12), (self.height() - height) // 2, width, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the number at the right edge."""
        super().resizeEvent(event)
        self._place_badge()


class Nav(QFrame):
    """Emits ``chosen`` with the :class:`Place`, ``search``, ``who`` and ``help`` when asked for."""

    chosen = Signal(object)
    search = Signal()
    who = Signal()
    help = Signal()

    def __init__(self, theme: Theme, actor: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("nav")
        self.setFixedWidth(theme.px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(12), 1, theme.px(8))
        column.setSpacing(theme.px(8))
        column.addWidget(self._search_button())
        self.buttons: dict[str, NavButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._clicked)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._places())
        self.places = scroll
        column.addWidget(scroll, 1)
        self.status_words = QLabel()
        column.addWidget(self._foot(actor))

    def _search_button(self) -> QWidget:
        holder = QWidget()
        row = QVBoxLayout(holder)
        row.setContentsMargins(self.theme.px(12), 0, self.theme.px(12), 0)
        find = button(self.theme, _("查找"), self._search, icon="search")
        find.setToolTip(_("查找任何内容，或直接开始一件事（Ctrl+K）"))
        find.setFixedHeight(self.theme.px(32))
        find.setStyleSheet("text-align: left;")
        row.addWidget(find)
        return holder

    def _places(self) -> QWidget:
        inner = QWidget()
        inner.setObjectName("navPlaces")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        number = 0
        for at, group in enumerate(GROUPS):
            if at:
                column.addSpacing(self.theme.px(3))
                line = QFrame()
                line.setProperty("look", "line")
                line.setFixedHeight(1)
                column.addWidget(line)
                column.addSpacing(self.theme.px(3))
            for place in group:
                number += 1
                one = NavButton(place, self.theme, f"Ctrl+{number}" if number < 10 else "")
                self._group.addButton(one)
                self.buttons[place.key] = one
                column.addWidget(one)
        column.addStretch(1)
        return inner

    def _foot(self, actor: str) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(self.theme.px(16), 0, self.theme.px(8), 0)
        column.setSpacing(self.theme.px(2))
        line = QFrame()
        line.setProperty("look", "line")
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addSpacing(self.theme.px(4))
        self.status_words.setProperty("look", "second")
        self.status_words.setFont(self.theme.font(12))
        self.status_words.setWordWrap(True)
        self.status_words.setAccessibleName(_("同步状态"))
        column.addWidget(self.status_words)
        who = button(self.theme, actor, self._who, icon="user", look="link")
        who.setToolTip(_("换人：让另一位同事登录"))
        who.setAccessibleName(_("{name}，换人", name=actor))
        who.setStyleSheet("text-align: left; padding: 0;")
        who.setFixedHeight(self.theme.px(28))
        ask = button(self.theme, "", self._help, icon="circle-question-mark", look="link")
        ask.setToolTip(_("帮助（F1）"))
        ask.setAccessibleName(_("帮助"))
        ask.setFixedSize(self.theme.target, self.theme.px(28))
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(who, 1)
        row.addWidget(ask)
        column.addLayout(row)
        return foot

    @Slot()
    def _search(self) -> None:
        self.search.emit()

    @Slot()
    def _help(self) -> None:
        self.help.emit()

    @Slot()
    def _who(self) -> None:
        self.who.emit()

    @Slot(object)
    def _clicked(self, one: NavButton) -> None:
        self.chosen.emit(one.place)

    def select(self, key: str) -> None:
        """Mark the place shown, or none."""
        self._group.setExclusive(False)
        for name, one in self.buttons.items():
            one.setChecked(name == key)
        self._group.setExclusive(True)

    def say_status(self, text: str) -> None:
        """How sync stands, in words."""
        self.status_words.setText(text)
