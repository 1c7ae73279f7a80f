"""F1: which page of the help belongs to where somebody is.

A window, page, sheet or part of one says so in ``help_topic``: ``page`` or ``page#heading`` of ``resources/help``. What
says nothing has the topic of what it lies in.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

KIND_TOPICS: Final = MappingProxyType(
    {
        "booking": "booking",
        "booking_series": "series",
        "slot_waiting": "booking#候补",
        "key_handover": "booking#押金和钥匙",
        "venue": "venues",
        "equipment": "venues#设备",
        "closure": "closing",
        "quota": "venues#预约额度",
        "calendar_day": "closing#节假日与调休",
        "service_case": "service",
        "organization": "organizations",
        "team": "organizations#群众团队",
        "training": "training",
        "enrolment": "training#登记报名",
        "activity": "activity",
        "participant": "activity#登记参加人",
        "notice": "notices",
        "policy": "notices",
        "user": "people",
        "center": "settings#中心资料",
    }
)


def kind_topic(kind: str) -> str:
    """The page about records of ``kind``; the one about lists and forms where it has none of its own."""
    return KIND_TOPICS.get(kind, "lists")


def topic_at(widget: QWidget | None) -> str:
    """The topic of ``widget``, or of the nearest it lies in that has one; "" where none has."""
    while widget is not None:
        topic = getattr(widget, "help_topic", "")
        if topic:
            return topic
        widget = widget.parentWidget()
    return ""


def answer_f1(window: QWidget) -> None:
    """Let F1 anywhere in ``window`` open the help at the page of where the focus is."""

    def ask() -> None:
        show_help(window, topic_at(window.focusWidget() or window))

    QShortcut(QKeySequence("F1"), window, ask)


def show_help(window: QWidget, topic: str = "") -> None:
    """Open the help beside ``window`` at ``topic``; at the contents without one. It is not modal, belongs to
    ``window`` and goes with it: so it can be used beside a dialog too."""
    from app.views.help.window import HelpWindow

    found = window.findChild(HelpWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
    shown = found if found is not None else HelpWindow(window)
    shown.open(topic or "contents")
    shown.present()
