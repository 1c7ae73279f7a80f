"""What a slip is, what it is told about its printing, and the check that every character can be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import Fault, Refusal
from app.slips.fonts import missing_characters
from app.text import _


@dataclass(frozen=True)
class SlipContext:
    """Who prints, where and when; everything on the paper that is not in the record."""

    center: str
    operator: str
    printed_at: datetime
    """Local time."""
    copy: int = 1
    """1 for the first print, 2 and up for a reprint."""
    reveal: bool = False
    """Personal fields unmasked."""
    allow_missing: bool = False
    """Print 〓 for a character that no font has, instead of refusing."""


@dataclass(frozen=True)
class Slip:
    """One paper form: its name, the kind of record it prints, its Chinese label, and the function that makes it."""

    name: str
    kind: str
    label: str
    render: Callable[[Mapping[str, Any], SlipContext], bytes]


def require_printable(record: Mapping[str, Any], labels: Mapping[str, str], context: SlipContext) -> None:
    """Refuse, naming field and characters, where a value that will be printed has a character no font has.

    ``labels`` maps the names of the printed fields to the words that stand before them on the paper.
    """
    if context.allow_missing:
        return
    printed = {"number": _("编号"), **labels}
    faults = [_fault("center", _("中心名称"), context.center), _fault("operator", _("打印人"), context.operator)]
    for field, label in printed.items():
        faults += [_fault(field, label + place, text) for place, text in _texts(record.get(field))]
    found = [fault for fault in faults if fault is not None]
    if found:
        raise Refusal(*found)


def require_text(text: str, context: SlipContext) -> None:
    """The last net: refuse what is about to be printed without having been checked field by field."""
    fault = None if context.allow_missing else _fault("", _("打印内容"), text)
    if fault is not None:
        raise Refusal(fault)


def _texts(value: Any) -> Iterable[tuple[str, str]]:
    """The texts in a stored value, each with where it stands in a list of rows."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Sequence):
        for position, part in enumerate(value, start=1):
            for _place, text in _texts(part):
                yield _("第{n}行", n=position), text


def _fault(field: str, label: str, text: str) -> Fault | None:
    missing = missing_characters(text)
    if not missing:
        return None
    shown = "、".join(f"{character}（U+{ord(character):04X}）" for character in missing)
    return Fault(
        field,
        _("“{label}”中有打印字体没有的字：{characters}", label=label, characters=shown),
        _("请核对用字，或选择将缺字印作〓后手写补上。"),
    )
