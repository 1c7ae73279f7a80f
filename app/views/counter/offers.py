"""Beside a refused booking: what is free instead and the waiting list, each a key away (Alt+1, Alt+2, ...)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.errors import Fault
from app.models.registry import KINDS
from app.services import writing
from app.services.offers import Offer, offers
from app.services.writing import Saved
from app.text import _
from app.views.page import button
from app.views.records.form_page import FormPage

OFFERED_FOR = frozenset({"venue", "start", "end", "slot"})
"""Faults of these fields are about when and where."""
JOINED = tuple(
    name for name in KINDS["slot_waiting"].fields
    if name in KINDS["booking"].fields and not KINDS["booking"].fields[name].system and name != "status"
)  # fmt: skip
"""What a booking that was refused tells the waiting list."""


class Offers(QObject):
    """The offers of one booking form."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context
        self.shown: list[Offer] = []
        self.buttons: list[QPushButton] = []
        self._holder: QWidget | None = None
        self._run = 0

    def clear(self) -> None:
        """Take the offers away."""
        self._run += 1
        self.shown, self.buttons = [], []
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
            self._holder = None

    def refused(self, faults: Sequence[Fault]) -> None:
        """Ask what is free instead, where the fault is the time or the room."""
        self.clear()
        values = self._typed()
        hard = [fault for fault in faults if not fault.policy]
        if values is None or not hard or not all(fault.field in OFFERED_FOR for fault in hard):
            return
        job = partial(offers, self.context.office, values, self.page.record_id or "")
        self.context.tasks.run(job, partial(self._found, self._run, hard[0]), owner=self)

    def _typed(self) -> dict[str, Any] | None:
        """All that stands in the form; None where it is no whole wish."""
        values, faults = self.page.form.read()
        whole = {**self.page.form.loaded, **values}
        return None if faults or not all(whole.get(name) for name in ("venue", "start", "end")) else whole

    def _found(self, run: int, fault: Fault, found: list[Offer]) -> None:
        if run != self._run:
            return
        self.shown = found
        box = self.page.form.boxes.get(fault.field) or self.page.form.boxes["venue"]
        if found:
            box.set_fault(_("{error}。可选：", error=fault.error))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.page.theme.px(2))
        texts = [one.text for one in found]
        if self.page.record_id is None:
            texts.append(_("排候补，空出来时通知"))
        for number, text in enumerate(texts, 1):
            one = button(self.page.theme, _("{text}（Alt+{n}）", text=text, n=number), self._clicked, look="link")
            one.setStyleSheet("text-align: left;")
            one.setShortcut(f"Alt+{number}")
            one.setProperty("offer", number - 1)
            self.buttons.append(one)
            column.addWidget(one)
        layout = box.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addWidget(holder)
        self._holder = holder

    @Slot()
    def _clicked(self) -> None:
        at = int(self.sender().property("offer"))
        if at == len(self.shown):
            self.join()
            return
        offer = self.shown[at]
        form = self.page.form
        form.clear_faults()
        form.put(offer.values, offer.titles)
        self.page.saving.quiet()
        self.clear()
        self.page.save_button.setFocus()

    def join(self) -> None:
        """Put the client on the waiting list for that room at that time."""
        values = self._typed()
        if values is None:
            return
        wish = {name: values[name] for name in JOINED if values.get(name) is not None}
        job = partial(writing.save, self.context.office, "slot_waiting", wish)
        self.context.tasks.run(job, self._joined, self.page.saving.refused, owner=self)

    def _joined(self, saved: Saved) -> None:
        self.page.stop_drafts()
        self.page.ready = False
        words = _("已排入候补，{number}", number=saved.number or "")
        self.context.wrote(frozenset({"slot_waiting"}), words, saved.op)
        self.context.back()
