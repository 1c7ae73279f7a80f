"""Settling conflicts: every value that was written, who wrote it, when and on which PC; choose one or type a third."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.errors import Refusal
from app.models.record import Kind
from app.services.differing import Choice, Difference, differences
from app.services.office import Office
from app.services.privacy import hidden_fields, shown_to
from app.services.rights import SETTLE, to_write
from app.services.settling import settle
from app.sync.change import Stamp
from app.text import _
from app.views import dialogs
from app.views.context import Context
from app.views.dialogs import Sheet
from app.views.page import button
from app.views.records.form import RecordForm
from app.views.records.typed import say_moment
from app.views.theme import LINE, PAPER, RED, SECOND

OWN = -2
"""The number of the button 另填."""


def write(office: Office, what: Difference, value: Any, take: Stamp | None) -> None:
    """Settle in the background."""
    settle(office, what.kind.name, what.id, what.field, value=value, take=take)


class DifferenceCard(QFrame):
    """One field in conflict. ``settled`` when it is done."""

    settled = Signal()

    def __init__(self, context: Context, what: Difference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.what = context, what
        theme = context.theme
        self.setObjectName("card")
        self.setStyleSheet(f"#card {{ background: {PAPER}; border: 1px solid {LINE}; }}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        layout.setSpacing(theme.px(8))
        title = QLabel(what.label)
        title.setFont(theme.font(15, True))
        title.setWordWrap(True)
        layout.addWidget(title)
        self.group = QButtonGroup(self)
        for number, choice in enumerate(what.choices):
            layout.addWidget(self._choice(number, choice))
        self.form: RecordForm | None = None
        if what.typable:
            own = QRadioButton(_("都不对，另填："))
            own.setMinimumHeight(theme.px(32))
            self.group.addButton(own, OWN)
            layout.addWidget(own)
            self.form = RecordForm(context, what.kind, what.fields)
            shown = next((choice for choice in what.choices if choice.shown), what.choices[0])
            values = {name: one for name, one in self._as_values(shown).items() if name not in what.hidden}
            self.form.start_new(values, {})
            self.form.hide()
            layout.addWidget(self.form)
        self.group.idToggled.connect(self._toggled)
        foot = QHBoxLayout()
        self.fault = QLabel()
        self.fault.setStyleSheet(f"color: {RED};")
        self.fault.setWordWrap(True)
        foot.addWidget(self.fault, 1)
        self.button = QPushButton(_("用选中的"))
        self.button.setMinimumHeight(theme.px(32))
        self.button.setEnabled(False)
        self.button.clicked.connect(self._settle)
        foot.addWidget(self.button)
        layout.addLayout(foot)

    def _choice(self, number: int, choice: Choice) -> QWidget:
        theme = self.context.theme
        widget = QWidget()
        layout = QVBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        first, *rest = choice.text.split("\n")
        button = QRadioButton(first if len(first) <= 60 else first[:59] + "…")
        button.setToolTip(choice.text)
        button.setMinimumHeight(theme.px(32))
        self.group.addButton(button, number)
        layout.addWidget(button)
        when = datetime.fromtimestamp(choice.at).strftime("%Y-%m-%dT%H:%M")
        said = _("{who} · {when} · {pc}", who=choice.who, when=say_moment(when, self.context.office.clock().date()),
                 pc=choice.pc)  # fmt: skip
        if choice.shown:
            said = _("{said} · 现在显示的是这个", said=said)
        for text, colour in (*((line, "") for line in rest), (said, SECOND)):
            label = QLabel(text)
            label.setContentsMargins(theme.px(24), 0, 0, 0)
            label.setWordWrap(True)
            if colour:
                label.setFont(theme.font(12))
                label.setStyleSheet(f"color: {colour};")
            layout.addWidget(label)
        return widget

    def _as_values(self, choice: Choice) -> dict[str, Any]:
        return choice.value if isinstance(choice.value, dict) else {self.what.fields[0]: choice.value}

    def choose(self, number: int) -> None:
        """Tick a version, or :data:`OWN`."""
        self.group.button(number).setChecked(True)

    @Slot(int, bool)
    def _toggled(self, number: int, checked: bool) -> None:
        self.context.allow(self.button, SETTLE, to_write(self.what.kind.name))
        if number == OWN and self.form is not None:
            self.form.setVisible(checked)
            if checked:
                self.form.focus_first()

    @Slot()
    def _settle(self) -> None:
        number = self.group.checkedId()
        value, take = None, None
        if number == OWN and self.form is not None:
            values, faults = self.form.read()
            if faults:
                self.form.show_faults(faults)
                return
            value = {name: values.get(name) for name in self.what.fields}
            if self.what.field not in self.what.kind.groups:
                value = value[self.what.field]
        else:
            take = self.what.choices[number].stamp
        self.button.setEnabled(False)
        job = partial(write, self.context.office, self.what, value, take)
        self.context.tasks.run(job, self._done, self._failed, owner=self)

    def _done(self, _nothing: Any) -> None:
        self.context.wrote(frozenset({self.what.kind.name}), _("已处理“{label}”的冲突", label=self.what.label), None)
        self.settled.emit()

    def _failed(self, error: Any) -> None:
        self.button.setEnabled(True)
        if isinstance(error, Refusal):
            rest = self.form.show_faults(error.faults) if self.form and self.form.isVisible() else list(error.faults)
            self.fault.setText("\n".join(f"{fault.error} {fault.mend}".strip() for fault in rest))
        else:
            dialogs.report(self, error)


class ConflictPanel(QWidget):
    """All conflicts of one record. ``empty`` when none is left."""

    empty = Signal()

    def __init__(self, context: Context, kind: Kind, record_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.kind, self.record_id = context, kind, record_id
        self.cards: list[DifferenceCard] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(context.theme.px(12))
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self._layout.addWidget(self._intro)
        self.revealer = button(context.theme, _("显示个人信息"), self._reveal, icon="eye")
        self.revealer.setToolTip(_("会记入查看记录"))
        self.revealer.hide()
        self._layout.addWidget(self.revealer, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addStretch(1)
        self._masked = True
        self.load()

    @Slot()
    def load(self) -> None:
        """Read the conflicts anew."""
        job = partial(differences, self.context.office, self.kind.name, self.record_id, masked=self._masked)
        self.context.tasks.run(job, self.show_differences, self._failed, owner=self)

    @Slot()
    def _reveal(self) -> None:
        self._masked = False
        self.load()

    def show_differences(self, found: list[Difference]) -> None:
        """A card for each."""
        for card in self.cards:
            self._layout.removeWidget(card)
            card.deleteLater()
        self.cards = []
        if found:
            text = _("{kind}“{title}”：两台电脑改了同一处，两个值都留着。请选一个，或另填一个；没选的在历史里还能看到。",
                     kind=_(self.kind.label), title=found[0].title)  # fmt: skip
            self._intro.setText(text)
        duty, hidden = self.context.duty, hidden_fields(self.kind)
        self.revealer.setVisible(any(what.hidden for what in found) and shown_to(duty, self.kind) == hidden)
        for at, what in enumerate(found):
            card = DifferenceCard(self.context, what)
            card.settled.connect(self.load, Qt.ConnectionType.QueuedConnection)
            self._layout.insertWidget(at + 2, card)
            self.cards.append(card)
        if not found:
            self.empty.emit()

    def _failed(self, error: Any) -> None:
        dialogs.report(self, error)


class ConflictSheet(Sheet):
    """The conflicts of one record in a sheet; it closes when none is left."""

    help_topic = "todo#两台电脑改得不一样"

    def __init__(self, parent: QWidget, context: Context, kind: Kind, record_id: str) -> None:
        super().__init__(parent, _("处理冲突"), _("好"), _("以后再说"))
        self.yes.hide()
        self.panel = ConflictPanel(context, kind, record_id)
        self.panel.empty.connect(self.accept)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.panel)
        scroll.setMinimumSize(context.theme.px(640), context.theme.px(440))
        self.body.addWidget(scroll, 1)
        self.resize(self.sizeHint().expandedTo(scroll.minimumSize() + QSize(64, 160)))
