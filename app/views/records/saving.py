"""Saving a form: only what changed, with what was seen; refusals under the fields, policies with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.errors import Fault, Refusal
from app.services.rights import to_write
from app.text import _, listed
from app.views import dialogs
from app.views.records import form_jobs as jobs
from app.views.records.form_jobs import Written
from app.views.theme import RED, SECOND

if TYPE_CHECKING:
    from app.views.records.form_page import FormPage


class Saving(QObject):
    """The saving of one form page."""

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.page, self.context = page, page.context
        self.another = False
        self.under_way = False

    @property
    def barred(self) -> str:
        """Why the person at the desk may not save such records; empty where they may."""
        return self.context.duty.why(to_write(self.page.kind.name))

    @Slot()
    def save(self) -> None:
        """F6."""
        self._save(another=False)

    @Slot()
    def save_and_start_another(self) -> None:
        """再来一条."""
        self._save(another=True)

    @Slot()
    def override(self) -> None:
        """Save all the same, for the reason written at the foot (rules.md 23)."""
        reason = self.page.reason_line.text().strip()
        if reason:
            self._save(another=self.another, reason=reason)
        else:
            self.page.reason_line.setFocus()

    def _save(self, *, another: bool, reason: str = "") -> None:
        page = self.page
        if not page.ready or page.read_only or self.under_way:
            return
        self.another = another
        values, faults = page.form.read()
        if faults:
            self._show([*faults, *page.form.missing()])
            return
        if not values and page.record_id is not None:
            self.context.back()
            return
        self.quiet()
        page.form.clear_faults()
        self._busy(True)
        seen = page.seen if page.record_id is not None else None
        job = partial(jobs.write, self.context.office, page.kind.name, page.record_id, values, seen, reason)
        page.stop_drafts()
        self.context.tasks.run(job, self._written, self.refused, owner=self)

    def _busy(self, busy: bool) -> None:
        self.under_way = busy
        for one in (self.page.save_button, self.page.again_button):
            one.setEnabled(not busy)

    def _written(self, done: Written) -> None:
        page = self.page
        self._busy(False)
        made = page.record_id is None
        title = page.form_title(done.row)
        words = _("已新建{kind}“{title}”", kind=_(page.kind.label), title=title) if made else _(
            "已保存{kind}“{title}”", kind=_(page.kind.label), title=title
        )  # fmt: skip
        page.ready = False  # our own writing is no news to this form
        notes = "".join(done.saved.notices)
        self.context.wrote(frozenset({page.kind.name}), f"{words}。{notes}" if notes else words, done.saved.op)
        if self.another and not done.row.conflicts:
            page.start_another(done)
        else:
            page.written(done)

    def refused(self, error: Exception) -> None:
        """Say what is wrong beside the fields; what belongs to no field stands at the foot."""
        self._busy(False)
        if isinstance(error, Refusal):
            self._show(list(error.faults))
        else:
            dialogs.report(self.page, error)

    def _show(self, faults: list[Fault]) -> None:
        page = self.page
        self.say(page.form.show_faults(faults), faults)
        page.extra.refused(faults)

    def say(self, rest: Sequence[Fault], faults: Sequence[Fault] = ()) -> None:
        """At the foot: the faults ``rest``, which belong to no field; else how many ``faults`` stand in the fields."""
        page = self.page
        policy = bool(faults) and all(fault.policy for fault in faults)
        if rest:
            text = "\n".join(f"{fault.error}。{fault.mend}".rstrip("。") for fault in rest)
        elif policy:
            text = listed(fault.error for fault in faults)
        else:
            text = _("有 {n} 处要改，已在各项下面写明", n=len(faults))
        page.foot_words.setText(text)
        page.foot_words.setStyleSheet(f"color: {SECOND if policy else RED};")
        for one in (page.override_button, page.reason_line):
            one.setVisible(policy)
        if policy:
            page.reason_line.setFocus()

    def quiet(self) -> None:
        """Something was typed: what was said at the foot is out of date."""
        self.page.foot_words.clear()
        for one in (self.page.override_button, self.page.reason_line):
            one.hide()
        self.page.reason_line.clear()
