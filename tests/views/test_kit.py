"""The kit: look, background work, dialogs' words, pages."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.errors import EnvironmentFault, Fault, Refusal
from app.models.registry import KINDS
from app.views import dialogs
from app.views.context import Context, Goto, Said
from app.views.page import Page
from app.views.tasks import OTHER, Progress, Tasks
from app.views.theme import (
    ACCENT,
    AMBER,
    GREY,
    PAPER,
    PLUM,
    RED,
    SECOND,
    TEXT,
    TEXT_SIZES,
    Theme,
    icon,
    paint_mark,
    status_mark,
)

CONFIRM = dialogs.confirm


def brightness(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    ink = QColor(colour)
    return 0.2126 * linear(ink.redF()) + 0.7152 * linear(ink.greenF()) + 0.0722 * linear(ink.blueF())


def contrast(one: str, other: str) -> float:
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", [TEXT, SECOND, ACCENT, PLUM, RED])
def test_text_is_read_on_paper(ink: str) -> None:
    assert contrast(ink, PAPER) >= 4.5


def test_every_measure_follows_the_text_size() -> None:
    assert [Theme(size).px(14) for size in TEXT_SIZES] == [14, 17, 20]
    assert [Theme(size).px(36) for size in TEXT_SIZES] == [36, 44, 51]


def test_the_stylesheet_leaves_no_place_unfilled(app: QApplication) -> None:
    for size in TEXT_SIZES:
        style = Theme(size).stylesheet()
        assert "@" not in style
        assert "~" not in style


def test_our_own_font_is_loaded(app: QApplication) -> None:
    from PySide6.QtGui import QFontInfo

    assert QFontInfo(Theme().font()).family() == "Noto Sans SC"


def test_icons_are_drawn_and_a_missing_one_is_empty(app: QApplication) -> None:
    assert not icon("calendar-days").isNull()
    assert icon("no-such-icon").isNull()


def test_every_icon_a_kind_names_is_shipped(app: QApplication) -> None:
    assert [kind.name for kind in KINDS.values() if icon(kind.icon).isNull()] == []


def test_a_careful_question_is_not_answered_by_a_mere_enter(app: QApplication, monkeypatch) -> None:
    enter: list[str] = []

    def run(sheet: dialogs.Sheet) -> bool:
        sheet.show()
        (default,) = (one for one in (sheet.yes, sheet.no) if one.isDefault())
        assert sheet.focusWidget() in (None, default)
        enter.append(default.text())
        sheet.close()
        return False

    monkeypatch.setattr(dialogs.Sheet, "run", run)
    for careful in (False, True):
        CONFIRM(None, "删除", "不能撤销。", "删除", "不删除", careful=careful)
    assert enter == ["删除", "不删除"]


@pytest.mark.parametrize(
    ("error", "mend", "said"),
    [
        ("密码太短", "请至少用 6 个字符", "密码太短，请至少用 6 个字符"),
        ("密码不对。", "请再输一次。", "密码不对。请再输一次。"),
        ("现在的密码不对", "，请再输一次", "现在的密码不对，请再输一次"),
        ("Wrong.", "Try again.", "Wrong. Try again."),
        ("没有", "", "没有"),
    ],
)
def test_what_is_wrong_and_the_mend_read_as_one_line(error: str, mend: str, said: str) -> None:
    assert dialogs.in_one_line(Refusal.of("password", error, mend)) == said


def test_each_status_has_its_shape() -> None:
    said = {code: status_mark(code) for code in ("confirmed", "tentative", "cancelled", "no_show", "clash")}
    assert said == {
        "confirmed": ("disc", ACCENT), "tentative": ("half", AMBER), "cancelled": ("ring", GREY),
        "no_show": ("cross", PLUM), "clash": ("triangle", RED),
    }  # fmt: skip


def test_shapes_differ_when_printed_in_grey(app: QApplication) -> None:
    pictures = set()
    for shape in ("disc", "half", "ring", "cross", "triangle"):
        image = QImage(16, 16, QImage.Format.Format_Grayscale8)
        image.fill(255)
        painter = QPainter(image)
        paint_mark(painter, QRect(0, 0, 16, 16), shape, "#000000")
        painter.end()
        pictures.add(bytes(image.constBits()))
    assert len(pictures) == 5


def test_an_answer_arrives_on_the_gui_thread(context: Context) -> None:
    seen: list[object] = []
    context.tasks.run(threading.get_ident, lambda worker: seen.extend((worker, threading.get_ident())))
    assert context.tasks.drain()
    assert seen[0] != threading.get_ident()
    assert seen[1] == threading.get_ident()


def test_the_database_has_one_worker_and_the_rest_two(context: Context) -> None:
    lanes: dict[str, set[int]] = {"database": set(), OTHER: set()}
    for lane in lanes:
        for _n in range(20):
            context.tasks.run(threading.get_ident, lanes[lane].add, lane=lane)
    assert context.tasks.drain()
    assert len(lanes["database"]) == 1
    assert len(lanes[OTHER]) <= 2


def test_an_answer_for_a_closed_page_is_dropped(context: Context, qtbot: QtBot) -> None:
    gate = threading.Event()
    seen: list[object] = []
    owner = QObject()
    context.tasks.run(lambda: gate.wait(5), seen.append, owner=owner)
    owner.deleteLater()
    qtbot.wait(1)
    gate.set()
    assert context.tasks.drain()
    assert seen == []


def test_a_failure_goes_to_its_handler(context: Context) -> None:
    seen: list[Exception] = []

    def fail() -> None:
        raise EnvironmentFault("磁盘满了", "请清理")

    context.tasks.run(fail, lambda _none: None, seen.append)
    assert context.tasks.drain()
    assert str(seen[0]) == "磁盘满了 请清理"


def test_a_failure_without_handler_is_reported(context: Context, asked) -> None:
    asked.answer("report", None)
    context.tasks.run(lambda: 1 // 0, print)
    assert context.tasks.drain()
    assert isinstance(asked.shown[0][1], ZeroDivisionError)


def test_only_long_work_is_shown(context: Context, qtbot: QtBot) -> None:
    said: list[bool] = []
    context.tasks.busy.connect(said.append)
    context.tasks.run(lambda: None, lambda _none: None)
    assert context.tasks.drain()
    assert said == []
    gate = threading.Event()
    context.tasks.run(lambda: gate.wait(5), lambda _none: None)
    qtbot.waitUntil(lambda: said == [True], timeout=2000)
    gate.set()
    assert context.tasks.drain()
    assert said == [True, False]


def test_a_closed_runner_takes_no_work(app: QApplication) -> None:
    tasks = Tasks()
    assert tasks.close()
    tasks.run(lambda: None, lambda _none: pytest.fail("ran"))
    assert tasks.pending == 0


def test_progress_reports_across_threads_and_can_be_cancelled(context: Context) -> None:
    progress, seen = Progress(), []
    progress.moved.connect(seen.append)

    def work() -> bool:
        progress.report(1, 3, "第一步")
        return progress.cancelled

    progress.cancel()
    answers: list[bool] = []
    context.tasks.run(work, answers.append)
    assert context.tasks.drain()
    assert answers == [True]
    assert [(step.done, step.total, step.text) for step in seen] == [(1, 3, "第一步")]


def test_a_refusal_is_said_in_plain_words() -> None:
    error = Refusal(Fault("name", "名称：必须填写", "请填写“名称”"), Fault("area", "面积：应为数字", ""))
    assert dialogs.message(error) == ("名称：必须填写\n面积：应为数字", "请填写“名称”")


def test_a_bug_is_said_calmly() -> None:
    what, mend = dialogs.message(KeyError("slot"))
    assert "slot" not in what + mend
    assert "日志" in mend


def test_a_reason_is_never_empty(app: QApplication, qtbot: QtBot) -> None:
    sheet = dialogs._Line(None, "取消预约", "理由", "", needed="请写明理由", yes="取消预约")
    sheet.show()
    sheet.accept()
    assert sheet.isVisible()
    assert sheet.fault.text() == "请写明理由"
    sheet.line.setText("  下雨 ")
    sheet.accept()
    assert sheet.value == "下雨"


class _Page(Page):
    name, title = "probe", "今日"
    listens_to = frozenset({"booking"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.refreshed = 0

    def refresh(self) -> None:
        self.refreshed += 1


def test_a_page_reloads_when_shown_and_when_its_kinds_change(context: Context, qtbot: QtBot) -> None:
    page = _Page(context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.refreshed == 1)
    context.wrote({"venue"})
    context.wrote({"booking"})
    context.wrote({"booking", "venue"})
    qtbot.waitUntil(lambda: page.refreshed == 2)
    page.hide()
    context.wrote({"booking"})
    qtbot.wait(10)
    assert page.refreshed == 2
    page.show()
    qtbot.waitUntil(lambda: page.refreshed == 3)


def test_a_page_has_its_actions_at_the_right(context: Context, qtbot: QtBot) -> None:
    page = _Page(context)
    qtbot.addWidget(page)
    page.resize(900, 600)
    first, second = page.button("新建", icon="plus"), page.button("打印", icon="printer")
    page.set_actions(first, [second])
    page.show()
    assert second.x() < first.x()
    assert first.property("look") == "primary"
    assert first.geometry().right() <= page.width() - page.theme.px(24)


def test_the_context_tells_what_was_written_and_where_to_go(context: Context) -> None:
    changed, said, ways = [], [], []
    context.changed.connect(changed.append)
    context.said.connect(said.append)
    context.navigate.connect(ways.append)
    context.wrote({"booking"}, "已保存", 7)
    context.open_record("booking", "x")
    context.new_record("venue", {"name": "一楼"})
    context.open_page("calendar", day="2026-11-24")
    context.back()
    assert changed == [frozenset({"booking"})]
    assert said == [Said("已保存", 7)]
    assert ways == [
        Goto("form", {"kind": "booking", "record_id": "x"}),
        Goto("form", {"kind": "venue", "values": {"name": "一楼"}}),
        Goto("calendar", {"day": "2026-11-24"}),
        Goto("back", {}),
    ]


def test_undo_takes_back_the_last_write(context: Context) -> None:
    from app.services import reading, writing

    saved = writing.save(context.office, "venue", {"name": "一楼大厅"})
    said: list[Said] = []
    context.said.connect(said.append)
    context.undo(saved.op)
    assert context.tasks.drain()
    assert reading.count(context.office, "venue") == 0
    assert said[0].text == "已撤销 1 条"


def test_an_empty_list_offers_a_way_on(context: Context, qtbot: QtBot) -> None:
    page = _Page(context)
    qtbot.addWidget(page)
    offered = page.button("新建预约")
    holder = page.empty_state("还没有预约。", offered)
    page.body.addWidget(holder)
    assert isinstance(holder, QWidget)
    assert offered.parent() is holder
