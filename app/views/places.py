"""Places: every page of the program, where its class lies, and the order of the navigation."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from app.views.context import Context
from app.views.page import Page


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: ``page`` with ``arguments``. Its name is a Chinese message id."""

    key: str
    label: str
    icon: str
    page: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def _list(kind: str, label: str, icon: str) -> Place:
    return Place(kind, label, icon, "list", MappingProxyType({"kind": kind}))


GROUPS: Final = (
    (
        Place("today", "今日", "house", "today"),
        Place("calendar", "场地日历", "calendar-days", "calendar"),
        _list("booking", "场地预约", "calendar-check"),
        _list("venue", "场地", "door-open"),
    ),
    (
        _list("service_case", "服务记录", "clipboard-list"),
        _list("organization", "社会组织", "building-2"),
        _list("team", "群众团队", "users"),
    ),
    (
        _list("training", "培训", "graduation-cap"),
        _list("enrolment", "培训报名", "pencil"),
        _list("activity", "社区活动", "party-popper"),
        _list("participant", "活动参加人", "user"),
    ),
    (
        _list("notice", "通知", "info"),
        _list("policy", "政策", "file-text"),
    ),
    (
        Place("todo", "待处理", "triangle-alert", "todo"),
        Place("bin", "回收站", "trash-2", "bin"),
        Place("sync", "同步", "refresh-cw", "sync"),
        Place("settings", "设置", "settings", "settings"),
    ),
)
PLACES: Final = tuple(place for group in GROUPS for place in group)

MODULES: Final = MappingProxyType(
    {
        "today": ("app.views.today_page", "TodayPage"),
        "calendar": ("app.views.calendar.page", "CalendarPage"),
        "list": ("app.views.records.list_page", "ListPage"),
        "form": ("app.views.records.form_page", "FormPage"),
        "todo": ("app.views.records.todo_page", "TodoPage"),
        "held": ("app.views.records.held_page", "HeldPage"),
        "bin": ("app.views.records.bin_page", "BinPage"),
        "import": ("app.views.records.import_page", "ImportPage"),
        "sync": ("app.views.sync_page", "SyncPage"),
        "settings": ("app.views.settings_page", "SettingsPage"),
    }
)


def page_class(name: str) -> Any:
    """The class of the page called ``name``, imported now; a plain page says so where it is not in this version."""
    module, class_name = MODULES[name]
    try:
        return getattr(importlib.import_module(module), class_name)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return MissingPage


class MissingPage(Page):
    """Stands where a page is not part of this version."""

    title = "这一页还没有"

    def __init__(self, context: Context, *_arguments: Any, **_named: Any) -> None:
        super().__init__(context)
        from app.text import _

        back = self.button(_("返回"), context.back, icon="arrow-left")
        self.body.addWidget(self.empty_state(_("这一页在这个版本里还没有。"), back))


def name_of(place: Place) -> str:
    """How the navigation calls a place."""
    from app.text import _

    return _(place.label)
