"""Changing or cancelling a series: this date, this and later ones, or all; dates changed one by one come first (rules.md 18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from app.errors import Fault, Refusal
from app.models.fields import Misfit
from app.models.registry import KINDS
from app.services import series
from app.services.series import Outcome
from app.services.series_overview import Dated, Overview
from app.services.series_plan import say_date
from app.text import _, listed
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.records.form import RecordForm
from app.views.series.rule_editor import RuleEditor

SCOPES = (("this", "仅这一次"), ("later", "这一次和以后的"), ("all", "全部还没开始的"))
CHANGED = ("purpose", "venue", "start", "end", "headcount")
NAMED = 8


class ScopeSheet(Sheet):
    """Asks which dates. ``answer`` is what came of it, once the sheet was accepted."""

    help_topic = "series#修改和取消"

    follow_words = ""
    """What the box says by which dates that were changed one by one follow; a Chinese message id."""

    def __init__(
        self, parent: QWidget, context: Context, title: str, yes: str, series_id: str, view: Overview, date: str = ""
    ) -> None:
        super().__init__(parent, title, yes)
        self.context, self.series_id, self.view = context, series_id, view
        self.answer: Outcome | None = None
        self.no.setText(_("返回"))
        self.days = QComboBox()
        self.days.setAccessibleName(_("日期"))
        for one in view.ahead:
            self.days.addItem(say_date(one.date), one.date)
        self.days.setCurrentIndex(max(self.days.findData(date), 0))
        self.scopes = QButtonGroup(self)
        row = QHBoxLayout()
        row.addWidget(self.days)
        for at, (code, label) in enumerate(SCOPES):
            one = QRadioButton(_(label))
            one.setProperty("scope", code)
            one.setMinimumHeight(context.theme.px(32))
            self.scopes.addButton(one, at)
            row.addWidget(one)
        row.addStretch(1)
        self.body.addLayout(row)
        self.changed_words = self.add_text("", "second")
        self.follow = QCheckBox(_(self.follow_words))
        self.body.addWidget(self.follow)
        self.fill()
        self.fault = self.add_text("", "fault")
        self.fault.hide()
        self.scopes.button(0 if date else 2).setChecked(True)
        self.scopes.idToggled.connect(self._scoped)
        self.days.currentIndexChanged.connect(self._scoped)
        self._scoped()

    def fill(self) -> None:
        """What a subclass asks besides."""

    @property
    def scope(self) -> str:
        """``this``, ``later`` or ``all``."""
        return str(self.scopes.checkedButton().property("scope"))

    @property
    def day(self) -> Dated | None:
        """The chosen date; None where none is left."""
        found = [one for one in self.view.ahead if one.date == self.days.currentData()]
        return found[0] if found else None

    @Slot()
    def _scoped(self) -> None:
        """Name the dates that were changed one by one and lie in the scope."""
        first = str(self.days.currentData() or "")
        self.days.setEnabled(self.scope != "all")
        changed = [
            one.date for one in self.view.dates
            if one.changed and not one.begun and self.scope != "this" and (self.scope == "all" or one.date >= first)
        ]  # fmt: skip
        names = listed(say_date(one) for one in changed[:NAMED]) + (_("等") if len(changed) > NAMED else "")
        self.changed_words.setText(_("单独改过或取消的日期保持原样：{dates}", dates=names))
        for one in (self.changed_words, self.follow):
            one.setVisible(bool(changed))
        self.yes.setEnabled(self.day is not None)
        self.scoped()
        self.fit()

    def fit(self) -> None:
        """Room for what is shown; of itself a dialog takes two thirds of the screen at most."""
        self.setMinimumWidth(self.context.theme.px(720))
        room = self.layout()
        if room is not None:
            room.activate()
            height = max(room.totalHeightForWidth(self.minimumWidth()), self.sizeHint().height())
            self.resize(self.size().expandedTo(QSize(self.minimumWidth(), height)))

    def scoped(self) -> None:
        """The scope or the date is another one now."""

    def job(self) -> Callable[[], Outcome] | None:
        """What to do; None where something is missing, which is said already."""
        raise NotImplementedError

    @Slot()
    def accept(self) -> None:
        """Do it in the background; a refusal stays here."""
        job = self.job()
        if job is not None:
            self.yes.setEnabled(False)
            self.context.tasks.run(job, self._did, self._refused, owner=self)

    def _did(self, answer: Outcome) -> None:
        self.answer = answer
        super().accept()

    def _refused(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        if isinstance(error, Refusal):
            self.say([f"{fault.error}。{fault.mend}".rstrip("。") for fault in error.faults[:4]])
        else:
            dialogs.report(self, error)

    def say(self, lines: list[str]) -> None:
        """What is wrong, at the foot."""
        self.fault.setText("\n".join(lines))
        self.fault.setVisible(bool(lines))
        self.fit()


class CancelSheet(ScopeSheet):
    """Cancels; the reason is kept on each booking."""

    follow_words = "这些日期也一起取消"

    def fill(self) -> None:
        """The reason."""
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("取消的理由，会记在每次预约上"))
        self.reason.setAccessibleName(_("取消的理由"))
        self.body.addWidget(self.reason)

    def job(self) -> Callable[[], Outcome] | None:
        """Cancel, for the reason given."""
        reason = self.reason.text().strip()
        if not reason:
            self.say([_("请写明取消的理由")])
            self.reason.setFocus()
            return None
        date = self.day.date if self.day is not None and self.scope != "all" else ""
        return partial(
            series.cancel, self.context.office, self.series_id, self.scope, date, reason,
            overwrite=self.follow.isChecked(),
        )  # fmt: skip


class EditSheet(ScopeSheet):
    """Another room, time, rule or purpose."""

    follow_words = "这些日期也一起改"

    def __init__(
        self, parent: QWidget, context: Context, series_id: str, view: Overview, values: Mapping[str, Any],
        titles: Mapping[str, str], date: str = "",
    ) -> None:  # fmt: skip
        self.values, self.titles = dict(values), dict(titles)
        super().__init__(parent, context, _("修改系列"), _("修改"), series_id, view, date)

    def fill(self) -> None:
        """The fields, and the rule where it shall change."""
        self.form = RecordForm(self.context, KINDS["booking_series"], CHANGED)
        self.form.setMinimumWidth(self.context.theme.px(640))
        self.form.start_new({name: self.values.get(name) for name in CHANGED}, self.titles)
        self.form.arrange(2)
        self.body.addWidget(self.form)
        self.rules = QCheckBox(_("改重复规则"))
        self.rules.toggled.connect(self._scoped)
        self.body.addWidget(self.rules)
        self.rule = RuleEditor(self.context.theme, self.context.office.clock().date())
        self.body.addWidget(self.rule)
        self.form.changed.connect(self._edited)
        self.lenient = QCheckBox(_("不能改的日期保持原样，其余照改"))
        self.body.addWidget(self.lenient)

    def scoped(self) -> None:
        """The time of the chosen date stands in the form."""
        whole = self.scope != "this"
        self.rules.setVisible(whole)
        self.lenient.setVisible(whole)
        self.rule.setVisible(whole and self.rules.isChecked())
        if self.day is not None and not self.rule.isVisible():
            for name, moment in (("start", self.day.start), ("end", self.day.end)):
                if self._typed().get(name) == self.values.get(name):
                    self.form.boxes[name].editor.set_value(moment)  # type: ignore[attr-defined]
                self.values[name] = moment
        self._edited()

    def _typed(self) -> dict[str, Any]:
        return self.form.read()[0]

    @Slot()
    def _edited(self) -> None:
        self.rule.set_start(str(self._typed().get("start") or ""))

    def job(self) -> Callable[[], Outcome] | None:
        """Change what was changed here."""
        typed, faults = self.form.read()
        faults += self.form.missing()
        wanted = {name: value for name, value in typed.items() if value != self.values.get(name)}
        if wanted.keys() & {"start", "end"}:
            wanted |= {name: typed.get(name) for name in ("start", "end")}
        if self.scope != "this" and self.rules.isChecked():
            try:
                wanted |= {"rule": self.rule.value(), "start": typed.get("start"), "end": typed.get("end")}
            except Misfit as misfit:
                faults.append(Fault("rule", misfit.error, misfit.mend))
        if faults or not wanted:
            rest = self.form.show_faults(faults)
            self.say([f"{fault.error}。{fault.mend}" for fault in rest] or ([] if faults else [_("还没有改什么")]))
            return None
        assert self.day is not None
        return partial(
            series.edit, self.context.office, self.series_id, self.scope, self.day.date, wanted,
            overwrite=self.follow.isChecked(), on_taken="skip" if self.lenient.isChecked() else "refuse",
        )  # fmt: skip
