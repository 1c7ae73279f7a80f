"""The district's own folder: its keys, its database, the cards it makes (design.md §8). The only wiring of the server."""

from __future__ import annotations

import contextlib
import functools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from app.errors import EnvironmentFault, Refusal
from app.models.division import street as known_street
from app.models.registry import SCHEMA, kind_of
from app.services import reading
from app.services.office import Office, Unit
from app.store.database import migrate, server_engine, sqlite_engine, told_apart
from app.store.locks import lock_scopes
from app.store.tables import local
from app.sync import card as cards
from app.sync import certificate as certificates
from app.sync import key_slot, log, rows, usb
from app.sync.device import check_mark, introduce, introduce_in, settled
from app.sync.log import ALL, DISTRICT
from app.sync.machine import Machine, Mark, write_safely
from app.sync.replica import Replica
from app.text import _

FACTS = "district.json"


def now() -> int:
    """Unix seconds."""
    return int(time.time())


@dataclass(frozen=True)
class District:
    """An open district folder. Close it when done."""

    data: Path
    code: str
    name: str
    machine: Machine
    engine: Engine
    clock: Callable[[], int]

    @classmethod
    def exists(cls, data: Path) -> bool:
        """Whether ``data`` is a district's folder."""
        return (data / FACTS).is_file()

    @classmethod
    def create(
        cls, data: Path, config: Path, code: str, name: str, database: str | None = None,
        clock: Callable[[], int] = now,
    ) -> District:  # fmt: skip
        """Set up a district: its own device with keys, and the database (SQLite in the folder, or by URL)."""
        if cls.exists(data) or (data / "workspace.json").exists():
            raise Refusal.of("data", _("这个文件夹里已经有数据：{folder}", folder=data), _("请直接打开，或另选文件夹"))
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise Refusal.of("district", _("区代码应为 6 位数字"), _("例如 310110"))
        if not name.strip():
            raise Refusal.of("name", _("没有填写名称"), _("请填写区级机构的名称"))
        keys = str(uuid4())
        try:
            data.mkdir(parents=True, exist_ok=True)
            machine = Machine.create(config / keys, ALL, "")
            district = cls(data, code, name.strip(), machine, _engine(data, machine, database), clock)
            migrate(district.engine)
            introduce(district.replica())
            facts = {"district": code, "name": name.strip(), "database": database, "keys": keys}
            write_safely(data / FACTS, json.dumps(facts, ensure_ascii=False).encode())
        except OSError as error:
            raise EnvironmentFault(
                _("不能在这里建立数据文件夹：{folder}", folder=data), _("请检查磁盘空间和权限，或另选文件夹。")
            ) from error
        return district

    @classmethod
    def open(cls, data: Path, config: Path, clock: Callable[[], int] = now) -> District:
        """Open a district's folder; migrates the database where needed."""
        try:
            facts = json.loads((data / FACTS).read_text("utf-8"))
            code, name, database, keys = facts["district"], facts["name"], facts["database"], facts["keys"]
        except FileNotFoundError:
            raise EnvironmentFault(
                _("这里还没有区的数据：{folder}", folder=data), _("请先运行 shuniu district init。")
            ) from None
        except (OSError, ValueError, KeyError) as error:
            raise EnvironmentFault(_("数据文件夹的说明读不出来。"), _("请用最近的备份恢复。")) from error
        machine = Machine.load(config / keys)
        engine = _engine(data, machine, database)
        migrate(engine)
        machine = settled(engine, machine)
        district = cls(data, code, name, machine, engine, clock)
        district._fold_after_upgrade()
        renewed = check_mark(district.replica())
        return cls(data, code, name, renewed, engine, clock) if renewed else district

    @property
    def device(self) -> str:
        """The id under which the district writes."""
        return self.machine.device

    def current(self) -> District:
        """This district under its newest id: a server that was put back takes one while it serves, and another worker
        may have been first."""
        machine = Machine.load(self.machine.folder)
        return self if machine == self.machine else replace(self, machine=machine)

    def replica(self) -> Replica:
        """What the sync needs of this district."""
        return Replica(self.engine, self.machine, SCHEMA, self.data / "inbox", self.clock)

    def card(self, street: str, server: str, out: Path, center: str = "", unlock: Path | None = None) -> str:
        """Write a card for the next PC of the center of ``street``; returns the letters it gives.

        ``unlock``: the key file of a data folder that the card shall open on another PC.
        """
        known = known_street(street)
        if known.district_code != self.code:
            raise Refusal.of(
                "street", _("{street} 不属于本区（{code}）", street=known.name, code=self.code), _("请核对街道代码")
            )
        if not server.startswith(("http://", "https://")):
            raise Refusal.of("server", _("服务器地址应以 http:// 或 https:// 开头"), _("例如 http://10.1.2.3:8760"))
        slot = key_slot.unseal(self.machine, unlock) if unlock is not None else None
        if slot is not None and slot.scope != street:
            raise Refusal.of("key", _("密钥文件属于 {scope}，不是这个街道的", scope=slot.scope), _("请核对街道和文件"))
        join = cards.make(self.replica(), street, center or self._center(street) or known.name, server, self.name)
        cards.write(replace(join, slot=slot), out)
        return join.card.letters

    def _center(self, street: str) -> str:
        """What the center of ``street`` calls itself, where we know it."""
        table = kind_of("center").model.__table__
        with self.replica().reading() as connection:
            found = connection.execute(select(table.c.name).where(table.c.owner == street, table.c.deleted.is_(False)))
            return str(found.scalars().first() or "")

    def export(self, path: Path, device: str) -> usb.Exported:
        """Write what a PC lacks: ``device`` is the id of one that has spoken, or its certificate file."""
        found = self._certificate(device) or certificates.read_certificate(Path(device))
        return usb.export(self.replica(), path, found)

    def _certificate(self, device: str) -> certificates.Certificate | None:
        with self.replica().reading() as connection:
            changes = log.of_kind(connection, log.CERTIFICATE)
        held = [found for change in changes if (found := certificates.of_change(change))]
        return certificates.trust(held, certificates.roots(self.machine)).get(device)

    def records(self, kind: str, scope: str | None = None, *, reveal: bool = False) -> Iterator[dict[str, Any]]:
        """Records of every center, or of one, as plain facts; personal values masked unless ``reveal``."""
        model = kind_of(kind).model
        query = select(model).where(model.deleted.is_(False)).order_by(model.owner, model.id)
        if scope is not None:
            query = query.where(model.owner == scope)
        with Session(self.engine, autoflush=False) as session:
            for record in session.scalars(query):
                yield reading.as_json(reading.row_of(record), reveal=reveal)

    @contextlib.contextmanager
    def unit(self, actor: str = "") -> Iterator[Unit]:
        """One transaction over the district's own records, which never leave; they are published as copies."""
        mark = functools.partial(Mark.load, self.machine.folder)
        clock = lambda: datetime.fromtimestamp(self.clock())  # noqa: E731
        with Office(self.engine, self.device, DISTRICT, "", clock, mark, actor).unit() as unit:
            connection = unit.session.connection()
            lock_scopes(connection, [DISTRICT])
            introduce_in(connection, self.replica(), DISTRICT)
            yield unit

    def _fold_after_upgrade(self) -> None:
        """Fields and kinds of newer programs of the centers lie in the log; after the upgrade they are folded in."""
        with told_apart(), self.engine.execution_options(write=True).begin() as connection:
            lock_scopes(connection, [DISTRICT])
            here = local.c.name == "folded_schema"
            if connection.scalar(select(local.c.value).where(here)) == str(SCHEMA).encode():
                return
            rows.rebuild(connection)
            connection.execute(delete(local).where(here))
            connection.execute(insert(local).values(name="folded_schema", value=str(SCHEMA).encode()))

    def close(self) -> None:
        """Release the database."""
        self.engine.dispose()


def _engine(data: Path, machine: Machine, database: str | None) -> Engine:
    return server_engine(database) if database else sqlite_engine(data / "district.db", machine.db_key)
