"""F1: the help opens at the page of where the focus is, beside a dialog too, and can be searched and printed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from app import text
from app.errors import EnvironmentFault
from app.models.registry import KINDS
from app.views.context import Context, Goto
from app.views.dialogs import Sheet
from app.views.help.asking import show_help
from app.views.help.reader import Picture
from app.views.help.window import TOPIC, HelpWindow
from app.views.places import MODULES
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.sign_in import SignIn
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.wizard import Wizard
from tests.views.settling import settle


@pytest.fixture
def shell(context: Context, qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[Shell]:
    made = Shell(context, tmp_path / "config", Preferences())
    qtbot.addWidget(made)
    made.show()
    made.go(Goto("today"))
    settle(made, qtbot)
    yield made
    context.tasks.drain()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app)


@pytest.fixture
def help_window(app: QApplication, qtbot: QtBot) -> Iterator[HelpWindow]:
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.show()
    show_help(owner)
    yield owned(owner)
    owner.close()


def owned(window: QWidget) -> HelpWindow:
    found = window.findChild(HelpWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert found is not None
    return found


def activate(window: QWidget, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)


def f1(window: QWidget, qtbot: QtBot) -> HelpWindow:
    activate(window, qtbot)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_F1)
    return owned(window)


def test_f1_opens_the_page_of_the_page_shown(shell: Shell, qtbot: QtBot) -> None:
    assert f1(shell, qtbot).topic == "today"
    shell.go(Goto("list", {"kind": "booking"}))
    settle(shell, qtbot)
    shown = f1(shell, qtbot)
    assert (shown.topic, shown.windowTitle()) == ("booking", "场地预约 – 帮助")
    shell.go(Goto("form", {"kind": "key_handover"}))
    settle(shell, qtbot)
    assert f1(shell, qtbot) is shown
    assert shown.topic == "booking#押金和钥匙"
    assert not shown.isModal()
    shell.search()
    assert f1(shell, qtbot).topic == "search"


def test_every_page_and_every_kind_has_its_topic(shell: Shell, qtbot: QtBot) -> None:
    for name in sorted(set(MODULES) - {"list", "form", "import"}):
        shell.go(Goto(name, {}))
        settle(shell, qtbot)
        assert shell.page is not None
        assert shell.help_topic, name
    for kind in KINDS:
        shell.go(Goto("list", {"kind": kind}))
        assert shell.help_topic, kind
    settle(shell, qtbot)


def test_the_button_beside_the_name_opens_it(shell: Shell) -> None:
    button = next(one for one in shell.nav.findChildren(QWidget) if one.accessibleName() == "帮助")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert owned(shell).topic == "today"


def test_f1_at_the_set_up_and_at_the_sign_in(context: Context, qtbot: QtBot, tmp_path: Path, theme: Theme) -> None:
    tasks = Tasks()
    wizard = Wizard(tmp_path / "d", tmp_path / "c", tasks, theme)
    sign_in = SignIn(context.workspace, tasks, theme)
    for window in (wizard, sign_in):
        qtbot.addWidget(window)
        window.show()
    assert f1(wizard, qtbot).topic == "start"
    wizard.next()
    assert f1(wizard, qtbot).topic == "start#填写中心"
    assert f1(sign_in, qtbot).topic == "people#登录"
    tasks.close()


def test_beside_a_modal_dialog_the_help_can_be_used(shell: Shell, qtbot: QtBot) -> None:
    sheet = Sheet(shell.page, "离场")
    line = QLineEdit()
    sheet.body.addWidget(line)
    sheet.show()
    line.setFocus()
    activate(sheet, qtbot)
    QTest.keyClick(line, Qt.Key.Key_F1)
    shown = owned(sheet)
    assert shown.topic == "today", "a sheet without a topic has that of what it lies on"
    handle = shown.windowHandle()
    middle = shown.list.visualItemRect(row_of(shown, "backup")).center() + shown.list.viewport().mapTo(shown, QPoint())
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert shown.topic == "backup"
    assert sheet.isVisible()
    sheet.reject()


def row_of(shown: HelpWindow, topic: str) -> QListWidgetItem:
    items = [shown.list.item(at) for at in range(shown.list.count())]
    item = next(one for one in items if one.data(TOPIC) == topic)
    shown.list.scrollToItem(item)
    return item


def test_links_lead_to_headings_and_back_leads_back(help_window: HelpWindow) -> None:
    assert (help_window.topic, help_window.back_button.isEnabled()) == ("contents", False)
    help_window.reader.anchorClicked.emit(QUrl("booking.md#候补"))
    assert help_window.topic == "booking#候补"
    assert help_window.reader.verticalScrollBar().value() > 500
    help_window.open("undo")
    QTest.keyClick(help_window.reader, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert help_window.topic == "booking#候补"
    help_window.back_button.click()
    assert (help_window.topic, help_window.back_button.isEnabled()) == ("contents", False)


def test_a_page_that_is_not_there_is_the_contents(help_window: HelpWindow) -> None:
    help_window.open("nowhere#nothing")
    assert help_window.reader.toPlainText().startswith("帮助")


def test_the_search_lists_what_fits_and_enter_opens_the_first(help_window: HelpWindow) -> None:
    QTest.keyClicks(help_window.line, "dhyy")
    assert help_window.list.item(0).text() == "场地预约 · 电话预约"
    QTest.keyClick(help_window.line, Qt.Key.Key_Return)
    assert help_window.topic == "booking#电话预约"
    help_window.line.setText("天文台")
    assert [help_window.list.item(at).text() for at in range(help_window.list.count())] == [
        "没有找到“天文台”。换个说法试试。"
    ]
    help_window.line.clear()
    assert help_window.list.count() > 30


def test_pictures_fit_the_page_and_open_in_full_size(help_window: HelpWindow, qtbot: QtBot) -> None:
    help_window.open("calendar")
    reader = help_window.reader
    assert reader.document().idealWidth() <= reader.viewport().width()
    reader.anchorClicked.emit(QUrl("calendar-day.png"))
    shown = help_window.findChild(Picture)
    assert shown is not None
    assert shown.widget().width() == 1198
    activate(shown, qtbot)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert help_window.isVisible()


def test_the_help_follows_the_text_size(shell: Shell, qtbot: QtBot) -> None:
    shown = f1(shell, qtbot)
    heights = []
    for size in ("standard", "huge"):
        shell.set_text_size(size)
        qtbot.waitUntil(lambda size=size: shown.theme.size == size)
        settle(shell, qtbot)
        heights.append(shown.reader.document().firstBlock().begin().fragment().charFormat().font().pixelSize())
    assert heights == [20, 29]
    assert shown.topic == "today"
    assert shown.isVisible()


def test_a_page_is_printed_with_its_pictures(help_window: HelpWindow, asked, tmp_path: Path) -> None:
    def into_file(_parent: QWidget, printer: QPrinter) -> bool:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "help.pdf"))
        return True

    help_window.open("start")
    asked.answer("choose_printer", into_file)
    help_window.print_button.click()
    with pypdfium2.PdfDocument(tmp_path / "help.pdf") as pdf:
        first = pdf[0]
        assert first.get_size() == pytest.approx((595, 842), abs=1)
        words = unicodedata.normalize("NFKC", first.get_textpage().get_text_range())
        assert "第一次使用" in words
        assert any(isinstance(one, pypdfium2.PdfImage) for one in first.get_objects()), "no picture was printed"
        title = first.get_textpage().get_charbox(0)
        assert title[3] - title[1] > 9, "the type is too small to be read"
        assert len(pdf) == 3, "as many sheets as its words and pictures fill"


def test_a_page_that_cannot_be_printed_is_told(help_window: HelpWindow, asked) -> None:
    def none(_parent: QWidget, _printer: QPrinter) -> bool:
        raise EnvironmentFault("这台电脑没有装打印机，没有打印。")

    help_window.open("start")
    asked.answer("choose_printer", none)
    asked.answer("report", None)
    help_window.print_button.click()
    assert "没有装打印机" in str(asked.shown[-1][1])


def test_in_english_the_contents_say_that_the_pages_are_chinese(app: QApplication, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    text.use("en")
    try:
        show_help(owner)
        shown = owned(owner)
        assert "in Chinese" in shown.reader.toPlainText()
        assert shown.list.item(1).text() == "Setting up"
    finally:
        text.use("zh")
