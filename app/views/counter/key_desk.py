"""Keys that were handed out: they come back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from app.services import counter
from app.services.times import say_day, say_time
from app.text import _
from app.views.counter.steps import StepBar
from app.views.records.form_jobs import Loaded


class KeyDesk(StepBar):
    """The row above the form of a handover."""

    labels: ClassVar[Mapping[str, tuple[str, str]]] = {"back": ("还钥匙", "key")}

    def about(self, found: Loaded) -> None:
        """Out, overdue, or back."""
        row = found.row
        if row is None or self.page.read_only:
            self.hide()
            return
        back, due, now = row.values.get("back_at"), str(row.values.get("due_at") or ""), self.context.office.now
        if back:
            self.show_steps("closed", _("{day} {time} 已归还", day=say_day(str(back)), time=say_time(str(back))), ())
        elif due and due < now:
            words = _("应于 {day} {time} 归还，已逾期", day=say_day(due), time=say_time(due))
            self.show_steps("overdue", words, ("back",))
        else:
            self.show_steps("confirmed", _("钥匙在外"), ("back",))

    def take(self, step: str) -> None:
        """It is back."""
        self.do(partial(counter.key_back, self.context.office, self.page.record_id or ""), _("钥匙已还"))
