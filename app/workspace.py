"""Workspace: opens a data folder and wires it: database, device, services. The only wiring."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Engine

from app.errors import DatabaseDamaged, EnvironmentFault, KeysLost, Refusal
from app.models.registry import KINDS, SCHEMA, VERSION
from app.services import backups, local, mending, moving
from app.services.center import center, center_id
from app.services.moving import Package
from app.services.office import Office
from app.services.recovery import make_sheet, public_key
from app.services.rights import BACKUP, MACHINE
from app.services.writing import put
from app.store import search
from app.store.backup import finish_restore, unfinished_aside
from app.store.database import HEAD, migrate, revision, sqlite_engine, told_apart
from app.store.places import refuse_share
from app.sync import closing, device, forks, heal, key_slot, recovery, rows
from app.sync.log import ALL, DEMO
from app.sync.machine import Machine, Mark, write_safely
from app.text import _

if TYPE_CHECKING:
    from app.sync.card import JoinCard

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Workspace:
    """An open data folder. Close it when done."""

    data: Path
    machine: Machine
    engine: Engine
    street: str
    clock: Clock
    office: Office
    notices: tuple[str, ...] = ()
    """Sentences for whoever opened it."""

    @classmethod
    def exists(cls, data: Path) -> bool:
        """Whether ``data`` is a data folder."""
        return (data / "workspace.json").is_file()

    @staticmethod
    def opens_by(data: Path) -> tuple[bool, bool]:
        """Whether the code of a recovery sheet, and a card of the district, can open ``data`` itself."""
        return (data / recovery.NAME).is_file(), (data / key_slot.NAME).is_file()

    @classmethod
    def create(
        cls, data: Path, config: Path, street: str, name: str, *, user: str = "", password: str = "",
        clock: Clock = datetime.now, machine: Machine | None = None, founded: bool = True,
    ) -> Workspace:  # fmt: skip
        """Set up a center's data folder and this PC's configuration.

        ``founded`` False: a PC that joins by card and receives the center and its people from the others.
        Raises :class:`Refusal` where the folder is in use or a value is at fault.
        """
        from app.models.division import street as known_street

        if cls.exists(data):
            raise Refusal.of("data", _("这个文件夹里已经有数据：{folder}", folder=data), _("请直接打开，或另选文件夹"))
        refuse_share(data)
        known_street(street)
        workspace_id = str(uuid4())
        try:
            data.mkdir(parents=True, exist_ok=True)
            unfinished_aside(data)
            machine = machine or Machine.create(config / workspace_id, street)
            workspace = cls._wired(data, machine, sqlite_engine(data / "shuniu.db", machine.db_key), street, clock)
            try:
                workspace._set_up(name, user, password, founded=founded)
            except BaseException:
                workspace.close()
                raise
        except OSError as error:
            raise EnvironmentFault(
                _("不能在这里建立数据文件夹：{folder}", folder=data), _("请检查磁盘空间和权限，或另选文件夹。")
            ) from error
        return workspace

    def _set_up(self, name: str, user: str, password: str, *, founded: bool) -> None:
        """Fill an empty database; it is a data folder once its facts are written, last of all."""
        migrate(self.engine)
        local.write(self.office, "folded_schema", SCHEMA)
        local.write(self.office, backups.PROGRAM, VERSION)
        device.introduce(self.replica())
        self._settle_id()
        mending.keep(self.machine)
        if founded:
            self._found(name, user, password)
        made = self.clock().isoformat(timespec="seconds")
        facts = {"workspace": self.machine.folder.name, "street": self.street, "made": made}
        write_safely(self.data / "workspace.json", json.dumps(facts, ensure_ascii=False).encode(), 0o644)

    @classmethod
    def join(cls, data: Path, config: Path, file: Path, *, clock: Clock = datetime.now) -> Workspace:
        """Join a center by the card ``file``: a new PC in an empty folder, or one that was set up without a card.

        The center and its people come from the others. Raises :class:`Refusal` where the card is at fault.
        """
        from app.sync import card

        join = card.read(file)
        if cls.exists(data):
            cls._unlock(data, config, join)
            workspace = cls.open(data, config, clock=clock)
            if workspace.machine.card == card.public(join.card):  # unlocked by this very card
                return workspace
            joined = card.accept(workspace.machine, join)
            replica = workspace.replica()
            with device.renewing(replica) as renewal, replica.writing() as connection:
                renewal.go_on_as(connection, joined)
            key_slot.keep(data, joined)
            return workspace.with_machine(joined)
        machine = card.accept(Machine.create(config / str(uuid4()), join.card.scope, join.card.letters), join)
        machine.save()
        return cls.create(data, config, join.card.scope, join.card.center, clock=clock, machine=machine, founded=False)

    @classmethod
    def _unlock(cls, data: Path, config: Path, join: JoinCard) -> None:
        """The folder of a PC that is no more: the card brings the key of its database, and certifies this PC."""
        from app.sync import card

        workspace_id = json.loads((data / "workspace.json").read_text("utf-8"))["workspace"]
        with contextlib.suppress(KeysLost):
            mending.find(config / workspace_id)
            return
        if join.slot is None or join.slot.workspace != workspace_id:
            raise Refusal.of(
                "card", _("这份数据是另一台电脑的，这张入网卡打不开它"),
                _("请把数据文件夹里的 {name} 交给区里，换一张能打开它的入网卡", name=key_slot.NAME),
            )  # fmt: skip
        mending.held(config / workspace_id, join.slot.key)
        fresh = Machine.create(config / workspace_id, join.card.scope, join.card.letters, join.slot.key)
        card.accept(fresh, join).save()

    def _settle_id(self) -> Workspace:
        """See to it that the log carries this PC, under a new id where the folder was copied or put back (design.md
        §7); and that what another PC wrote in it and never sent goes out under this one's id: the key it could be
        signed with is gone."""
        replica = self.replica()
        before, put_back = device.remembered(self.engine), device.lacks_mark(replica)
        if before == self.machine.device and not put_back:
            return self
        with device.renewing(replica) as renewal, replica.writing() as connection:
            if put_back:
                renewal.begin(connection)
            else:
                device.introduce_in(connection, replica, self.street)
            now = renewal.current
            if before is not None and before not in forks.own_ids(now.machine):
                heal.orphaned(connection, now, before)
            device.sign_heads(connection, now.machine)  # a database that was put back may end further under an old id
            device.note(connection, now.machine)
        key_slot.keep(self.data, now.machine)
        return self.with_machine(now.machine)

    @classmethod
    def open(cls, data: Path, config: Path, *, clock: Clock = datetime.now) -> Workspace:
        """Open a data folder; migrates it where needed. Raises an :class:`EnvironmentFault` that says what to do."""
        try:
            facts = json.loads((data / "workspace.json").read_text("utf-8"))
            street, workspace_id = facts["street"], facts["workspace"]
        except (FileNotFoundError, NotADirectoryError):
            raise EnvironmentFault(
                _("这里还没有数据：{folder}", folder=data), _("请先设置中心（shuniu init），或用入网卡加入。")
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DatabaseDamaged(_("数据文件夹的说明读不出来。"), _("请用最近的备份恢复。")) from error
        refuse_share(data)
        found = mending.find(config / workspace_id)
        finish_restore(data)
        path = data / "shuniu.db"
        if not path.is_file():
            raise DatabaseDamaged(_("数据文件夹里缺少数据库 {name}。", name=path.name), _("请用最近的备份恢复。"))
        engine = sqlite_engine(path, found.machine.db_key)
        try:
            return cls._opened(data, found, engine, street, clock)
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def _opened(cls, data: Path, found: mending.Found, engine: Engine, street: str, clock: Clock) -> Workspace:
        if revision(engine) is None:
            raise DatabaseDamaged(_("数据库是空的。"), _("请用最近的备份恢复，不要删除现在的文件。"))
        failed = cls._before_update(data, found.machine, engine, clock)
        migrate(engine)
        machine = device.settled(engine, found.machine)
        workspace = cls._wired(data, machine, engine, street, clock)._settle_id()
        workspace = replace(workspace, notices=(*found.notices, *failed))
        mending.keep(workspace.machine)
        workspace._fold_after_upgrade()
        recovery.keep(data, workspace.machine, public_key(workspace.office))
        if not failed and backups.opened_by(engine) != VERSION:
            local.write(workspace.office, backups.PROGRAM, VERSION)
        return workspace

    @staticmethod
    def _before_update(data: Path, machine: Machine, engine: Engine, clock: Clock) -> tuple[str, ...]:
        """The old state is kept before a newer program touches it; a newer database is left to :func:`migrate` to refuse.

        A migration does not begin without its backup. Where nothing is migrated the work goes on, and the sentences that
        are returned say why there is none; the next start tries again.
        """
        source, at = backups.Source(data, engine, machine.db_key, clock), revision(engine) or ""
        if at < HEAD:
            backups.make(source, "migration")
        elif at == HEAD and backups.newer(VERSION, backups.opened_by(engine)):
            try:
                backups.make(source, "update")
            except EnvironmentFault as error:
                return (_("程序已更新，更新前的备份没有做成：{why}", why=str(error)),)
        return ()

    def backup(self, why: str) -> backups.Made:
        """Make a backup, also in the second place that was chosen on this PC. Raises :class:`Refusal` where the person at
        the desk may not make one by hand."""
        if why == "manual":
            self.office.duty.need(BACKUP)
        recovery.keep(self.data, self.machine, public_key(self.office))
        source = backups.Source(self.data, self.engine, self.machine.db_key, self.clock)
        held = backups.state(self.engine)
        made = backups.make(source, why, backups.second_place(self.office))
        backups.note(self.office, made, held)
        return made

    def move(self, place: Path) -> Package:
        """Make in ``place`` the folder with which a new PC goes on (:mod:`app.services.moving`); this one remembers that
        it was made. Raises :class:`Refusal` where the person at the desk may not, or no recovery sheet was made that
        would open it, and :class:`EnvironmentFault` where there is no room."""
        self.office.duty.need(MACHINE)
        if not public_key(self.office):
            raise Refusal.of("sheet", _("还没有开具恢复单，到了新电脑打不开。"), _("请先开具恢复单，印好，再做一次。"))
        with self.office.reading() as session:
            name = getattr(center(session, self.office.scope), "name", "")
        package = moving.pack(self.backup("move").files[0], name, self.clock(), place)
        local.write(self.office, moving.MOVED, package.made.isoformat(timespec="minutes"))
        return package

    def backup_before(self, why: str) -> backups.Made | None:
        """The backup that is kept before something is done; None where nothing was written since the last good one."""
        return None if backups.fresh(self.office, self.data / backups.FOLDER) else self.backup(why)

    def recovery_sheet(self) -> bytes:
        """A new recovery sheet, as a PDF; what is kept from now on opens with it, here at once and on the center's other
        PCs when they hear of it."""
        sheet = make_sheet(self.office, self.center_id)
        recovery.keep(self.data, self.machine, sheet.public)
        return sheet.pdf

    def backup_when_due(self) -> backups.Made | None:
        """The backup of the day, where there is none yet."""
        return self.backup("daily") if backups.due(self.data / backups.FOLDER, self.clock()) else None

    @classmethod
    def restore(cls, data: Path, config: Path, source: Path, *, clock: Clock = datetime.now) -> Path:
        """Put a backup in place of the database; returns where the present one is kept."""
        from app.store.backup import facts, restore

        path = data / "workspace.json"
        if not path.is_file():
            raise EnvironmentFault(_("这里还没有数据：{folder}", folder=data), _("请先设置中心，再恢复备份。"))
        lost = b""
        try:
            workspace_id = str(json.loads(path.read_text("utf-8"))["workspace"])
        except (OSError, ValueError, KeyError, TypeError):
            lost = json.dumps(said := facts(source), ensure_ascii=False).encode()
            workspace_id = said["workspace"]
        kept = restore(data, workspace_id, mending.find(config / workspace_id).machine.db_key, source, clock())
        if lost:
            write_safely(path, lost, 0o644)
        return kept

    @classmethod
    def recover(cls, data: Path, config: Path, source: Path, code: str, *, clock: Clock = datetime.now) -> Workspace:
        """Open with the code of the recovery sheet what a PC that is gone has left: its data folder ``source`` (also
        ``data`` itself), or a backup of it. The PC goes on under a new id and letters of its own.

        Cut off anywhere it can be done again: it is a data folder once its facts are written, last of all. Raises
        :class:`Refusal` where the code does not fit, or ``data`` holds something already.
        """
        from app.store import backup

        folder = source.is_dir()
        if cls.exists(data) and not (folder and source.samefile(data)):
            raise Refusal.of("data", _("这个文件夹里已经有数据：{folder}", folder=data), _("请另选一个空文件夹"))
        sealed = backup.slot(source, recovery.NAME)
        slot = recovery.unseal(code, sealed)
        held = mending.held(config / slot.workspace, slot.key)
        if cls.exists(data):
            if held:
                raise Refusal.of(
                    "config", _("本机有这份数据的密钥，不需要恢复单"), _("请直接打开，或用 restore 恢复备份")
                )
            facts = b""
        else:
            facts = backup.unpack(source, data, slot.key)
        if not held:
            Machine.create(config / slot.workspace, slot.scope, recovery.letters(), slot.key)
        if facts:
            write_safely(data / backup.FACTS, facts, 0o644)
        return cls.open(data, config, clock=clock)

    @classmethod
    def _wired(cls, data: Path, machine: Machine, engine: Engine, street: str, clock: Clock) -> Workspace:
        office = Office(engine, machine.device, street, machine.letters, clock, lambda: Mark.load(machine.folder))
        return cls(data, machine, engine, street, clock, office)

    @property
    def center_id(self) -> str:
        """The id of this center's record."""
        return center_id(self.street)

    def close(self) -> None:
        """Release the database."""
        self.engine.dispose()

    def replica(self) -> Any:
        """What the sync needs of this PC."""
        from app.sync.replica import Replica

        return Replica(self.engine, self.machine, SCHEMA, self.data / "inbox", lambda: int(self.clock().timestamp()))

    def with_machine(self, machine: Machine) -> Workspace:
        """The same folder under another device id or card."""
        mending.keep(machine)
        office = replace(self.office, device=machine.device, letters=machine.letters)
        return replace(self, machine=machine, office=office)

    def _found(self, name: str, user: str, password: str) -> None:
        person = user or _("管理员")
        with self.office.acting(person).unit() as unit:
            put(unit, KINDS["center"], {"name": name, "street": self.street}, fixed_id=center_id(self.street))
            record = put(unit, KINDS["user"], {"name": person, "role": "administrator"})
            user_id = record.id
        if password:
            local.set_password(self.office, user_id, password)

    def _fold_after_upgrade(self) -> None:
        """Fields and kinds of a newer program lie in the log; after the upgrade they are folded in."""
        if local.read(self.office, "folded_schema", 0) == SCHEMA:
            return
        replica = self.replica()
        with replica.writing() as connection:
            for scope in (self.street, ALL):
                closing.settle(connection, replica, scope)
            rows.rebuild(connection)
            search.forget(connection)
        local.write(self.office, "folded_schema", SCHEMA)

    def index(self) -> int:
        """Bring the search entries up to date; returns how many records were indexed."""
        with told_apart():
            with self.engine.connect() as connection:
                if not search.behind(connection):
                    return 0
            with self.engine.execution_options(write=True).begin() as connection:
                return search.catch_up(connection)

    def demo(self) -> Workspace:
        """The same folder writing sample data, in a scope that never leaves."""
        return replace(self, office=replace(self.office, scope=DEMO))

    def check(self) -> list[str]:
        """SQLite's integrity, every hash chain, and the tables against the log; a line per fault."""
        from app.store.database import integrity
        from app.sync import log

        with told_apart(), self.engine.connect() as connection:
            faults = [*integrity(connection), *log.verify(connection), *closing.faults(connection, self.replica())]
            if faults:
                return faults
            for owner, kind, record_id in rows.compare(connection):
                faults.append(_("{kind} {id}（{owner}）与日志不一致", kind=kind, id=record_id, owner=owner))
        return faults
