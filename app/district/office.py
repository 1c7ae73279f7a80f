"""The district's own folder: its keys, its database, and the cards it makes (design.md §8)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from app.errors import EnvironmentFault, Refusal
from app.models.division import street as known_street
from app.models.registry import SCHEMA
from app.store.database import migrate, server_engine, sqlite_engine
from app.sync import card as cards
from app.sync.card import JoinCard
from app.sync.device import check_mark, introduce
from app.sync.log import ALL
from app.sync.machine import Machine, write_safely
from app.sync.replica import Replica
from app.text import _


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True)
class District:
    """An open district folder. Close it when done."""

    folder: Path
    code: str
    name: str
    replica: Replica

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether ``folder`` is a district's."""
        return (folder / "district.json").is_file()

    @classmethod
    def init(
        cls, folder: Path, code: str, name: str, database: str = "", clock: Callable[[], int] = _now
    ) -> District:  # fmt: skip
        """Set up a district: its own device with keys, and the database (SQLite in the folder, or by URL)."""
        if cls.exists(folder):
            raise Refusal.of("data", _("这个文件夹里已经有区的数据：{folder}", folder=folder), _("请另选文件夹"))
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise Refusal.of("district", _("区代码应为 6 位数字"), _("例如 310110"))
        if not name.strip():
            raise Refusal.of("name", _("没有填写名称"), _("请填写区级机构的名称"))
        machine = Machine.create(folder, ALL, "")
        facts = {"district": code, "name": name.strip(), "database": database}
        try:
            district = cls(folder, code, name.strip(), _replica(folder, machine, database, clock))
            migrate(district.replica.engine)
            introduce(district.replica)
            write_safely(folder / "district.json", json.dumps(facts, ensure_ascii=False).encode())
        except OSError as error:
            raise EnvironmentFault(
                _("不能在这里建立数据文件夹：{folder}", folder=folder), _("请检查磁盘空间和权限，或另选文件夹。")
            ) from error
        return district

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], int] = _now) -> District:
        """Open a district's folder; migrates the database where needed."""
        try:
            facts = json.loads((folder / "district.json").read_text("utf-8"))
            code, name, database = facts["district"], facts["name"], facts["database"]
        except FileNotFoundError:
            raise EnvironmentFault(
                _("这里还没有区的数据：{folder}", folder=folder), _("请先运行 shuniu district init。")
            ) from None
        except (OSError, ValueError, KeyError) as error:
            raise EnvironmentFault(_("数据文件夹的说明读不出来。"), _("请用最近的备份恢复。")) from error
        machine = Machine.load(folder)
        replica = _replica(folder, machine, database, clock)
        migrate(replica.engine)
        renewed = check_mark(replica)
        return cls(folder, code, name, _replica(folder, renewed, database, clock) if renewed else replica)

    def card(self, street: str, server: str, center: str = "") -> JoinCard:
        """A card for the next PC of the center of ``street``, with the next free letters."""
        known = known_street(street)
        if known.district_code != self.code:
            raise Refusal.of(
                "street", _("{street} 不属于本区（{code}）", street=known.name, code=self.code), _("请核对街道代码")
            )
        if not server.startswith(("http://", "https://")):
            raise Refusal.of("server", _("服务器地址应以 http:// 或 https:// 开头"), _("例如 http://10.1.2.3:8470"))
        return cards.make(self.replica, street, center or known.name, server, self.name)

    @property
    def engine(self) -> Engine:
        return self.replica.engine

    def close(self) -> None:
        """Release the database."""
        self.replica.engine.dispose()


def _replica(folder: Path, machine: Machine, database: str, clock: Callable[[], int]) -> Replica:
    engine = server_engine(database) if database else sqlite_engine(folder / "district.db", machine.db_key)
    return Replica(engine, machine, SCHEMA, folder / "inbox", clock)
