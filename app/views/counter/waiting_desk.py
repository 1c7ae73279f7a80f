"""Somebody on the waiting list of a room: accept what is held for them, or leave."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from app.services import slot_waiting
from app.services.times import say_day, say_time
from app.text import _
from app.views.counter.steps import StepBar
from app.views.records.form_jobs import Loaded


class WaitingDesk(StepBar):
    """The row above the form of a place on the waiting list."""

    labels: ClassVar[Mapping[str, tuple[str, str]]] = {
        "accept": ("接受，成为预约", "check"),
        "leave": ("退出候补", "x"),
    }

    def about(self, found: Loaded) -> None:
        """How it stands: waiting, held until a deadline, or over."""
        row = found.row
        if row is None or self.page.read_only:
            self.hide()
            return
        status, now = str(row.values.get("status") or ""), self.context.office.now
        until = str(row.values.get("offer_until") or "")
        words, steps = row.display("status"), ()
        if status == "offered" and until > now:
            words = _("为其保留到 {day} {time}", day=say_day(until), time=say_time(until))
            steps = ("accept", "leave")
        elif status == "offered":
            words = _("保留已过期，让给下一家")
            status = "expired"
        elif status == "waiting":
            steps = ("leave",)
        self.show_steps(status, words, steps)

    def take(self, step: str) -> None:
        """Accept or leave."""
        record = self.page.record_id or ""
        if step == "accept":
            self.do(partial(slot_waiting.accept, self.context.office, record), _("已接受，预约成立"))
        else:
            self.do(partial(slot_waiting.leave, self.context.office, record), _("已退出候补"))
