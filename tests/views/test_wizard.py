"""The set-up in four steps, the settings and the sync page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.models import division
from app.services import local, reading, syncing, writing
from app.services.people import people
from app.services.reading import Query
from app.views.context import Context
from app.views.password_sheet import PasswordSheet
from app.views.settings_page import SettingsPage
from app.views.sync_page import SyncPage
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.wizard import Wizard
from app.views.wizard_rows import Rows
from app.workspace import Workspace
from tests.views.settling import settle

YANGPU = "310110"


@pytest.fixture
def wizard(app: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Wizard]:
    tasks = Tasks()
    made = Wizard(tmp_path / "new" / "data", tmp_path / "new" / "config", tasks, Theme())
    qtbot.addWidget(made)
    made.show()
    opened: list[Workspace] = []
    made.opened.connect(opened.append)
    yield made
    assert tasks.close()
    for workspace in opened:
        workspace.close()


def choose(wizard: Wizard, district: str, street: str) -> None:
    box = wizard.center.district
    box.setCurrentIndex(box.findText(district))
    box = wizard.center.street
    box.setCurrentIndex(box.findText(street))


def division_code(street: str) -> str:
    return next(one.code for one in division.streets(YANGPU) if one.name == street)


def typed(rows: Rows, *words: str) -> None:
    """A line is typed at the end."""
    line = rows.lines[-1]
    for editor, word in zip(line.values(), words, strict=False):
        assert isinstance(editor, QLineEdit)
        QTest.keyClicks(editor, word) if word.isascii() else editor.setText(word)
    rows._changed()


def test_the_street_names_the_center_until_it_is_typed_over(wizard: Wizard) -> None:
    assert wizard.center.district.count() == 17
    choose(wizard, "杨浦区", "殷行街道")
    assert wizard.center.center.text() == "殷行街道社会组织服务中心"
    choose(wizard, "静安区", "石门二路街道")
    assert wizard.center.center.text() == "石门二路街道社会组织服务中心"
    wizard.center.center.setText("我们的中心")
    choose(wizard, "杨浦区", "殷行街道")
    assert wizard.center.center.text() == "我们的中心"


def founded(wizard: Wizard, qtbot: QtBot) -> Workspace:
    """The first step is done."""
    wizard.next()
    choose(wizard, "杨浦区", "殷行街道")
    with qtbot.waitSignal(wizard.opened, timeout=20_000) as told:
        wizard.next()
        assert wizard.step is wizard.work
    qtbot.waitUntil(lambda: wizard.step is wizard.people)
    return told.args[0]


def test_nothing_needed_is_left_out(wizard: Wizard, qtbot: QtBot) -> None:
    wizard.next()
    wizard.next()
    assert wizard.step is wizard.center
    assert wizard.center.fault_label.text() == "请选择区和街镇。"
    choose(wizard, "杨浦区", "殷行街道")
    wizard.next()
    qtbot.waitUntil(lambda: wizard.step is wizard.people)
    wizard.next()
    assert wizard.people.fault_label.text() == "请填写管理员姓名。"
    wizard.people.user.setText("王小明")
    wizard.people.password.setText("12345")
    wizard.next()
    assert "密码太短" in wizard.people.fault_label.text()
    wizard.people.password.setText("123456")
    wizard.next()
    assert wizard.people.fault_label.text() == "两次输入的密码不一样。"


def test_the_text_size_is_chosen_on_the_first_step(wizard: Wizard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wizard.sized) as told:
        wizard.begin.sizes.buttons()[2].click()
    assert told.args == ["huge"]


@pytest.mark.parametrize("sample", [False, True])
def test_a_center_is_set_up_in_four_steps(wizard: Wizard, qtbot: QtBot, sample: bool) -> None:
    workspace = founded(wizard, qtbot)
    wizard.people.user.setText("王小明")
    wizard.people.password.setText("123456")
    wizard.people.again.setText("123456")
    typed(wizard.people.others, "李梅")
    wizard.next()
    qtbot.waitUntil(lambda: wizard.step is wizard.rooms)
    typed(wizard.rooms.rooms, "二楼会议室", "30", "8:30-21:00")
    wizard.rooms.sample.setChecked(sample)
    wizard.next()
    qtbot.waitUntil(lambda: wizard.step is wizard.desk)
    with qtbot.waitSignal(wizard.finished) as told:
        wizard.next()
    assert told.args == [workspace, "王小明"]
    assert workspace.street == division_code("殷行街道")
    known = {one.name: one for one in people(workspace.office)}
    assert set(known) == {"王小明", "李梅"}
    assert local.password_fits(workspace.office, known["王小明"].id, "123456")
    own = reading.ids(workspace.office, "venue", Query(where={"owner": workspace.street}))
    (room,) = reading.rows(workspace.office, "venue", own)
    assert (room.values["name"], room.values["capacity"], room.values["opens"]) == ("二楼会议室", 30, "8:30-21:00")
    assert bool(reading.count(workspace.office, "booking")) is sample
    assert workspace.check() == []


def test_a_folder_in_use_is_told_on_the_page(wizard: Wizard, qtbot: QtBot) -> None:
    Workspace.create(wizard.data, wizard.config, "310110013", "别人的中心").close()
    wizard.next()
    choose(wizard, "杨浦区", "殷行街道")
    wizard.next()
    assert wizard.tasks.drain()
    assert wizard.step is wizard.center
    assert "已经有数据" in wizard.center.fault_label.text()


def test_a_pc_joins_by_the_card_of_the_first_one(
    wizard: Wizard, qtbot: QtBot, workspace: Workspace, tmp_path: Path, asked
) -> None:
    card = tmp_path / "入网卡.shuniu-card"
    syncing.make_card(workspace, card)
    wizard.begin.join.setChecked(True)
    wizard.next()
    assert wizard.begin.fault_label.text() == "请先选择入网卡文件。"
    asked.answer("choose_open_file", card)
    wizard.begin.choose.click()
    with qtbot.waitSignal(wizard.finished, timeout=20_000) as told:
        wizard.next()
    assert told.args[0].street == workspace.street
    assert told.args[1] == ""


def test_a_file_that_is_no_card_is_told_on_the_page(wizard: Wizard, tmp_path: Path, asked) -> None:
    (tmp_path / "x").write_bytes(b"nonsense")
    wizard.begin.join.setChecked(True)
    asked.answer("choose_open_file", tmp_path / "x")
    wizard.begin.choose.click()
    wizard.next()
    assert wizard.tasks.drain()
    assert wizard.step is wizard.begin
    assert wizard.begin.fault_label.text()


# -- settings ------------------------------------------------------------------------------------------------------


def test_settings_ask_the_shell_for_another_size(context: Context, qtbot: QtBot) -> None:
    page = SettingsPage(context)
    qtbot.addWidget(page)
    wanted: list[object] = []
    context.preferred.connect(wanted.append)
    page.sizes[1].click()
    page.language.setCurrentIndex(1)
    page.language.activated.emit(1)
    assert wanted == [("size", "large"), ("language", "en")]
    assert page.language_note.text() == "重新打开枢纽后生效"


def test_a_password_is_changed_only_with_the_old_one(context: Context, qtbot: QtBot, asked) -> None:
    (person,) = people(context.office)
    local.set_password(context.office, person.id, "123456")
    page = SettingsPage(context)
    qtbot.addWidget(page)

    def change(sheet: PasswordSheet) -> bool:
        assert sheet.proof is not None
        sheet.proof.setText("654321")
        sheet.new.setText("abcdef")
        sheet.again.setText("abcdef")
        sheet.accept()
        context.tasks.drain()
        assert "现在的密码不对" in sheet.fault.text()
        assert sheet.proof.selectedText()
        sheet.proof.setText("123456")
        sheet.accept()
        return context.tasks.drain()

    asked.answer("Sheet.run", change)
    page.change.click()
    assert local.password_fits(context.office, person.id, "abcdef")


# -- sync ----------------------------------------------------------------------------------------------------------


def test_the_sync_page_says_how_it_stands(context: Context, qtbot: QtBot) -> None:
    page = SyncPage(context)
    qtbot.addWidget(page)
    page.show()
    settle(page, qtbot)
    assert page.facts["unsent"].text() == "3 条修改：1 条使用人员、1 条服务中心、1 条操作记录\n最早一条：今天 09:00"
    assert page.facts["error"].text() == "还没有联网同步过"
    shown = [code for code in page.facts if page.facts[code].isVisible()]
    assert shown == ["unsent", "sent", "heard", "error"]
    assert not page.now_button.isEnabled()
    assert page.accept_button.isVisible()


def test_two_pcs_of_a_center_exchange_by_stick(
    make_workspace, context: Context, qtbot: QtBot, tmp_path: Path, asked
) -> None:
    card, stick = tmp_path / "card", tmp_path / "stick.shuniu"
    first = context.workspace
    syncing.make_card(first, card)
    second = Workspace.join(tmp_path / "second" / "data", tmp_path / "second" / "config", card)
    syncing.write_certificate(first, tmp_path / "first.cert")
    writing.save(second.office.acting("李梅"), "venue", {"name": "二楼教室"})
    syncing.export(second, stick, tmp_path / "first.cert")
    second.close()
    page = SyncPage(context)
    qtbot.addWidget(page)
    changed: list[frozenset[str]] = []
    context.changed.connect(changed.append)
    asked.answer("choose_open_file", stick)
    asked.answer("Sheet.run", True)
    page.import_button.click()
    context.tasks.drain()
    assert reading.count(context.office, "venue") == 1
    assert frozenset({"venue"}) in changed


def test_a_refused_file_changes_nothing(context: Context, qtbot: QtBot, tmp_path: Path, asked) -> None:
    (tmp_path / "bad.shuniu").write_bytes(b"not a bundle")
    page = SyncPage(context)
    qtbot.addWidget(page)
    asked.answer("choose_open_file", tmp_path / "bad.shuniu")
    asked.answer("report", None)
    page.import_button.click()
    context.tasks.drain()
    assert "不是枢纽的同步文件" in str(asked.shown[-1][1])


def test_without_a_network_the_exchange_waits_and_says_why(context: Context, qtbot: QtBot) -> None:
    page = SyncPage(context)
    qtbot.addWidget(page)
    page.show()
    settle(page, qtbot)
    context.syncer.sync()
    assert context.syncer.running
    settle(page, qtbot)
    assert not context.syncer.running
    assert "没有完成" in page.facts["error"].text()
    assert "入网卡" in page.facts["error"].text()


def test_a_backup_is_opened_with_the_code_of_the_recovery_sheet(
    wizard: Wizard, workspace: Workspace, tmp_path: Path, asked, qtbot: QtBot
) -> None:
    from tests.services.test_recovery import printed

    record = writing.save(workspace.office, "venue", {"name": "大会议室"}).id
    code = printed(workspace.recovery_sheet(), tmp_path)
    backup = workspace.backup("manual").files[0]
    wizard.begin.recover.setChecked(True)
    wizard.next()
    assert wizard.begin.fault_label.text() == "请先选择备份文件。"
    asked.answer("choose_open_file", backup)
    wizard.begin.choose_backup.click()
    wizard.next()
    assert wizard.begin.fault_label.text() == "请填写恢复单上的恢复码。"
    wizard.begin.code.setText(code[:-1])
    wizard.next()
    qtbot.waitUntil(lambda: "54" in wizard.begin.fault_label.text())
    wizard.begin.code.setText(code)
    with qtbot.waitSignal(wizard.finished) as told:
        wizard.next()
    assert reading.get(told.args[0].office, "venue", record).values["name"] == "大会议室"
