"""Fixtures of the views: an offscreen program, a context over a real workspace, and no dialog or Qt message unasked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("QT_IM_MODULE", None)

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views import dialogs
from app.views.context import Context
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.workspace import Workspace

HARMLESS = ("This plugin does not support",)
"""What the offscreen platform says of itself."""


class Dialogs:
    """Stands in for the dialogs: ``answer`` what is expected; anything else fails the test."""

    def __init__(self) -> None:
        self.expected: dict[str, list[Any]] = {}
        self.shown: list[tuple[Any, ...]] = []
        self.unasked: list[tuple[Any, ...]] = []

    def answer(self, name: str, *answers: Any) -> None:
        """``name`` (confirm, inform, report, ask_text, Sheet.run, ...) will be shown once for each answer."""
        self.expected.setdefault(name, []).extend(answers)

    def show(self, name: str, *arguments: Any) -> Any:
        words = tuple(one for one in arguments if isinstance(one, (str, Exception)))
        self.shown.append((name, *words))
        if self.expected.get(name):
            answer = self.expected[name].pop(0)
            return answer(*arguments) if callable(answer) else answer
        self.unasked.append((name, *words))
        return None


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dialogs]:
    """The dialogs of this test; one that comes unasked fails it."""
    fake = Dialogs()

    def stand_in(name: str) -> Callable[..., Any]:
        return lambda *arguments, **_options: fake.show(name, *arguments)

    for name in ("confirm", "inform", "report", "ask_text", "ask_reason", "choose_one", "choose_printer",
                 "choose_open_file", "choose_save_file", "choose_folder"):  # fmt: skip
        monkeypatch.setattr(dialogs, name, stand_in(name))
    monkeypatch.setattr(dialogs.Sheet, "run", lambda sheet: fake.show("Sheet.run", sheet))
    yield fake
    assert not fake.unasked, f"a dialog came unasked: {fake.unasked}"
    assert not any(fake.expected.values()), f"a dialog did not come: {fake.expected}"


@pytest.fixture(autouse=True)
def _quiet_qt() -> Iterator[None]:
    """Anything that Qt prints fails the test."""
    said: list[str] = []

    def keep(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and not text.startswith(HARMLESS):
            said.append(text)

    before = qInstallMessageHandler(keep)
    yield
    qInstallMessageHandler(before)
    assert not said, f"Qt said: {said}"


@pytest.fixture(scope="session")
def theme() -> Theme:
    return Theme()


@pytest.fixture
def app(qapp: QApplication, theme: Theme) -> QApplication:
    """The dressed application."""
    if qapp.styleSheet() != theme.stylesheet():
        theme.apply(qapp)
    return qapp


@pytest.fixture
def context(app: QApplication, workspace: Workspace, qtbot: QtBot) -> Iterator[Context]:
    """A context over a fresh workspace; waits for the background on the way out."""
    tasks = Tasks()
    made = Context(workspace, tasks, Theme(), "王小明")
    yield made
    finished = tasks.close(10_000)
    made.deleteLater()
    assert finished, "background work did not end"
