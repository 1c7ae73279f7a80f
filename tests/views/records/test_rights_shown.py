"""What the pages offer follows the rights of who is at the desk, and nothing personal is shown unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.models.registry import KINDS
from app.services import reading, signing_in
from app.services.auditing import audit
from app.services.people import people
from app.services.writing import save, set_deleted
from app.views.account_desk import AccountDesk
from app.views.audit_page import AuditPage
from app.views.context import Context
from app.views.palette import actions, look_up
from app.views.places import EVERYWHERE, page_class
from app.views.records.form_page import FormPage
from app.views.records.history_panel import HistoryPanel
from app.views.records.list_page import ListPage
from app.views.settings_page import SettingsPage
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.workspace import Workspace
from tests.planted import NAME, PHONE, plant, told


@pytest.fixture
def as_role(app: Any, workspace: Workspace) -> Iterator[Callable[[str], Context]]:
    """A context with a person of a role at the desk."""
    made: list[Context] = []

    def begin(role: str) -> Context:
        name = {"viewer": "孙洁", "front_desk": "前台甲", "staff": "李红"}[role]
        user = save(workspace.office, "user", {"name": name, "role": role}).id
        made.append(Context(workspace, Tasks(), Theme(), name, user=user))
        return made[-1]

    yield begin
    for one in made:
        assert one.tasks.close(10_000)
        one.deleteLater()


def rest(context: Context) -> None:
    from PySide6.QtWidgets import QApplication

    for _round in range(5):
        QApplication.processEvents()
        assert context.tasks.drain()
    QApplication.processEvents()


def open_page(page: QWidget, qtbot: Any) -> Any:
    qtbot.addWidget(page)
    page.resize(1198, 728)
    page.show()
    rest(page.context)  # type: ignore[attr-defined]
    return page


def words(page: QWidget) -> Iterator[str]:
    """Every text that a person can read on a page, tooltips and what is read aloud among it."""
    for one in (page, *page.findChildren(QWidget)):
        if not one.isVisibleTo(page):
            continue
        yield from (one.windowTitle(), one.toolTip(), one.accessibleName(), one.accessibleDescription())
        if isinstance(one, (QLabel, QLineEdit, QAbstractButton)):
            yield one.text()
        elif isinstance(one, (QTextEdit, QPlainTextEdit)):
            yield one.toPlainText()
        elif isinstance(one, QAbstractItemView) and one.model() is not None:
            model = one.model()
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
            for row in range(model.rowCount()):
                for column in range(model.columnCount()):
                    yield from (str(model.index(row, column).data(role) or "") for role in roles)


def test_a_viewer_is_offered_nothing_that_would_be_refused(as_role: Any, workspace: Workspace, qtbot: Any) -> None:
    made = save(workspace.office, "team", {"name": "合唱队", "leader_phone": PHONE}).id
    context = as_role("viewer")
    page = open_page(ListPage(context, "team"), qtbot)
    page.table.selectRow(0)
    buttons = {one.text(): one for one in page.findChildren(QAbstractButton)}
    for name in ("新建群众活动团队", "打印列表", "批量修改…", "删除"):
        assert not buttons[name].isEnabled()
        assert "请由" in buttons[name].toolTip()
    assert not buttons["显示个人信息"].isVisible()
    assert not any(action.isEnabled() for action in page.tables.menu.actions() if action.text())
    form = open_page(FormPage(context, "team", made), qtbot)
    assert not form.save_button.isEnabled()
    assert "只读人员不能办理窗口业务" in " ".join(words(form))
    assert not any(
        one.accessibleName().startswith("显示") for one in form.findChildren(QAbstractButton) if one.isVisible()
    )
    assert not [one for one in actions(context.duty) if one.title.startswith("新建")]
    said: list[Any] = []
    context.said.connect(said.append)
    context.new_record("booking")
    assert "请由" in said[0].text
    settings = open_page(SettingsPage(context), qtbot)
    shut = {one.text() for one in settings.findChildren(QAbstractButton) if not one.isEnabled()}
    assert shut >= {"操作记录", "一个人的信息…", "现在备份", "开具恢复单"}


def test_staff_are_offered_their_work_but_no_settings(as_role: Any, workspace: Workspace, qtbot: Any) -> None:
    save(workspace.office, "venue", {"name": "一楼大厅"})
    context = as_role("staff")
    page = open_page(ListPage(context, "team"), qtbot)
    buttons = {one.text(): one for one in page.findChildren(QAbstractButton)}
    assert buttons["新建群众活动团队"].isEnabled()
    assert buttons["打印列表"].isEnabled()
    venue = open_page(FormPage(context, "venue", reading.ids(workspace.office, "venue")[0]), qtbot)
    assert not venue.save_button.isEnabled()
    assert "新建场地" not in [one.title for one in actions(context.duty)]
    assert "新建场地预约" in [one.title for one in actions(context.duty)]


def test_the_front_desk_sees_a_number_on_demand_and_that_is_written_down(
    as_role: Any, workspace: Workspace, qtbot: Any
) -> None:
    made = save(workspace.office, "team", {"name": "合唱队", "leader_phone": PHONE, "leader_party": "member"}).id
    context = as_role("front_desk")
    form = open_page(FormPage(context, "team", made), qtbot)
    phone, party = form.form.boxes["leader_phone"], form.form.boxes["leader_party"]
    assert phone.masked
    assert party.masked
    assert phone.revealable
    assert not party.revealable
    phone.pick()
    rest(context)
    assert not phone.masked
    assert party.masked, "what is sensitive stays hidden"
    assert phone.editor.value() == PHONE
    line = audit(workspace.office, acts=("reveal",))[0]
    assert (line.actor, line.id, line.detail) == ("前台甲", made, "负责人联系电话")


@pytest.mark.parametrize("role", ["viewer", "front_desk"])
def test_nothing_personal_is_shown_on_any_page(role: str, as_role: Any, workspace: Workspace, qtbot: Any) -> None:
    planted = plant(workspace.office)
    set_deleted(workspace.office, "participant", [planted["participant"]], True)
    seen = reading.get(workspace.office, "team", planted["team"]).seen
    save(workspace.office, "team", {"leader_phone": "13911112222"}, planted["team"], seen=seen)
    save(workspace.office, "team", {"leader_phone": "13933334444"}, planted["team"], seen=seen)
    workspace.index()
    context, leaks = as_role(role), {}
    kept = []  # a page that is let go while the background works for it takes Qt with it

    def look(name: str, page: QWidget) -> None:
        kept.append(page)
        said = "\n".join(filter(None, words(open_page(page, qtbot))))
        assert said, f"{name} says nothing"
        if found := [*told(said), *(one for one in ("13911112222", "13933334444") if one in said)]:
            leaks[name] = found
        page.hide()

    for place in EVERYWHERE:
        kind = place.arguments.get("kind")
        look(place.key, page_class(place.page)(context, kind) if kind else page_class(place.page)(context))
    for kind, record_id in planted.items():
        look(f"form of {kind}", FormPage(context, kind, record_id))
        look(f"history of {kind}", HistoryPanel(context, KINDS[kind], record_id))
    for typed in (NAME, PHONE):
        found = [(one.title, one.subtitle) for one in look_up(context, typed)]
        if told(found):
            leaks[f"search {typed}"] = told(found)
    assert leaks == {}


def test_an_account_is_deactivated_and_comes_back(
    context: Context, workspace: Workspace, shown: Any, settle: Any
) -> None:
    other = save(context.office, "user", {"name": "李红", "role": "staff"}).id
    page = shown(FormPage(context, "user", other))
    desk: AccountDesk = page.extra
    assert "在用" in desk.words.text()
    desk.toggler.click()
    settle()
    assert [one.name for one in people(workspace.office)] == ["王小明"]
    assert "已停用" in desk.words.text()
    desk.toggler.click()
    settle()
    signing_in.sign_in(workspace.office, other, "")
    mine = shown(FormPage(context, "user", people(workspace.office)[1].id))
    mine.extra.toggler.click()
    settle()
    assert "自己正在使用的账号" in mine.form.boxes["active"].fault()


def test_the_audit_is_read_narrowed_and_leads_to_the_record(
    context: Context, shown: Any, settle: Any, heard: Any
) -> None:
    made = save(context.office, "team", {"name": "合唱队", "leader_phone": PHONE}).id
    from app.services.privacy import reveal

    reveal(context.office, "team", [made])
    signing_in.sign_in(context.office, people(context.office)[0].id, "")
    page = shown(AuditPage(context))
    assert [line.what for line in page.lines] == ["sign_in", "reveal"]
    page.sorts.choose(("seen",))
    page.refresh()
    settle()
    cells = [page.table.item(0, column).text() for column in range(1, 5)]
    assert cells == ["王小明 · 本机", "查看个人信息", "群众活动团队“合唱队”", "负责人联系电话"]
    page.table.cellDoubleClicked.emit(0, 0)
    assert heard.went[-1].arguments == {"kind": "team", "record_id": made}
