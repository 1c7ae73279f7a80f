"""Editors: what is shown, what is typed, what is picked; nothing is committed while an input method composes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget
from pytestqt.qtbot import QtBot

from app.models.fields import Field, Misfit
from app.models.registry import KINDS
from app.views.context import Context
from app.views.records.editors import BooleanEditor, ChoiceEditor, NoteEditor, NumberEditor, TextEditor
from app.views.records.editors_time import DateEditor, MomentEditor, TimeEditor
from app.views.records.form import editor_for
from app.views.theme import Theme

TODAY = date(2026, 11, 23)
CHOICES = (("open", "开放"), ("closed", "停用"))


@pytest.mark.parametrize(
    ("field", "stored"),
    [
        (Field("名称", "text"), "阿依古丽·麦麦提"),
        (Field("备注", "note"), "第一行\n第二行"),
        (Field("人数", "integer", unit="人"), 30),
        (Field("面积", "decimal", unit="㎡"), "85.5"),
        (Field("日期", "date"), "2026-11-24"),
        (Field("开始", "datetime"), "2026-11-24T09:00"),
        (Field("开放", "boolean"), False),
        (Field("状态", "choice", choices=CHOICES), "closed"),
    ],
)
def test_an_editor_gives_back_what_it_was_shown(context: Context, qtbot: QtBot, field: Field, stored: Any):
    editor = editor_for(field, context)
    qtbot.addWidget(editor)
    assert editor.value() is None
    editor.set_value(stored)
    assert editor.value() == stored
    editor.set_value(None)
    assert editor.value() is None


def test_a_date_says_what_it_means_while_it_is_typed(qtbot: QtBot, app: QApplication):
    editor = DateEditor(Field("日期", "date"), Theme(), TODAY)
    qtbot.addWidget(editor)
    QTest.keyClicks(editor.line, "1124")
    assert editor.line.hint() == "11月24日 周二"
    editor.line.editingFinished.emit()
    assert (editor.line.text(), editor.line.hint()) == ("2026-11-24", "周二")


def test_a_date_is_picked_from_the_calendar(qtbot: QtBot, app: QApplication):
    editor = DateEditor(Field("日期", "date"), Theme(), TODAY)
    qtbot.addWidget(editor)
    editor.show()
    editor.pick()
    calendar = editor._popup.findChild(QCalendarWidget)
    assert calendar.selectedDate() == QDate(2026, 11, 23)
    calendar.clicked.emit(QDate(2026, 12, 1))
    assert editor.value() == "2026-12-01"


def test_a_date_that_is_none_is_refused_with_examples(qtbot: QtBot, app: QApplication):
    editor = DateEditor(Field("日期", "date"), Theme(), TODAY)
    qtbot.addWidget(editor)
    editor.line.setText("哪天")
    with pytest.raises(Misfit, match="看不懂") as refused:
        editor.value()
    assert "1124" in refused.value.mend


def test_half_hours_are_offered_near_the_time_shown(qtbot: QtBot, app: QApplication):
    editor = TimeEditor(Field("时间", "datetime"), Theme())
    qtbot.addWidget(editor)
    editor.show()
    editor.set_value("14:10")
    editor.pick()
    assert editor._completer.popup().currentIndex().data() == "14:00"
    editor._completer.popup().hide()


@pytest.mark.parametrize(("day", "time", "missing"), [("1124", "", "时间"), ("", "9", "日期")])
def test_half_a_moment_says_what_is_missing(qtbot: QtBot, app: QApplication, day: str, time: str, missing: str):
    editor = MomentEditor(Field("开始", "datetime"), Theme(), TODAY)
    qtbot.addWidget(editor)
    editor.day.line.setText(day)
    editor.time.line.setText(time)
    with pytest.raises(Misfit, match=missing):
        editor.value()


def test_midnight_at_the_end_is_the_next_date(qtbot: QtBot, app: QApplication):
    editor = MomentEditor(Field("结束", "datetime"), Theme(), TODAY)
    qtbot.addWidget(editor)
    editor.day.line.setText("1130")
    editor.time.line.setText("24:00")
    assert editor.value() == "2026-12-01T00:00"


def test_many_choices_are_searched_by_typing(qtbot: QtBot, app: QApplication):
    field = KINDS["service_case"].fields["service_type"]
    editor = ChoiceEditor(field, Theme())
    qtbot.addWidget(editor)
    assert editor.combo.isEditable()
    editor.combo.setEditText("年检咨询")
    assert editor.value() == "inspection_consult"
    editor.combo.setEditText("没有这种")
    assert editor.value() == "没有这种"


def test_an_unknown_choice_is_shown_raw_and_kept(qtbot: QtBot, app: QApplication):
    editor = ChoiceEditor(Field("状态", "choice", choices=CHOICES), Theme())
    qtbot.addWidget(editor)
    editor.set_value("from_the_future")
    assert editor.combo.currentText() == "from_the_future"
    assert editor.value() == "from_the_future"


def test_the_wheel_does_not_change_a_choice(qtbot: QtBot, app: QApplication):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    editor = ChoiceEditor(Field("状态", "choice", choices=CHOICES), Theme())
    qtbot.addWidget(editor)
    editor.set_value("open")
    turn = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
                       Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(editor.combo, turn)
    assert editor.value() == "open"


def test_a_number_shows_its_unit_and_reads_full_width_digits(qtbot: QtBot, app: QApplication):
    editor = NumberEditor(Field("人数", "integer", unit="人"), Theme())
    qtbot.addWidget(editor)
    assert editor.line.hint() == "人"
    editor.line.setText("１，２００ 人")
    assert editor.value() == 1200


def test_not_said_is_not_no(qtbot: QtBot, app: QApplication):
    editor = BooleanEditor(Field("外部场地", "boolean"), Theme())
    qtbot.addWidget(editor)
    assert editor.value() is None
    editor.buttons[False].click()
    assert editor.value() is False


def test_text_of_an_input_method_is_taken_when_it_is_committed(qtbot: QtBot, app: QApplication):
    editor = TextEditor(Field("名称", "text"), Theme())
    qtbot.addWidget(editor)
    left: list[bool] = []
    editor.left.connect(lambda: left.append(True))
    QApplication.sendEvent(editor.line, QInputMethodEvent("nihao", []))
    assert editor.value() is None
    committed = QInputMethodEvent("", [])
    committed.setCommitString("你好")
    QApplication.sendEvent(editor.line, committed)
    assert editor.value() == "你好"
    assert not left


def test_enter_in_a_note_is_a_line_and_ctrl_enter_goes_on(qtbot: QtBot, app: QApplication):
    editor = NoteEditor(Field("备注", "note"), Theme())
    qtbot.addWidget(editor)
    left: list[bool] = []
    editor.left.connect(lambda: left.append(True))
    QTest.keyClicks(editor.text, "a")
    QTest.keyClick(editor.text, Qt.Key.Key_Return)
    QTest.keyClicks(editor.text, "b")
    assert editor.value() == "a\nb"
    QTest.keyClick(editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert left == [True]


def test_an_open_list_of_links_does_not_outlive_more_typing(context: Context, qtbot: QtBot, rooms: list[str]):
    editor = editor_for(KINDS["booking"].fields["venue"], context)
    qtbot.addWidget(editor)
    editor.show()
    editor.line.setFocus()
    editor._search("曾")
    editor._search("没有")
    assert context.tasks.drain()
    assert editor.choices.rowCount() == 1
    assert "新建" in editor.choices.item(0).text()
    editor.completer.popup().hide()
