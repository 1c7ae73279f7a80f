"""What a kind has on its form page besides the form: one widget above it, made by the kind's own part of the program."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from app.errors import Fault

if TYPE_CHECKING:
    from app.views.records.form_jobs import Loaded
    from app.views.records.form_page import FormPage

EXTRAS: Final = MappingProxyType(
    {
        "booking_series": ("app.views.series.series_desk", "SeriesDesk"),
        "booking": ("app.views.counter.booking_desk", "BookingDesk"),
        "slot_waiting": ("app.views.counter.waiting_desk", "WaitingDesk"),
        "key_handover": ("app.views.counter.key_desk", "KeyDesk"),
        "user": ("app.views.account_desk", "AccountDesk"),
    }
)


class Extra(QWidget):
    """Base: hidden until there is something to show."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context
        self.hide()

    def about(self, found: Loaded) -> None:
        """A record was loaded, or a new one is begun (its row is None)."""

    def refused(self, faults: Sequence[Fault]) -> None:
        """A save was refused."""

    def edited(self) -> None:
        """Something was typed."""


def extra_for(page: FormPage) -> Extra:
    """The extra of the page's kind; an empty one where it has none."""
    if page.kind.name not in EXTRAS:
        return Extra(page)
    module, name = EXTRAS[page.kind.name]
    made: Any = getattr(importlib.import_module(module), name)
    return made(page)
