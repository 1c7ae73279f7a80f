"""The filter bar of a list: the search box first, then chips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from app.models.fields import Field
from app.models.record import Kind
from app.services.reading import Query
from app.text import _
from app.views.context import Context
from app.views.records.columns import status_field
from app.views.records.periods import Period, dated_field, periods
from app.views.theme import ACCENT, GROUND, LINE, PAPER, TEXT, TINT, Theme

DEBOUNCE = 180
CHIPS = 3


class Chip(QToolButton):
    """A quiet button that names a condition; tinted while it narrows the list."""

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.label = theme, label
        self.setMinimumHeight(theme.px(32))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.say("")

    def say(self, text: str) -> None:
        """Show what the list is narrowed to; an empty text for not at all."""
        self.setText(_("{label}：{text}", label=self.label, text=text) if text else _("{label} ▾", label=self.label))
        self.setAccessibleName(self.text())
        ground, ink, edge = (TINT, ACCENT, ACCENT) if text else (PAPER, TEXT, LINE)
        self.setStyleSheet(
            f"QToolButton {{ background: {ground}; color: {ink}; border: 1px solid {edge};"
            f" border-radius: {self.theme.px(16)}px; padding: 0 {self.theme.px(12)}px; }}"
            f" QToolButton:hover, QToolButton:focus {{ border-color: {ACCENT}; }}"
            f" QToolButton:pressed {{ background: {GROUND}; }}"
            " QToolButton::menu-indicator { image: none; }"
        )


class StayingMenu(QMenu):
    """A menu that stays open while several choices are ticked."""

    def mouseReleaseEvent(self, event: Any) -> None:
        """Tick and stay."""
        action = self.activeAction()
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
            return
        super().mouseReleaseEvent(event)


class ChoiceChip(Chip):
    """Narrows a list to some choices of a field."""

    changed = Signal()

    def __init__(self, theme: Theme, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(theme, _(field.label), parent)
        self.field = field
        menu = StayingMenu(self)
        self._actions: dict[str, QAction] = {}
        for code, label in field.choices:
            action = QAction(_(label), menu)
            action.setCheckable(True)
            action.toggled.connect(self._toggled)
            menu.addAction(action)
            self._actions[code] = action
        menu.addSeparator()
        every = menu.addAction(_("全部"))
        every.triggered.connect(self.clear)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._quiet = False

    def chosen(self) -> tuple[str, ...]:
        """The ticked codes."""
        return tuple(code for code, action in self._actions.items() if action.isChecked())

    def choose(self, codes: Any) -> None:
        """Tick ``codes``: one, or several."""
        wanted = {codes} if isinstance(codes, str) else set(codes or ())
        self._quiet = True
        for code, action in self._actions.items():
            action.setChecked(code in wanted)
        self._quiet = False
        self._say()

    @Slot()
    def clear(self) -> None:
        """No condition."""
        had = bool(self.chosen())
        self.choose(())
        if had:
            self.changed.emit()

    @Slot(bool)
    def _toggled(self, _checked: bool) -> None:
        if not self._quiet:
            self._say()
            self.changed.emit()

    def _say(self) -> None:
        labels = [self._actions[code].text() for code in self.chosen()]
        more = _("{first} 等 {n} 项", first=labels[0], n=len(labels)) if len(labels) > 2 else "、".join(labels)
        self.say(more)


class PeriodChip(Chip):
    """Narrows a list to a span of days."""

    changed = Signal()
    custom = Signal()
    """The user wants to type the span."""

    def __init__(
        self, theme: Theme, field: Field, today: date, parent: QWidget | None = None, *, typed: bool = True
    ) -> None:
        super().__init__(theme, _(field.label), parent)
        self.field, self.period = field, None
        menu = QMenu(self)
        for period in periods(field, today):
            action = menu.addAction(period.label)
            action.setData(period)
            action.triggered.connect(self._picked)
        menu.addSeparator()
        if typed:
            menu.addAction(_("自选日期…")).triggered.connect(self.custom)
        menu.addAction(_("全部")).triggered.connect(self.clear)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    period: Period | None

    def choose(self, period: Period | None) -> None:
        """Narrow to ``period``."""
        self.period = period
        self.say(period.label if period else "")

    @Slot()
    def clear(self) -> None:
        """No condition."""
        had = self.period is not None
        self.choose(None)
        if had:
            self.changed.emit()

    @Slot()
    def _picked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.choose(sender.data())
            self.changed.emit()


class FilterBar(QWidget):
    """Builds the :class:`Query` of a list. ``changed`` when it changed, ``down`` when the cursor wants the list."""

    changed = Signal()
    down = Signal()
    custom = Signal()

    def __init__(self, context: Context, kind: Kind, query: Query, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.theme = kind, context.theme
        self._base = query
        theme, today = context.theme, context.office.clock().date()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        self.search = QLineEdit(query.search)
        self.search.setPlaceholderText(_("搜索：文字、拼音或首字母"))
        self.search.setAccessibleName(_("搜索"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedHeight(theme.px(32))
        self.search.setFixedWidth(theme.px(264))
        self.search.addAction(theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self.down)
        self.search.installEventFilter(self)
        layout.addWidget(self.search)
        self.chips: dict[str, ChoiceChip] = {}
        for field in _chip_fields(kind):
            chip = ChoiceChip(theme, field)
            chip.choose(query.where.get(field.name, ()))
            chip.changed.connect(self._changed)
            self.chips[field.name] = chip
            layout.addWidget(chip)
        self.period: PeriodChip | None = None
        dated = dated_field(kind)
        if dated is not None:
            self.period = PeriodChip(theme, dated, today)
            if dated.name in query.between:
                self.period.choose(_period_of(query.between[dated.name]))
            self.period.changed.connect(self._changed)
            self.period.custom.connect(self.custom)
            layout.addWidget(self.period)
        self._fixed = self._fixed_chip(query)
        if self._fixed is not None:
            layout.addWidget(self._fixed)
        layout.addStretch(1)
        self.layout_end = layout
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE)
        self._timer.timeout.connect(self.changed)

    def _fixed_chip(self, query: Query) -> Chip | None:
        """What the caller narrowed the list to and no chip shows; a click takes it away."""
        names = [name for name in query.where if name not in self.chips and name in self.kind.fields]
        names += ["conflicts"] if query.conflicts else []
        if not names and query.among is None:
            return None
        labels = [_("有冲突") if name == "conflicts" else _(self.kind.fields[name].label) for name in names]
        labels += [query.why] if query.among is not None else []
        chip = Chip(self.theme, "、".join(labels))
        chip.say(_("已选定 ✕"))
        chip.setToolTip(_("取消这个条件，看全部"))
        chip.clicked.connect(self._drop_fixed)
        return chip

    def say_fixed(self, text: str) -> None:
        """Name what the list is narrowed to (the title of a linked record)."""
        if self._fixed is not None:
            self._fixed.say(_("{text} ✕", text=text))

    @property
    def fixed(self) -> Mapping[str, Any]:
        """Conditions of the caller that no chip shows."""
        return {name: value for name, value in self._base.where.items() if name not in self.chips}

    @property
    def narrowed(self) -> bool:
        """Whether any condition is set."""
        chosen = any(chip.chosen() for chip in self.chips.values())
        return bool(
            self.search.text().strip()
            or chosen
            or (self.period and self.period.period)
            or self.fixed
            or self._base.among
        )

    def query(self) -> Query:
        """What the list shall show; the order is the list's own."""
        where = dict(self.fixed)
        for name, chip in self.chips.items():
            if chip.chosen():
                where[name] = chip.chosen()
        between = {}
        if self.period is not None and self.period.period is not None:
            between[self.period.field.name] = self.period.period.bounds(self.period.field)
        return replace(self._base, search=self.search.text(), where=where, between=between)

    @Slot()
    def clear(self) -> None:
        """No conditions at all."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        for chip in self.chips.values():
            chip.choose(())
        if self.period is not None:
            self.period.choose(None)
        self._drop_fixed()

    @Slot()
    def _drop_fixed(self) -> None:
        self._base = Query()
        if self._fixed is not None:
            self._fixed.hide()
        self.changed.emit()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._timer.start()

    @Slot()
    def _changed(self) -> None:
        self._timer.stop()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down moves into the list, Esc clears the search."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.down.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)


def _chip_fields(kind: Kind) -> list[Field]:
    """The status first, then the other choices of the list."""
    status = status_field(kind)
    choices = [f for f in kind.fields.values() if f.type == "choice" and (f.listed or f.name == status)]
    choices.sort(key=lambda field: field.name != status)
    return choices[:CHIPS]


def _period_of(bounds: tuple[Any, Any]) -> Period:
    low, high = (date.fromisoformat(str(text)[:10]) if text else None for text in bounds)
    said = _("{low} 至 {high}", low=low or "…", high=high or "…")
    return Period(said, low, high)
