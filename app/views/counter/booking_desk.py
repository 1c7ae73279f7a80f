"""A booking at the counter: how it stands, and quiet buttons for what can be done with it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Slot

from app.errors import Fault
from app.models.registry import KINDS
from app.services import counter
from app.services.desk import Desk, desk
from app.text import _
from app.views import dialogs
from app.views.counter.offers import Offers
from app.views.counter.steps import StepBar
from app.views.records.ask_sheet import AskSheet, Job
from app.views.records.editors import TextEditor
from app.views.records.form_jobs import Loaded
from app.views.records.form_page import FormPage
from app.views.records.quick_new import QuickNew
from app.views.series.occurrence import Occurrence, repeat

LEAVING = ("actual_headcount", "condition", "cleanliness", "damage")
HANDED = ("keys", "person_name", "person_phone", "due_at")
KEPT = ("deposit_kept", "deposit_reason")


class BookingDesk(StepBar):
    """The row above a booking's form; beside a refused one, what is free instead."""

    help_topic = "booking#到场和离场"

    labels: ClassVar[Mapping[str, tuple[str, str]]] = {
        "approve": ("批准", "check"),
        "reject": ("不批准…", "x"),
        "check_in": ("到场", "check"),
        "no_show": ("记爽约", "x"),
        "check_out": ("离场…", "log-out"),
        "take_deposit": ("收押金", "download"),
        "return_deposit": ("退押金…", "upload"),
        "hand_key": ("借出钥匙…", "key"),
        "key_back": ("还钥匙", "key"),
        "add_equipment": ("加设备…", "plus"),
        "series": ("系列…", "calendar-days"),
        "repeat": ("每周重复…", "calendar-days"),
        "cancel": ("取消预约…", "trash-2"),
    }

    def __init__(self, page: FormPage) -> None:
        super().__init__(page)
        self.desk: Desk | None = None
        self.offers = Offers(page)
        self.context.watch.minute.connect(self._minute)

    def about(self, found: Loaded) -> None:
        """Ask how it stands; a new booking has nothing yet."""
        self.offers.clear()
        if found.row is None and found.values.get("status") == "checked_in":
            self.show_steps("checked_in", _("现场使用：保存后即为使用中"), ())
        elif found.row is None:
            self.show_steps("", _("只约一次；定期来的，可以一次约好一个系列"), ("repeat",))
        if found.row is None or self.page.read_only:
            self.setVisible(found.row is None and bool(self.words.text()))
            return
        self._look()

    def _look(self) -> None:
        if self.page.row is not None:
            self.context.tasks.run(partial(desk, self.context.office, self.page.row), self._stands, owner=self)

    @Slot()
    def _minute(self) -> None:
        """Who was to come is late now."""
        if self.isVisible() and self.desk is not None:
            self._look()

    def _stands(self, found: Desk) -> None:
        self.desk = found
        keys = "、".join(found.keys.values())
        words = [found.word, found.deposit, _("钥匙未还：{keys}", keys=keys) if keys else ""]
        steps = list(found.steps)
        if "cancel" in steps and self.page.row is not None and self.page.row.values.get("series"):
            steps.insert(-1, "series")
        self.show_steps(found.mark, "　".join(word for word in words if word), steps)

    def refused(self, faults: Sequence[Fault]) -> None:
        """What is free instead is asked for, and the waiting list offered."""
        self.offers.refused(faults)

    def edited(self) -> None:
        """What was offered answered other words."""
        super().edited()
        if "repeat" in self.buttons:  # what is typed goes along
            self.buttons["repeat"].setEnabled(True)
            self.buttons["repeat"].setToolTip("")
        self.offers.clear()

    def take(self, step: str) -> None:
        """Do a step, or ask what it needs first."""
        office, booking = self.context.office, self.page.record_id or ""
        if step == "approve":
            self.do(partial(counter.approve, office, booking), _("已批准"))
        elif step == "check_in":
            self.do(partial(counter.check_in, office, booking), _("已办理到场"))
        elif step == "no_show":
            self.do(partial(counter.no_show, office, booking), _("已记爽约"))
        elif step == "take_deposit":
            self.do(partial(counter.take_deposit, office, booking), _("已收押金"))
        elif step == "key_back" and self.desk is not None:
            self.do(partial(counter.key_back, office, next(iter(self.desk.keys))), _("钥匙已还"))
        elif step == "repeat":
            repeat(self.page)
        elif step == "series" or (step == "cancel" and "series" in self.buttons):
            Occurrence(self).take(step)
        elif step in ("reject", "cancel"):
            self._with_reason(step)
        elif step == "add_equipment":
            QuickNew(self.page, self.context, KINDS["booking_equipment"], given={"booking": booking}).run()
        else:
            self._ask(step)

    def _with_reason(self, step: str) -> None:
        office, booking = self.context.office, self.page.record_id or ""
        title = _("取消这个预约？") if step == "cancel" else _("不批准这个申请？")
        text = _("请写明理由，会记在预约上。")
        reason = dialogs.ask_reason(self.page, title, text, yes=_("取消预约") if step == "cancel" else _("不批准"))
        if reason and step == "cancel":
            self.do(partial(counter.cancel, office, [booking], reason), _("已取消预约"))
        elif reason:
            self.do(partial(counter.reject, office, booking, reason), _("已不批准"))

    def _ask(self, step: str) -> None:
        """The small sheets: leaving, the deposit back, keys out."""
        office, booking, row = self.context.office, self.page.record_id or "", self.page.row
        values = row.values if row is not None else {}
        if step == "check_out":
            begun = {"actual_headcount": values.get("headcount"), "condition": "good", "cleanliness": "clean"}
            self._sheet(
                _("离场"), _("办理离场"), "booking", LEAVING, begun,
                lambda v: counter.check_out(
                    office, booking, headcount=v.get("actual_headcount"), condition=v.get("condition") or "good",
                    cleanliness=v.get("cleanliness") or "clean", damage=v.get("damage"),
                ),
                _("已办理离场"),
            )  # fmt: skip
        elif step == "return_deposit":
            self._sheet(
                _("退押金"), _("退还"), "booking", KEPT, {},
                lambda v: counter.return_deposit(
                    office, booking, kept=v.get("deposit_kept"), reason=v.get("deposit_reason") or ""
                ),
                _("已退押金"),
            )  # fmt: skip
        elif step == "hand_key":
            begun = {"due_at": values.get("end")}
            self._sheet(
                _("借出钥匙"), _("借出"), "key_handover", HANDED, begun,
                lambda v: counter.hand_key(
                    office, booking, v.get("keys") or "", person_name=v.get("person_name"),
                    person_phone=v.get("person_phone"), due_at=v.get("due_at"),
                ),
                _("钥匙已借出"), optional=("person_name", "due_at"),
            )  # fmt: skip

    def _sheet(
        self, title: str, yes: str, kind: str, names: Sequence[str], values: Mapping[str, object], job: Job, words: str,
        optional: Sequence[str] = (),
    ) -> None:  # fmt: skip
        sheet = AskSheet(self.page, self.context, title, yes, KINDS[kind], names, values, job, optional=optional)
        name = sheet.form.boxes.get("person_name")
        if name is not None and isinstance(name.editor, TextEditor) and self.page.row is not None:
            contact = self.page.row.display("contact_name", masked=True)
            name.editor.line.setPlaceholderText(_("不填为预约的负责人 {name}", name=contact) if contact else "")
        if sheet.run() and sheet.answer is not None:
            self.did(words, sheet.answer)
