"""The shell: pages, forms on top of them, keys, search, undo bar, text sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.services import reading, writing
from app.services.sample import add_sample
from app.views.context import Context, Goto, Said
from app.views.page import Page
from app.views.places import EVERYWHERE, MODULES, PARTS, PLACES, page_class
from app.views.preferences import Preferences
from app.views.shell import Shell
from app.views.tabs import Tabs
from app.views.theme import TEXT_SIZES, Theme
from app.views.watch import say_status, say_when
from tests.views.settling import settle


@pytest.fixture
def shell(context: Context, qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[Shell]:
    made = Shell(context, tmp_path / "config", Preferences())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.go(Goto("today"))
    settle(made, qtbot)
    assert QApplication.activeWindow() is made, "another window came up for a moment"
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == [made]
    yield made
    context.tasks.drain()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app)


def test_the_window_is_named_after_center_and_page(shell: Shell) -> None:
    assert shell.windowTitle() == "测试街道社会组织服务中心 – 今日 – 枢纽"


def test_every_place_opens(shell: Shell, qtbot: QtBot) -> None:
    for place in PLACES:
        shell.nav.buttons[place.key].click()
        settle(shell, qtbot)
        assert shell.page is not None
        assert shell.nav.buttons[place.key].isChecked()
        assert [key for key, one in shell.nav.buttons.items() if one.isChecked()] == [place.key]


def test_what_lies_beside_a_place_is_its_tab(shell: Shell, qtbot: QtBot) -> None:
    shell.go(Goto("list", {"kind": "venue"}))
    settle(shell, qtbot)
    tabs = shell.page.findChild(Tabs)
    assert [one.text() for one in tabs.buttons.values()] == [
        "场地",
        "设备",
        "停用与例外开放",
        "预约额度",
        "节假日与调休",
    ]
    tabs.buttons["quota"].click()
    settle(shell, qtbot)
    assert "预约额度" in shell.windowTitle()
    assert shell.nav.buttons["venue"].isChecked()
    assert [key for key, one in shell.page.findChild(Tabs).buttons.items() if one.isChecked()] == ["quota"]
    qtbot.keyClick(shell, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    settle(shell, qtbot)
    assert "节假日与调休" in shell.windowTitle()
    qtbot.keyClick(shell, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    settle(shell, qtbot)
    assert shell.page is shell._pages["venue"]
    assert [key for key, one in tabs.buttons.items() if one.isChecked()] == ["venue"]


def test_a_part_is_made_in_its_form_only(shell: Shell) -> None:
    from app.views.palette import actions

    titles = [one.title for one in actions(shell.context.duty)]
    assert "新建场地预约" in titles
    assert not {"新建预约设备", "新建费用变动", "新建额度适用场地"} & set(titles)


def test_f5_in_the_search_books_the_room_or_for_the_client(shell: Shell, qtbot: QtBot) -> None:
    from app.views.palette import begun

    office = shell.context.office
    room = writing.save(office, "venue", {"name": "乐邻家园活动室"}).id
    shell.search()
    palette = shell.palette_
    assert palette is not None
    qtbot.keyClicks(palette.line, "lljy")
    qtbot.keyClick(palette.line, Qt.Key.Key_F5)  # before anything was found: it is what is found first
    qtbot.waitUntil(lambda: shell.page.name == "form")
    settle(shell, qtbot)
    assert (shell.page.kind.name, shell.page.form.boxes["venue"].editor.value()) == ("booking", room)
    assert begun(Goto("form", {"kind": "team", "record_id": "x"})).arguments["values"] == {"client": "x"}
    assert begun(Goto("list", {"kind": "quota"})) == Goto("form", {"kind": "quota", "values": {}})
    assert begun(Goto("sync")) == Goto("sync")


def test_every_page_of_this_version_is_there() -> None:
    missing = {name for name in MODULES if page_class(name).__name__ == "MissingPage"}
    assert missing <= {"import"}


def test_pages_are_made_once_and_only_when_needed(shell: Shell) -> None:
    assert list(shell._pages) == ["today"]
    shell.go(Goto("list", {"kind": "venue"}))
    first = shell.page
    shell.go(Goto("today"))
    shell.go(Goto("list", {"kind": "venue"}))
    assert shell.page is first


def test_a_form_lies_on_the_page_it_came_from(shell: Shell, qtbot: QtBot) -> None:
    shell.go(Goto("list", {"kind": "venue"}))
    below = shell.page
    shell.context.new_record("venue")
    settle(shell, qtbot)
    assert shell.page is not below
    assert shell.page.windowTitle() in shell.windowTitle()
    shell.context.back()
    assert shell.page is below


def test_escape_goes_back_through_the_pages(shell: Shell, qtbot: QtBot) -> None:
    shell.go(Goto("list", {"kind": "venue"}))
    shell.go(Goto("settings"))
    qtbot.keyClick(shell, Qt.Key.Key_Escape)
    assert shell.page is shell._pages["venue"]
    qtbot.keyClick(shell, Qt.Key.Key_Escape)
    assert shell.page is shell._pages["today"]
    qtbot.keyClick(shell, Qt.Key.Key_Escape)
    assert shell.page is shell._pages["today"]


class _Stubborn(Page):
    title = "不让走"

    def leave(self) -> bool:
        return False


def test_a_page_may_refuse_to_be_left(shell: Shell) -> None:
    form = _Stubborn(shell.context)
    shell._forms.append(form)
    shell._raise(form)
    shell.go(Goto("settings"))
    assert shell.page is form
    assert not shell.close()
    shell._forms.clear()


def test_f5_makes_a_new_record_of_the_page_s_kind(shell: Shell, qtbot: QtBot) -> None:
    shell.go(Goto("list", {"kind": "team"}))
    qtbot.keyClick(shell.page, Qt.Key.Key_F5)
    settle(shell, qtbot)
    assert type(shell.page).__name__ == "FormPage"


def test_the_numbers_open_the_first_pages(shell: Shell, qtbot: QtBot) -> None:
    qtbot.keyClick(shell, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert shell.page is shell._pages["venue"]


def test_what_was_done_can_be_undone_from_the_bar(shell: Shell, qtbot: QtBot) -> None:
    saved = writing.save(shell.context.office, "venue", {"name": "一楼大厅"})
    shell.context.wrote({"venue"}, "已新建 一楼大厅", saved.op)
    assert shell.undo_bar.isVisible()
    assert shell.undo_bar.words.text() == "已新建 一楼大厅"
    shell.undo_bar.button.click()
    settle(shell, qtbot)
    assert reading.count(shell.context.office, "venue") == 0
    assert shell.undo_bar.words.text() == "已撤销 1 条"


def test_ctrl_z_undoes_step_by_step_what_was_done_in_this_window_and_nothing_older(shell: Shell, qtbot: QtBot) -> None:
    office = shell.context.office
    writing.save(office, "venue", {"name": "以前的"})
    for name in ("甲", "乙"):
        shell.context.wrote({"venue"}, name, writing.save(office, "venue", {"name": name}).op)
    for left in (2, 1):
        qtbot.keyClick(shell, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settle(shell, qtbot)
        assert reading.count(office, "venue") == left
    qtbot.keyClick(shell, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(shell, qtbot)
    assert reading.count(office, "venue") == 1
    assert shell.undo_bar.words.text().startswith("没有可以撤销的操作")


def test_a_word_without_undo_has_no_button(shell: Shell) -> None:
    shell.context.said.emit(Said("已导出"))
    assert not shell.undo_bar.button.isVisible()


def test_search_finds_by_initials_and_opens_with_enter(shell: Shell, qtbot: QtBot) -> None:
    writing.save(shell.context.office, "organization", {"name": "乐邻家园服务社"})
    qtbot.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = shell.palette_
    assert palette is not None
    qtbot.keyClicks(palette.line, "lljy")
    settle(shell, qtbot)
    qtbot.waitUntil(lambda: not palette._typing.isActive())
    settle(shell, qtbot)
    choice = palette.list.currentItem().data(Qt.ItemDataRole.UserRole)
    assert (choice.title, choice.type) == ("乐邻家园服务社", "社会组织")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    settle(shell, qtbot)
    assert not palette.isVisible()
    assert "乐邻家园服务社" in shell.page.windowTitle()


def test_search_starts_work_by_pinyin_and_by_words(shell: Shell, qtbot: QtBot) -> None:
    from app.views.palette import look_up

    assert look_up(shell.context, "xjcdyy")[0].title == "新建场地预约"
    assert look_up(shell.context, "新建 团队")[0].title == "新建群众活动团队"
    assert look_up(shell.context, "没有这样的东西") == []


def test_search_is_used_by_keys_alone(shell: Shell, qtbot: QtBot) -> None:
    shell.search()
    settle(shell, qtbot)
    palette = shell.palette_
    assert palette is not None
    for _n in range(3):
        qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 3
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 2
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_findings_are_counted_in_the_navigation(shell: Shell, qtbot: QtBot) -> None:
    for _n in range(2):
        writing.save(shell.context.office, "venue", {"name": "一楼大厅"})
    shell.context.watch.look()
    settle(shell, qtbot)
    badge = shell.nav.buttons["todo"].badge
    assert badge.isVisibleTo(shell.nav)
    assert badge.text() == "1"
    assert shell.nav.buttons["todo"].accessibleName() == "待处理，1 项待办"


def test_the_status_of_sync_is_said_in_words(shell: Shell, qtbot: QtBot) -> None:
    shell.context.watch.look_at_status()
    settle(shell, qtbot)
    assert shell.nav.status_words.text() == "未入网，数据只在本机"


@pytest.mark.parametrize("size", TEXT_SIZES)
def test_everything_fits_at_every_text_size(shell: Shell, qtbot: QtBot, size: str) -> None:
    add_sample(shell.context.workspace.demo().office)
    shell.set_text_size(size)
    shell.resize(1366, 768)
    settle(shell, qtbot)
    assert Preferences.load(shell.config).size == size
    assert shell.context.theme == Theme(size)
    assert shell.width() == 1366
    assert shell.height() == 768
    assert shell.nav.width() == Theme(size).px(168)
    bar = shell.nav.places.verticalScrollBar()
    assert size == "huge" or bar.maximum() == 0
    for one in shell.page.findChildren(QAbstractButton):
        if one.isVisible():
            assert one.mapTo(shell, one.rect().topRight()).x() <= shell.width()
            assert one.accessibleName() or one.text(), one


def test_every_icon_button_has_a_name(shell: Shell, qtbot: QtBot) -> None:
    for place in PLACES:
        shell.go(Goto(place.page, place.arguments))
        settle(shell, qtbot)
        named = [one for one in shell.findChildren(QAbstractButton) if one.isVisible() and not one.text()]
        assert [one for one in named if not one.accessibleName() and not isinstance(one.parent(), QLineEdit)] == []


def test_another_person_may_sign_in(shell: Shell, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shell.who):
        shell.nav.who.emit()


def test_the_groups_hold_every_kind_that_is_not_internal() -> None:
    from app.models.registry import KINDS

    shown = {place.arguments.get("kind") for place in EVERYWHERE} - {None}
    assert shown == {kind.name for kind in KINDS.values() if not kind.internal} - PARTS
    for part in PARTS:
        assert any(field.required and field.targets[0] in shown for field in KINDS[part].typed if field.targets)


def test_times_are_said_as_people_say_them() -> None:
    from datetime import datetime

    now = datetime(2026, 11, 23, 10, 0)
    at = [
        datetime(2026, 11, 23, 9, 40),
        datetime(2026, 11, 22, 17, 5),
        datetime(2026, 11, 3, 8, 0),
        datetime(2025, 1, 2),
    ]
    said = [say_when(int(one.timestamp()), now) for one in at]
    assert said == ["今天 09:40", "昨天 17:05", "11月3日 08:00", "2025年1月2日"]


def test_a_carded_pc_says_what_the_district_has() -> None:
    from datetime import datetime

    from app.services.syncing import SyncStatus

    now = datetime(2026, 11, 23, 10, 0)
    heard = int(datetime(2026, 11, 23, 9, 40).timestamp())
    assert say_status(SyncStatus(12, heard, heard, True, 0), now) == "区里最后收到：今天 09:40，还有 12 条未送"
    assert say_status(SyncStatus(0, heard, heard, True, 0), now) == "区里最后收到：今天 09:40，都已送达"
    assert say_status(SyncStatus(5, None, None, True, 0), now) == "区里还没有收到过，还有 5 条未送"
