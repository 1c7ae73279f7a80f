"""The database file: opened encrypted, migrated, and its failures told apart (design.md §3, platform.md SQLite)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from app.errors import DatabaseBusy, DatabaseDamaged, DatabaseNewer, EnvironmentFault, ShuniuError
from app.text import _

HEAD = "0003"
"""The newest migration; a test compares it with the scripts."""
BUSY_MS = 8000


def sqlite_engine(path: Path, key: bytes | None) -> Engine:
    """An engine over the SQLCipher file ``path`` with the raw 32-byte ``key`` (None: not encrypted).

    Transactions begin deferred, or IMMEDIATE on connections with the execution option ``write``. Once the file was
    opened, it must stay the same file: where it was removed or replaced meanwhile, nothing more is written, as that
    would be lost with it; raises :class:`EnvironmentFault`.
    """
    module, file = _module(key is not None), _SameFile(path)

    def connect() -> Any:
        file.must_be_there()
        if key is not None and file.known is None:
            _look_at_log(module, path, key)
        connection = module.connect(str(path), timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        cursor = connection.cursor()
        if key is not None:
            cursor.execute("PRAGMA cipher_log_level=NONE")  # it would write to the standard error of the process
            cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000",
                       "temp_store=MEMORY"):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        file.remember()
        return connection

    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        if write:
            file.must_be_there()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    engine = create_engine("sqlite://", module=module, creator=connect, pool_size=4, pool_reset_on_return="rollback",
                           poolclass=_pool(), hide_parameters=True)  # fmt: skip
    event.listen(engine, "begin", begin)
    return engine


def _look_at_log(module: Any, path: Path, key: bytes) -> None:
    """Read with the write-ahead log that was left, if one was, before anything may be written: the log of another database
    would be copied into this one when it is closed. Raises what the driver raises of a file that is no database."""
    left = path.with_name(path.name + "-wal")
    if not (path.is_file() and path.stat().st_size and left.is_file() and left.stat().st_size):
        return
    connection = module.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000)
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA cipher_log_level=NONE")
        cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        cursor.execute("SELECT count(*) FROM sqlite_master")
    except module.OperationalError:
        pass  # in use, or it cannot be opened so: whoever opens it for good is told
    finally:
        connection.close()


class _SameFile:
    """Knows the file that was opened first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: tuple[int, int] | None = None

    def remember(self) -> None:
        self.known = self.known or self._now()

    def must_be_there(self) -> None:
        if self.known is not None and self._now() != self.known:
            raise EnvironmentFault(
                _("数据文件已经不在原处，这次没有保存：{file}", file=self.path),
                _("请检查硬盘和数据文件夹，再重新打开枢纽。"),
            )

    def _now(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _module(encrypted: bool) -> Any:
    if not encrypted:
        return sqlite3
    from sqlcipher3 import dbapi2

    module: Any = dbapi2
    # A parameter of a type without an adapter makes the driver raise and clear an exception: half the time of an insert.
    for kind, adapter in ((bytes, bytes), (bool, int), (type(None), lambda nothing: nothing)):
        module.register_adapter(kind, adapter)
    return module


def _pool() -> Any:
    from sqlalchemy.pool import QueuePool

    return QueuePool


def server_engine(url: str) -> Engine:
    """An engine for the district: PostgreSQL by URL, or ``sqlite:///path``."""
    if url.startswith("sqlite:///"):
        return sqlite_engine(Path(url.removeprefix("sqlite:///")), None)
    return create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True)


@contextlib.contextmanager
def told_apart() -> Iterator[None]:
    """Turn what the database throws into the family of error it is, with what to do."""
    try:
        yield
    except ShuniuError:
        raise
    except (DBAPIError, sqlite3.Error, OSError) as error:
        fault = _fault(error)
        if fault is None:
            raise
        raise fault from error
    except Exception as error:  # sqlcipher3 raises its own classes when connecting
        fault = _fault(error) if type(error).__module__.startswith("sqlcipher3") else None
        if fault is None:
            raise
        raise fault from error


def _fault(error: BaseException) -> EnvironmentFault | None:
    words = str(getattr(error, "orig", None) or error).lower()
    if "disk is full" in words or "no space left" in words or "file too large" in words:
        return EnvironmentFault(_("磁盘已满，这次没有保存。"), _("请清理磁盘后再试，已有的数据没有受影响。"))
    if "disk i/o error" in words:
        return EnvironmentFault(_("磁盘读写出错，这次没有保存。"), _("请检查磁盘空间和硬盘后再试。"))
    if "readonly" in words or "read-only" in words or "permission denied" in words:
        return EnvironmentFault(_("数据文件不能写入。"), _("请检查数据文件夹的权限，或磁盘是否为只读。"))
    if "locked" in words or "busy" in words:
        return DatabaseBusy(_("数据库正被另一个程序占用。"), _("请关闭其他正在使用它的程序后再试。"))
    if "not a database" in words or "malformed" in words or "encrypted" in words:
        return DatabaseDamaged(_("数据库文件已损坏或密钥不符。"), _("请用最近的备份恢复，不要删除现在的文件。"))
    if "unable to open" in words:
        return EnvironmentFault(_("打不开数据文件。"), _("请检查数据文件夹是否存在、是否有权限，磁盘是否只读或已满。"))
    return None


def revision(engine: Engine) -> str | None:
    """The migration the database stands at, None for an empty one."""
    with told_apart(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine) -> bool:
    """Bring the database to :data:`HEAD`; True if something was done.

    Raises :class:`DatabaseNewer` where a newer program wrote it, :class:`DatabaseDamaged` where it cannot be read.
    """
    at = revision(engine)
    if at == HEAD:
        return False
    if at is not None and at > HEAD:
        raise DatabaseNewer(
            _("数据库是由更新版本的程序写入的。"), _("请先升级本机的枢纽程序，再打开。数据没有被改动。")
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with told_apart(), engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if revision(engine) != HEAD:
        raise DatabaseDamaged(_("数据库升级没有完成。"), _("请重新安装程序后再打开。"))
    return True


def integrity(connection: Connection) -> list[str]:
    """SQLite's own integrity check; empty when sound or on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return []
    lines = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    return [] if lines == ["ok"] else lines
