"""The window of the help: contents and search at the left, the page at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMarginsF, QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.errors import EnvironmentFault
from app.text import _
from app.views import dialogs
from app.views.help import pages
from app.views.help.reader import Picture, Reader
from app.views.page import button
from app.views.theme import Theme

SIZE = (860, 660)
SIDE = 208
MARGINS_MM = (20, 18, 20, 18)
TOPIC = Qt.ItemDataRole.UserRole


class HelpWindow(QWidget):
    """Shows a topic; belongs to the window beside which it stands, and follows its text size."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.theme = Theme.worn()
        self.topic = ""
        self._trail: list[str] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._build()
        self.resize(self.theme.px(SIZE[0]), self.theme.px(SIZE[1]))
        QShortcut(QKeySequence("Alt+Left"), self, self.back)

    def _build(self) -> None:
        px, theme = self.theme.px, self.theme
        self.inner = QWidget()
        row = QHBoxLayout(self.inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        side = QVBoxLayout()
        side.setContentsMargins(px(12), px(12), px(12), px(12))
        side.setSpacing(px(8))
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("在帮助里查找"))
        self.line.setAccessibleName(_("在帮助里查找"))
        self.line.setToolTip(_("文字、拼音或首字母"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._fill)
        self.line.returnPressed.connect(self._open_first)
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(_("目录"))
        self.list.setFixedWidth(px(SIDE))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet(f"QListWidget::item {{ padding: {px(3)}px {px(4)}px; }}")
        self.list.itemClicked.connect(self._chosen)
        self.list.itemActivated.connect(self._chosen)
        side.addWidget(self.line)
        side.addWidget(self.list, 1)
        row.addLayout(side)
        column = QVBoxLayout()
        column.setContentsMargins(0, px(12), px(12), px(12))
        column.setSpacing(px(8))
        bar = QHBoxLayout()
        bar.setSpacing(px(8))
        self.back_button = button(theme, _("返回"), self.back, icon="arrow-left")
        self.back_button.setToolTip(_("回到上一页（Alt+←）"))
        self.print_button = button(theme, _("打印这一页"), self.print_page, icon="printer", keys="Ctrl+P")
        bar.addWidget(self.back_button)
        bar.addWidget(button(theme, _("目录"), self._contents, icon="list"))
        bar.addStretch(1)
        bar.addWidget(self.print_button)
        self.reader = Reader(theme)
        self.reader.setAccessibleName(_("帮助"))
        self.reader.anchorClicked.connect(self._follow)
        column.addLayout(bar)
        column.addWidget(self.reader, 1)
        row.addLayout(column, 1)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.inner)
        self._fill()

    # -- pages -------------------------------------------------------------------------------------------------

    def open(self, topic: str) -> None:
        """Show ``page`` or ``page#heading``."""
        if self.topic and topic != self.topic:
            self._trail.append(self.topic)
        self._show(topic)

    def _show(self, topic: str) -> None:
        self.topic = topic
        page, heading = pages.parted(topic)
        markdown = pages.read(page)
        self.reader.read(markdown, heading)
        self.back_button.setEnabled(bool(self._trail))
        self.setWindowTitle(_("{page} – 帮助", page=pages.headings(markdown)[0]))
        self._mark()

    @Slot()
    def back(self) -> None:
        """To the page before."""
        if self._trail:
            self._show(self._trail.pop())

    @Slot()
    def _contents(self) -> None:
        self.line.clear()
        self.open(pages.CONTENTS)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.scheme():
            QDesktopServices.openUrl(url)
        elif url.path().endswith(".png"):
            Picture(url.path(), self.windowTitle(), self).show()
        else:
            page = url.path().removesuffix(".md")
            self.open(
                f"{page}#{url.fragment(QUrl.ComponentFormattingOption.FullyDecoded)}" if url.hasFragment() else page
            )

    def present(self) -> None:
        """Come to the front, at first at the right edge of the screen; above a dialog that has come up since."""
        owner = self.parentWidget()
        if not self.isVisible() and owner is not None:
            screen = (owner.screen() or QGuiApplication.primaryScreen()).availableGeometry()
            self.resize(self.size().boundedTo(screen.size()))
            beside = owner.frameGeometry().right() + 1
            self.move(min(beside, screen.right() - self.width() + 1), max(screen.top(), owner.y()))
        self.show()
        self.raise_()
        self.activateWindow()
        self.reader.setFocus()

    # -- contents and search -----------------------------------------------------------------------------------

    @Slot()
    def _fill(self) -> None:
        """The contents, or what was found."""
        self.list.clear()
        words = self.line.text().strip()
        if words:
            for found in pages.search(words):
                self._add(f"{found.title} · {found.heading}" if found.heading else found.title, found.topic)
            if not self.list.count():
                self._add(_("没有找到“{words}”。换个说法试试。", words=words), "")
        else:
            for group in pages.contents():
                self._add(group.title, "")
                for page, title in group.pages:
                    self._add(title, page)
        self._mark()

    def _add(self, text: str, topic: str) -> None:
        item = QListWidgetItem(text)
        item.setData(TOPIC, topic)
        if not topic:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setFont(self.theme.font(12))
        self.list.addItem(item)

    def _mark(self) -> None:
        page = pages.parted(self.topic)[0]
        wanted = (self.topic, page)
        rows = [at for at in range(self.list.count()) if self.list.item(at).data(TOPIC) in wanted]
        self.list.setCurrentRow(rows[0] if rows else -1)

    @Slot(QListWidgetItem)
    def _chosen(self, item: QListWidgetItem) -> None:
        topic = item.data(TOPIC)
        if topic:
            self.open(topic)

    @Slot()
    def _open_first(self) -> None:
        for at in range(self.list.count()):
            if self.list.item(at).data(TOPIC):
                self._chosen(self.list.item(at))
                return

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Down from the search into what was found."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            self.list.setFocus()
            if self.list.currentRow() < 0:
                self.list.setCurrentRow(0)
            return True
        return False

    # -- paper, keys, look -------------------------------------------------------------------------------------

    @Slot()
    def print_page(self) -> None:
        """Print the page that is shown."""
        from PySide6.QtGui import QPageLayout, QPageSize
        from PySide6.QtPrintSupport import QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        printer.setPageMargins(QMarginsF(*MARGINS_MM), QPageLayout.Unit.Millimeter)
        printer.setDocName(self.windowTitle())
        try:
            if dialogs.choose_printer(self, printer):
                self.reader.print_on(printer)
        except EnvironmentFault as error:
            dialogs.report(self, error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another text size: everything is laid out again."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.theme != Theme.worn():
            QTimer.singleShot(0, self, self._dress)

    @Slot()
    def _dress(self) -> None:
        if self.theme == Theme.worn():
            return
        self.theme = Theme.worn()
        self.inner.hide()
        self.inner.deleteLater()
        self._build()
        self._show(self.topic)
