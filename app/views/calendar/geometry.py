"""From minutes and columns to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from app.views.calendar.layout import DAY, Piece


@dataclass(frozen=True)
class Geometry:
    """The measures of the grid at one size and scroll position, in pixels of the viewport."""

    gutter: int
    head: int
    half: int
    """Height of half an hour."""
    width: int
    """Of a column."""
    columns: int
    dx: int
    dy: int
    view_width: int
    view_height: int

    @property
    def full_height(self) -> int:
        """Of the whole day, without the head."""
        return self.half * (DAY // 30)

    @property
    def body(self) -> QRect:
        """The part that scrolls."""
        return QRect(self.gutter, self.head, self.view_width - self.gutter, self.view_height - self.head)

    def x(self, column: int) -> int:
        """The left edge of a column."""
        return self.gutter + column * self.width - self.dx

    def y(self, minute: float) -> int:
        """The height of a minute."""
        return self.head + round(minute * self.half / 30) - self.dy

    def rect(self, column: int, top: float, bottom: float) -> QRect:
        """A span of a column, inside its lines."""
        y = self.y(top)
        return QRect(self.x(column) + 1, y + 1, self.width - 1, self.y(bottom) - y - 1)

    def piece(self, piece: Piece) -> QRect:
        """A booking; those side by side share the column, a slip of which stays free for the mouse."""
        whole = self.rect(piece.column, piece.top, piece.bottom)
        width = whole.width() - max(4, self.gutter // 8)
        left, right = round(width * piece.left), round(width * piece.right)
        return QRect(whole.x() + left, whole.y(), right - left - (1 if piece.right < 1 else 0), whole.height())

    def column_at(self, x: int) -> int | None:
        """The column under a point of the body."""
        column = (x - self.gutter + self.dx) // self.width
        return column if x >= self.gutter and 0 <= column < self.columns else None

    def across(self, x: int) -> float:
        """How far over its column a point lies, 0..1."""
        return ((x - self.gutter + self.dx) % self.width) / self.width

    def minute_at(self, y: int) -> int:
        """The minute of the day at a height, within the day."""
        return min(max(int((y - self.head + self.dy) * 30 / self.half), 0), DAY - 1)

    def visible_columns(self) -> range:
        """Columns of which something is seen."""
        first = self.dx // self.width
        last = (self.dx + self.view_width - self.gutter) // self.width + 1
        return range(max(first, 0), min(last, self.columns))
