"""Activity rooms from a public list, as venues: what fits its field is taken, the rest is kept as a remark."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from app.models.registry import KINDS
from app.services.office import Office
from app.services.writing import put
from app.text import _


def read_rooms(path: Path) -> list[dict[str, Any]]:
    """The venues of a CSV with the columns 名称, 邮编, 地址, 创建时间, 房屋面积, 服务项目 (UTF-8)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [_venue(row) for row in csv.DictReader(file)]


def _venue(row: dict[str, str]) -> dict[str, Any]:
    postcode, opened = row["邮编"].strip(), row["创建时间"].strip()
    remarks = []
    if len(postcode) != 6:
        remarks.append(_("原表邮编：{code}", code=postcode))
        postcode = ""
    if opened:
        remarks.append(_("创建时间：{when}", when=opened))
    area = row["房屋面积"].strip()
    return {
        "name": row["名称"],
        "address": row["地址"],
        "postcode": postcode or None,
        "area": area,
        "capacity": max(int(float(area or 0) // 2.5), 1) if area not in ("", "0") else None,
        "services": row["服务项目"] or None,
        "external": True,
        "remark": "；".join(remarks) or None,
    }


def import_rooms(office: Office, path: Path) -> list[str]:
    """Put every room of ``path`` in one operation; returns the ids in the order of the file."""
    with office.unit() as unit:
        return [put(unit, KINDS["venue"], line).id for line in read_rooms(path)]
