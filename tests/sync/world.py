"""A small world for the tests of sync: real PCs and a real district, in folders of their own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.district.district import District
from app.models.registry import KINDS
from app.services.writing import put
from app.store.tables import card, change, log_end, log_head, peer, signed_head, stray_change
from app.sync import card as cards
from app.sync import certificate as certificates
from app.sync import closing, device, log, rows, usb
from app.sync.http import SyncResult, sync_once
from app.sync.receive import Received
from app.sync.replica import Replica
from app.workspace import Workspace

STREET, OTHER = "310110013", "310110015"
NAMES = {STREET: "长白新村街道", OTHER: "殷行街道"}


@dataclass
class Pc:
    """A PC: its workspace, and what a test does on it."""

    workspace: Workspace
    folder: Path

    @property
    def replica(self) -> Replica:
        return self.workspace.replica()

    @property
    def device(self) -> str:
        return self.workspace.machine.device

    def put(self, kind: str = "venue", **values: Any) -> str:
        """Save a record and return its id."""
        with self.workspace.office.acting("王小明").unit() as unit:
            record = put(unit, KINDS[kind], values)
            return record.id

    def edit(self, record_id: str, kind: str = "venue", *, actor: str = "王小明", **values: Any) -> None:
        """Change fields of a record, as it is shown now."""
        with self.workspace.office.acting(actor).unit() as unit:
            put(unit, KINDS[kind], values, record_id)

    def reopen(self) -> None:
        """Close and open the data folder, as the next morning does."""
        self.workspace.close()
        self.workspace = Workspace.open(self.folder / "data", self.folder / "config", clock=self.workspace.clock)

    def heard(self, received: Received) -> Received:
        """Go on under the new id, where an import gave this PC one."""
        if received.renewed is not None:
            self.workspace = self.workspace.with_machine(received.renewed)
        return received

    def sync(self) -> SyncResult:
        """Exchange with the district by HTTP."""
        result = sync_once(self.replica)
        if result.renewed is not None:
            self.workspace = self.workspace.with_machine(result.renewed)
        return result

    def copy(self, name: str) -> Path:
        """Copy the whole PC, data and configuration, to lay it back later."""
        self.workspace.close()
        shutil.copytree(self.folder, self.folder.with_name(f"{self.folder.name}-{name}"))
        self.reopen()
        return self.folder.with_name(f"{self.folder.name}-{name}")

    def lay_back(self, copy: Path, *, parts: Sequence[str] = ("data", "config")) -> None:
        """Put a copy in the place of what is there: the whole disk, or the data folder alone."""
        self.workspace.close()
        for part in parts:
            shutil.rmtree(self.folder / part)
            shutil.copytree(copy / part, self.folder / part)
        self.reopen()

    def get(self, record_id: str, kind: str = "venue") -> Any:
        table = KINDS[kind].model.__table__
        with self.replica.reading() as connection:
            return connection.execute(select(table).where(table.c.id == record_id)).one()

    def certificate(self) -> certificates.Certificate:
        path = self.folder / "pc.certificate"
        certificates.write_certificate(self.workspace.machine, path)
        return certificates.read_certificate(path)


@dataclass
class World:
    """Makes PCs and a district and carries files between them."""

    folder: Path
    server: str = "http://127.0.0.1:1"
    database: str | None = None
    pcs: list[Pc] = field(default_factory=list)
    files: Any = field(default_factory=itertools.count)
    _district: District | None = None

    @property
    def district(self) -> District:
        if self._district is None:
            self._district = District.create(
                self.folder / "district", self.folder / "district-config", "310110", "杨浦区", self.database
            )
        return self._district

    def pc(self, name: str, street: str = STREET, *, card: Path | None = None) -> Pc:
        """A PC set up by itself, or joined by ``card``."""
        folder = self.folder / name
        data, config = folder / "data", folder / "config"
        if card is None:
            workspace = Workspace.create(data, config, street, NAMES[street])
        else:
            workspace = Workspace.join(data, config, card)
        self.pcs.append(Pc(workspace, folder))
        return self.pcs[-1]

    def carded(self, name: str, street: str = STREET) -> Pc:
        """A PC joined by a card of the district."""
        card = self.folder / f"{name}.card"
        self.district.card(street, self.server, card)
        return self.pc(name, street, card=card)

    def card_of(self, first: Pc) -> Path:
        """A card made by the first PC of a center, with no district."""
        path = self.folder / f"{next(self.files)}.card"
        cards.write(cards.make(first.replica, first.workspace.street, "中心"), path)
        return path

    def file(self, source: Replica, target: certificates.Certificate | None = None) -> Path:
        """Export to a new file."""
        path = self.folder / f"{next(self.files)}.shuniu"
        usb.export(source, path, target)
        return path

    def carry(self, source: Pc, target: Pc) -> Received:
        """By USB from one PC of a center to another."""
        return target.heard(usb.import_file(target.replica, self.file(source.replica, target.certificate())))

    def up(self, pc: Pc) -> Received:
        """By USB from a PC to the district."""
        return usb.import_file(self.district.replica(), self.file(pc.replica))

    def down(self, pc: Pc) -> Received:
        """By USB from the district to a PC."""
        return pc.heard(usb.import_file(pc.replica, self.file(self.district.replica(), pc.certificate())))

    def publish(self, scope: str = log.ALL, name: str = "区级通知场地") -> str:
        """The district appends a record of its own to a scope."""
        from app.sync.change import encode_bases, encode_values

        replica = self.district.replica()
        record_id = f"0192a000-0000-7000-8000-{next(self.files):012d}"
        draft = log.Draft("venue", record_id, encode_bases({"name": []}), encode_values({"name": name}, salted=False))
        device.introduce(replica, scope)
        with replica.writing() as connection:
            author = log.Author(self.district.device, "区", replica.clock(), 1)
            rows.insert_new(connection, log.append(connection, author, scope, [draft]))
        return record_id

    def close(self) -> None:
        for pc in self.pcs:
            pc.workspace.close()
        if self._district is not None:
            self._district.close()


def contents(replica: Replica, *scopes: str) -> dict[str, list[Any]]:
    """The log and all tables, to compare two replicas (of the given scopes, or all)."""
    found: dict[str, list[Any]] = {}
    with replica.reading() as connection:
        for table, column in [
            (change, "scope"),
            (log_head, "scope"),
            *((k.model.__table__, "owner") for k in KINDS.values()),
        ]:
            query = select(table).order_by(*table.primary_key.columns)
            if scopes:
                query = query.where(table.c[column].in_(scopes))
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def everything(replica: Replica) -> dict[str, list[Any]]:
    """As :func:`contents`, with all else that an import writes: what no refusal may change."""
    found = contents(replica)
    with replica.reading() as connection:
        for table in (signed_head, log_end, stray_change, peer, card):
            query = select(table).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def sound(replica: Replica) -> bool:
    """The chains hold and the tables are what the log says."""
    with replica.reading() as connection:
        return not log.verify(connection) and not rows.compare(connection) and not closing.faults(connection, replica)
