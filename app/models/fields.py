"""Field declarations: what a value is, how it is checked, and who may see it (design.md §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from app.errors import Fault
from app.models import formats
from app.text import _, listed


class Privacy(IntEnum):
    """Privacy classes of domain.md B12, from P0 to P3."""

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    SENSITIVE = 3


PUBLIC, INTERNAL, PERSONAL, SENSITIVE = Privacy

FORMATS: Final[dict[str, Callable[[str], str]]] = {
    "person_name": formats.person_name,
    "organization_name": formats.organization_name,
    "phone": formats.phone,
    "uscc": formats.uscc,
    "postcode": formats.postcode,
    "email": formats.email,
}

MASKS: Final[dict[str, Callable[[str], str]]] = {
    "person_name": formats.mask_name,
    "phone": formats.mask_phone,
    "address": formats.mask_address,
    "resident_id": formats.mask_id,
}

INT64 = 2**63 - 1
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:00)?")


class Misfit(ValueError):
    """A value does not fit its field: ``error`` says what is wrong, ``mend`` what to do."""

    def __init__(self, error: str, mend: str = "") -> None:
        super().__init__(error)
        self.error, self.mend = error, mend


@dataclass(frozen=True)
class Field:
    """One field of a kind. Labels, help and choices are Chinese message ids."""

    label: str
    type: str
    """text, note, integer, decimal, date, datetime, boolean, choice or link."""
    name: str = ""
    required: bool = False
    default: Any = None
    max_length: int = 200
    minimum: float | None = None
    maximum: float | None = None
    places: int = 2
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = ()
    """Kinds a link may point to; with several, the one that holds the id."""
    privacy: Privacy = Privacy.INTERNAL
    personal_if: tuple[str, str] | None = None
    """(field, value): a person's name, and personal, where that field of the same group holds that value."""
    format: str = ""
    help: str = ""
    search: bool = False
    listed: bool = False
    """Shown as a column of the list unless the user chose otherwise."""
    section: str = ""
    """Heading under which the form shows this field and those after it."""
    folded: bool = False
    """The section that begins here is folded away in the form until something stands in it, or it is asked for."""
    recalled: bool = False
    """What was written here before is offered while one types."""
    system: bool = False
    """Kept by the program, not typed: number, deleted, merged_into."""

    def check(self, value: Any) -> Any:
        """The stored form of ``value`` (str, int, bool or None), or :class:`Misfit`.

        Accepts what JSON and the forms deliver; an empty text is None.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            if self.required:
                raise Misfit(_("必须填写"), _("请填写“{label}”", label=_(self.label)))
            return None
        return _CHECKS[self.type](self, value)

    def display(self, value: Any) -> str:
        """``value`` as people read it: a choice by its label, yes and no, dates and times; an unknown choice raw."""
        if value is None or value == "":
            return ""
        if self.type == "choice":
            return _(dict(self.choices).get(value, str(value)))
        if self.type == "boolean":
            return _("是") if value else _("否")
        if self.type == "datetime":
            return str(value).replace("T", " ")
        return str(value)

    @property
    def guarded(self) -> bool:
        """Whether its values are personal or sensitive, or may be by what stands beside them."""
        return self.privacy >= Privacy.PERSONAL or self.personal_if is not None

    def hides(self, beside: Mapping[str, Any] | None = None) -> bool:
        """Whether a value is personal or sensitive; ``beside`` are the values of the same record. Unless they are known,
        what may be personal is."""
        if self.personal_if is None or self.privacy >= Privacy.PERSONAL:
            return self.privacy >= Privacy.PERSONAL
        name, value = self.personal_if
        return beside is None or beside.get(name) == value

    def mask(self, value: Any, beside: Mapping[str, Any] | None = None) -> Any:
        """``value`` hidden by privacy class; public and internal values are returned as they are."""
        if value is None or not self.hides(beside):
            return value
        sort = "person_name" if self.personal_if else self.format
        return MASKS.get(sort, formats.mask_text)(str(value))


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(_("应为文字"), _("请填写文字"))
    try:
        if field.format in FORMATS:
            text = FORMATS[field.format](value)
        elif field.format == "resident_id":
            text = formats.resident_id(value, today=date.today())
        elif field.type == "note":
            text = formats.clean_text(value, multiline=True)
        else:
            text = formats.visible_text(value)
    except formats.FormatFault as fault:
        raise Misfit(fault.error, fault.mend) from None
    if len(text) > field.max_length:
        raise Misfit(
            _("有 {n} 个字，超过上限 {most}", n=len(text), most=field.max_length),
            _("请缩短到 {most} 个字以内", most=field.max_length),
        )
    return text


def _bounds(field: Field, value: Any) -> None:
    if field.minimum is not None and value < field.minimum:
        raise Misfit(_("不能小于 {least}", least=field.minimum), _("请填不小于 {least} 的数", least=field.minimum))
    if field.maximum is not None and value > field.maximum:
        raise Misfit(_("不能大于 {most}", most=field.maximum), _("请填不大于 {most} 的数", most=field.maximum))


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit(_("应为整数"), _("请填整数，例如 30"))
    if abs(value) > INT64:
        raise Misfit(_("数太大"), _("请填较小的整数"))
    _bounds(field, value)
    return value


def _decimal(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Misfit(_("应为数字"), _("请填数字，例如 85.5"))
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if not _DECIMAL.fullmatch(text):
        raise Misfit(_("应为数字"), _("请填数字，例如 85.5"))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Misfit(_("应为数字"), _("请填数字，例如 85.5")) from None
    if -int(number.normalize().as_tuple().exponent) > field.places:
        raise Misfit(_("小数超过 {n} 位", n=field.places), _("请四舍五入到 {n} 位小数", n=field.places))
    _bounds(field, number)
    plain = format(number.normalize(), "f")
    return "0" if plain == "-0" else plain


def _plausible(moment: date) -> None:
    if not 1800 <= moment.year <= 2200:
        raise ValueError(moment)


def _date(field: Field, value: Any) -> str:
    example = _("请按 2026-11-24 的样子填写")
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
        raise Misfit(_("不是日期"), example)
    try:
        _plausible(date.fromisoformat(value.strip()))
    except ValueError:
        raise Misfit(_("没有这一天"), example) from None
    return value.strip()


def _datetime(field: Field, value: Any) -> str:
    example = _("请按 2026-11-24T09:00 的样子填写")
    match = _DATETIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise Misfit(_("不是日期和时间"), example)
    text = f"{match[1]}T{match[2]}"
    try:
        _plausible(datetime.fromisoformat(text))
    except ValueError:
        raise Misfit(_("没有这个日期或时间"), example) from None
    return text


def _boolean(field: Field, value: Any) -> bool:
    if value in (0, 1) and isinstance(value, (bool, int)):
        return bool(value)
    raise Misfit(_("应为是或否"), _("请填 true 或 false"))


def _choice(field: Field, value: Any) -> str:
    if value in (code for code, _label in field.choices):
        return value
    for code, label in field.choices:
        if value == label or value == _(label):
            return code
    offered = listed(f"{code} {_(label)}" for code, label in field.choices[:12])
    raise Misfit(_("没有这个选项“{value}”", value=str(value)[:40]), _("可选：{offered}", offered=offered))


def _link(field: Field, value: Any) -> str:
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise Misfit(_("不是记录的标识"), _("请从列表中选择")) from None


_CHECKS: Final[dict[str, Callable[[Field, Any], Any]]] = {
    "text": _text,
    "note": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "choice": _choice,
    "link": _link,
}


def fits(field: Field, value: Any) -> bool:
    """Whether a merged ``value`` has the shape of its column (not whether a person may type it)."""
    if value is None:
        return True
    if field.type == "integer":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INT64
    if field.type == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and "\0" not in value


def fault_of(field: Field, misfit: Misfit) -> Fault:
    """The refusal of one field, for people and for the command line."""
    return Fault(field.name, f"{_(field.label)}：{misfit.error}", misfit.mend)
