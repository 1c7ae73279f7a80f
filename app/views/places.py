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
    beside: tuple[Place, ...] = ()
    """Places that have no entry of their own: this place and they are tabs of one another."""

    @property
    def tabs(self) -> tuple[Place, ...]:
        """This place and those beside it, or nothing where there are none."""
        return (self, *self.beside) if self.beside else ()


def _list(kind: str, label: str, icon: str, *beside: Place) -> Place:
    return Place(kind, label, icon, "list", MappingProxyType({"kind": kind}), beside)


GROUPS: Final = (
    (
        Place("today", "今日", "house", "today"),
        Place("calendar", "场地日历", "calendar-days", "calendar"),
        _list(
            "booking",
            "场地预约",
            "calendar-check",
            _list("booking_series", "系列预约", "calendar-days"),
            _list("slot_waiting", "场地候补", "clock"),
            _list("key_handover", "钥匙交接", "key"),
        ),
        _list(
            "venue",
            "场地",
            "door-open",
            _list("equipment", "设备", "monitor"),
            _list("closure", "停用与例外开放", "lock"),
            _list("quota", "预约额度", "list"),
            _list("calendar_day", "节假日与调休", "calendar-days"),
        ),
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
        Place("pictures", "统计图", "chart-column", "pictures"),
        Place("todo", "待处理", "triangle-alert", "todo"),
        Place("bin", "回收站", "trash-2", "bin"),
        Place("sync", "同步", "refresh-cw", "sync"),
        Place("settings", "设置", "settings", "settings"),
    ),
)
PLACES: Final = tuple(place for group in GROUPS for place in group)
"""The entries of the navigation."""
EVERYWHERE: Final = tuple(one for place in PLACES for one in (place.tabs or (place,)))
"""Every place, those beside an entry after it."""
PARTS: Final = frozenset({"booking_equipment", "fee_line", "quota_venue"})
"""Kinds that have no place: they are parts of a record and made and found in its form."""

MODULES: Final = MappingProxyType(
    {
        "today": ("app.views.today_page", "TodayPage"),
        "calendar": ("app.views.calendar.page", "CalendarPage"),
        "list": ("app.views.records.list_page", "ListPage"),
        "form": ("app.views.records.form_page", "FormPage"),
        "pictures": ("app.views.pictures.page", "PicturesPage"),
        "todo": ("app.views.records.todo_page", "TodoPage"),
        "held": ("app.views.records.held_page", "HeldPage"),
        "bin": ("app.views.records.bin_page", "BinPage"),
        "import": ("app.views.records.import_page", "ImportPage"),
        "sync": ("app.views.sync_page", "SyncPage"),
        "series": ("app.views.series.new_page", "SeriesPage"),
        "renew": ("app.views.series.renew_page", "RenewPage"),
        "closing": ("app.views.counter.closing_page", "ClosingPage"),
        "settings": ("app.views.settings_page", "SettingsPage"),
        "audit": ("app.views.audit_page", "AuditPage"),
        "person": ("app.views.person_page", "PersonPage"),
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


def entry_of(key: str) -> Place | None:
    """The entry of the navigation under which the place or page called ``key`` is found."""
    return next((place for place in PLACES if key in (place.key, *(one.key for one in place.beside))), None)


def name_of(place: Place) -> str:
    """How the navigation calls a place."""
    from app.text import _

    return _(place.label)
