"""Commands that exchange news: sync, bundle, card; and how the district is reached: network."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from app.commands.log import when
from app.commands.main import Global, emit, outside, say
from app.errors import BundleRefused, EnvironmentFault, Refusal, ShuniuError
from app.sync.pauses import Interrupted, pause
from app.text import _

FILE = click.Path(path_type=Path, dir_okay=True)


@click.command("sync")
@click.option("--once", is_flag=True, help="one exchange; otherwise again and again")
@click.option("--status", "asked", is_flag=True, help="only say how the exchange stands, as JSON; nothing is sent")
@click.pass_obj
def sync_command(obj: Global, once: bool, asked: bool) -> None:
    """Exchange with the district of the card; exit 0 only when neither side has news left."""
    from app.services import syncing

    workspace = obj.open()
    failures = 0
    try:
        if asked:
            from app.services.standing import as_facts, stand

            emit(as_facts(stand(workspace)))
            sys.exit(0)
        while True:
            failed = None
            try:
                result = syncing.sync(workspace)
                if result.renewed is not None:
                    workspace = workspace.with_machine(result.renewed)
                told = {"sent": result.sent, "received": result.received, "unsent": syncing.status(workspace).unsent}
                notice = syncing.skew(workspace)
                emit(told | {"notice": notice} if notice else told)
                failures = 0
                if once:
                    sys.exit(0 if result.complete else 1)
            except EnvironmentFault as fault:
                if once:
                    raise
                say(fault)
                failed, failures = fault, failures + 1
                if isinstance(fault, Interrupted):
                    failures = 0
                    if fault.result.renewed is not None:
                        workspace = workspace.with_machine(fault.result.renewed)
            sys.stdout.flush()
            time.sleep(pause(failures, failed))
    finally:
        workspace.close()


@click.group("bundle")
def bundle_command() -> None:
    """The same news as a file, by USB stick."""


@bundle_command.command("export")
@click.argument("file", type=FILE)
@click.option("--for-device", type=FILE, default=None, help="certificate file of another PC of this center")
@click.pass_obj
def bundle_export(obj: Global, file: Path, for_device: Path | None) -> None:
    """Write what the district (or another PC) has not got yet."""
    from app.services import syncing

    outside(obj, file)
    workspace = obj.open()
    try:
        done = syncing.export(workspace, file, for_device)
        emit({"file": str(done.path), "recipient": done.recipient, "changes": done.changes, "bytes": done.size})
        sys.stderr.write(done.message + "\n")
    finally:
        workspace.close()


@bundle_command.command("import")
@click.argument("file", type=FILE)
@click.pass_obj
def bundle_import(obj: Global, file: Path) -> None:
    """Import a bundle, whole or not at all."""
    from app.services import syncing

    readable(file)
    workspace = obj.open()
    try:
        facts = syncing.bring(workspace, file).facts
        emit(facts)
        if facts["missing"]:
            raise ShuniuError(facts["missing"][0])
    finally:
        workspace.close()


@bundle_command.command("show")
@click.argument("file", type=FILE)
@click.pass_obj
def bundle_show(obj: Global, file: Path) -> None:
    """Who made a bundle, when, and what it brings."""
    from app.services import syncing

    readable(file)
    workspace = obj.open()
    try:
        preview = asdict(syncing.show(workspace, file))
        emit({**preview, "made_at": when(preview["made_at"])})
    finally:
        workspace.close()


def readable(file: Path) -> None:
    """Refuse a folder or a file that is not there, in one line."""
    if file.is_dir():
        raise BundleRefused(_("{file} 是文件夹，不是同步包。", file=file.name), _("请选择扩展名为 .shuniu 的文件。"))
    if not file.exists():
        raise BundleRefused(_("没有这个文件：{file}。", file=file.name), _("请检查U盘和文件名。"))


@click.group("card")
def card_command() -> None:
    """Cards by which a PC joins its center."""


@card_command.command("accept")
@click.argument("file", type=FILE)
@click.pass_obj
def card_accept(obj: Global, file: Path) -> None:
    """Join the center of the card FILE; replaces init on a new PC."""
    from app.services.rights import MACHINE
    from app.workspace import Workspace

    obj.permit(MACHINE)
    workspace = Workspace.join(obj.data, obj.config, file)
    try:
        emit({"street": workspace.street, "device": workspace.office.device, "letters": workspace.office.letters})
    finally:
        workspace.close()


@card_command.command("make")
@click.option("--out", required=True, type=FILE)
@click.pass_obj
def card_make(obj: Global, out: Path) -> None:
    """Make a card for another PC of this center, while there is no district."""
    from app.services import syncing

    outside(obj, out, "out")
    workspace = obj.open()
    try:
        emit({"file": str(out), "letters": syncing.make_card(workspace, out)})
    finally:
        workspace.close()


@card_command.command("certificate")
@click.argument("file", type=FILE)
@click.pass_obj
def card_certificate(obj: Global, file: Path) -> None:
    """Write this PC's certificate, for another PC's bundle export --for-device."""
    from app.services import syncing

    outside(obj, file)
    workspace = obj.open()
    try:
        syncing.write_certificate(workspace, file)
        emit({"file": str(file), "device": workspace.office.device})
    finally:
        workspace.close()


@click.command("network")
@click.option("--proxy", default=None, help="system, none, or an address as http://proxy.example:3128")
@click.option("--user", default=None, help="user name at the proxy")
@click.option("--password-stdin", is_flag=True, help="read the password at the proxy from standard input")
@click.option("--ca", type=FILE, default=None, help="certificate of the district's own authority, PEM or DER")
@click.option("--no-ca", is_flag=True, help="trust the system's authorities only")
@click.option("--show", is_flag=True, help="print the settings; never the password")
@click.option("--try", "trying", is_flag=True, help="try whether the district's server answers")
@click.pass_obj
def network_command(
    obj: Global, proxy: str | None, user: str | None, password_stdin: bool, ca: Path | None, no_ca: bool, show: bool,
    trying: bool,
) -> None:  # fmt: skip
    """How this PC reaches the district: proxy and certificate. Kept on this PC, never synced."""
    from app.services import networking
    from app.services.rights import MACHINE

    if proxy is None and (user is not None or password_stdin):
        raise click.UsageError(_("用户名和密码要和 --proxy 一起给出"))
    if proxy is not None and urlsplit(proxy if "://" in proxy else "").password:
        raise Refusal.of(
            "proxy", _("密码不要写在命令里，别人看得到"), _("请去掉密码，用 --password-stdin 从标准输入给出")
        )
    workspace = obj.open()
    try:
        now = to = networking.settings(workspace.machine)
        if proxy is not None:
            password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
            to = to.through(proxy, user or "", password)
        if ca is not None or no_ca:
            to = to.trusting(certificate_file(ca) if ca is not None else b"")
        if to != now:
            workspace.office.duty.need(MACHINE)
            networking.change(workspace.machine, to)
        if show or not trying:
            facts = {"proxy": to.proxy, "user": to.user, "password": bool(to.password), "ca": to.authority}
            emit({**facts, "server": networking.server(workspace.machine)})
        if trying:
            sys.stderr.write(networking.try_out(workspace.machine, to) + "\n")
    finally:
        workspace.close()


def certificate_file(file: Path) -> bytes:
    """What stands in a certificate file; a folder or a huge file is none."""
    if not file.is_file() or file.stat().st_size > 1024 * 1024:
        raise Refusal.of("ca", _("没有这个证书文件：{file}", file=file.name), _("请检查文件名"))
    return file.read_bytes()
