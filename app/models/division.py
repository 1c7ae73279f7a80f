"""Districts, streets and committees of Shanghai by their statistical codes (``resources/codes``, domain.md section 0).

Read once, on first use. Records keep codes, never names: names change and committee names repeat.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.errors import Refusal
from app.paths import resource
from app.text import _

ORDINARY: Final = frozenset({"街道", "镇", "乡"})


@dataclass(frozen=True, slots=True)
class District:
    """A district, code of six digits."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Street:
    """A street, town, township or special area, code of nine digits."""

    code: str
    name: str
    kind: str
    """街道, 镇, 乡, or 非建制 for a special area such as 嘉定工业区, which may run a center too."""
    district_code: str
    district_name: str

    @property
    def special(self) -> bool:
        """Not one of the 215 street-level governments."""
        return self.kind not in ORDINARY


@dataclass(frozen=True, slots=True)
class Committee:
    """A residents' or villagers' committee, code of twelve digits."""

    code: str
    name: str
    kind: str
    """居委会, 村委会, or 其他 (the nominal committee of a special area)."""
    street_code: str


def _rows(name: str) -> list[dict[str, str]]:
    with resource("codes", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def _districts() -> dict[str, District]:
    rows = _rows("districts.csv")
    return {row["district_code"]: District(row["district_code"], row["district_name"]) for row in rows}


@lru_cache(maxsize=1)
def _streets() -> dict[str, Street]:
    return {
        row["street_code"]: Street(
            row["street_code"], row["street_name"], row["kind"], row["district_code"], row["district_name"]
        )
        for row in _rows("streets.csv")
    }


@lru_cache(maxsize=1)
def _committees() -> dict[str, tuple[Committee, ...]]:
    found: dict[str, list[Committee]] = {}
    for row in _rows("committees.csv"):
        committee = Committee(row["committee_code"], row["committee_name"], row["kind"], row["street_code"])
        found.setdefault(committee.street_code, []).append(committee)
    return {code: tuple(committees) for code, committees in found.items()}


def districts() -> tuple[District, ...]:
    """The 16 districts in the order of their codes."""
    return tuple(_districts().values())


def district(code: str) -> District:
    """The district of a six-digit code; raises :class:`Refusal` (field ``district``) where there is none."""
    try:
        return _districts()[code]
    except KeyError:
        raise Refusal.of("district", _("没有这个区：{code}", code=code), _("请填 6 位区代码，例如 310110")) from None


def streets(district_code: str | None = None) -> tuple[Street, ...]:
    """The streets of one district, or all 234; raises :class:`Refusal` for an unknown district."""
    if district_code is None:
        return tuple(_streets().values())
    district(district_code)
    return tuple(street for street in _streets().values() if street.district_code == district_code)


def street(code: str) -> Street:
    """The street of a nine-digit code; raises :class:`Refusal` (field ``street``) where there is none."""
    try:
        return _streets()[code]
    except KeyError:
        raise Refusal.of(
            "street", _("没有这个街道：{code}", code=code), _("请填 9 位街道代码，例如 310110019")
        ) from None


def committees(street_code: str) -> tuple[Committee, ...]:
    """The committees of a street in the order of their codes, perhaps none; raises :class:`Refusal` for an unknown
    street."""
    return _committees().get(street(street_code).code, ())


def committee(code: str) -> Committee:
    """The committee of a twelve-digit code; raises :class:`Refusal` (field ``committee``) where there is none."""
    for found in _committees().get(code[:9], ()):
        if found.code == code:
            return found
    raise Refusal.of("committee", _("没有这个居委会或村委会：{code}", code=code), _("请从列表中选择"))
