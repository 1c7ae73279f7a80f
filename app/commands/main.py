"""The command line (design.md §9): desktop, set-up, records. The other families register themselves on it."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from app import paths, text
from app.errors import EnvironmentFault, Fault, Refusal, ShuniuError
from app.text import _, reason

if TYPE_CHECKING:
    from app.workspace import Workspace


@dataclass(frozen=True)
class Global:
    """What stands before the command: folders, the actor, the clock's question."""

    data: Path
    config: Path
    actor: str
    accept_clock: bool
    safe: bool = False

    def open(self) -> Workspace:
        """The workspace of ``--data``, with ``--as`` at the desk."""
        from app.workspace import Workspace

        workspace = Workspace.open(self.data, self.config)
        for notice in workspace.notices:
            sys.stderr.write(notice + "\n")
        office = replace(workspace.office, actor=self.actor or _("命令行"), accept_clock=self.accept_clock)
        return replace(workspace, office=office)

    def permit(self, *rights: str) -> None:
        """For what does not go through an office: raises :class:`Refusal` where whoever ``--as`` names lacks a right. A
        folder that cannot be opened asks nobody."""
        if not self.actor:
            return
        try:
            workspace = self.open()
        except EnvironmentFault:
            return
        try:
            workspace.office.duty.need(*rights)
        finally:
            workspace.close()


class Lazy(click.Group):
    """Commands live in modules that are imported when they are called, so that every start is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *FAMILIES])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in FAMILIES:
            import importlib

            module = importlib.import_module(FAMILIES[cmd_name])
            return getattr(module, cmd_name.replace("-", "_") + "_command")
        return super().get_command(ctx, cmd_name)


FAMILIES = {
    **dict.fromkeys(("kinds", "put", "get", "delete", "undelete", "erase", "undo"), "app.commands.records"),
    **dict.fromkeys(
        ("history", "conflicts", "findings", "settle", "held", "adopt", "merge", "unmerge"), "app.commands.log"
    ),
    **dict.fromkeys(
        (
            "slip",
            "sheet",
            "check",
            "backup",
            "restore",
            "backups",
            "recovery-sheet",
            "move",
            "recover",
            "diagnostics",
            "self-test",
            "sample",
        ),
        "app.commands.keeping",
    ),
    **dict.fromkeys(("sync", "bundle", "card", "network"), "app.commands.syncing"),
    **dict.fromkeys(("import", "export"), "app.commands.exchange_files"),
    **dict.fromkeys(("audit", "person"), "app.commands.people"),
    "directory": "app.commands.directory",
    "district": "app.commands.district",
    **dict.fromkeys(("free", "calendar"), "app.commands.rooms"),
    "series": "app.commands.series",
    "tour": "app.commands.tour",
}


@click.group(cls=Lazy, invoke_without_command=True)
@click.option("--data", type=click.Path(path_type=Path), default=None, help="data folder")
@click.option("--config", type=click.Path(path_type=Path), default=None, help="per-machine configuration")
@click.option("--as", "actor", default="", help="who is at the desk")
@click.option("--lang", type=click.Choice(sorted(text.LANGUAGES)), default=None, help="language of messages")
@click.option("--accept-clock", is_flag=True, help="number by this clock although it lies before the last change")
@click.option(
    "--safe-mode", "safe", is_flag=True, help="the desktop without sync, backups by itself and kept preferences"
)
@click.pass_context
def shuniu(
    ctx: click.Context,
    data: Path | None,
    config: Path | None,
    actor: str,
    lang: str | None,
    accept_clock: bool,
    safe: bool,
) -> None:
    """Shuniu 枢纽: the desk of a street-level social organization service center."""
    text.use(lang or os.environ.get("SHUNIU_LANG", "zh"))
    ctx.obj = Global(data or paths.default_data(), config or paths.default_config(), actor, accept_clock, safe)
    if ctx.invoked_subcommand is None:
        _desktop(ctx.obj)


def _desktop(obj: Global, file: Path | None = None) -> NoReturn:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in shown):
        raise EnvironmentFault(_("这里没有显示器，打不开窗口。"), _("请在桌面环境里打开，或运行 shuniu tour。"))
    from app.views.start import run_desktop

    sys.exit(run_desktop(obj.data, obj.config, file=file, safe=obj.safe))


@shuniu.command("open")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def open_command(obj: Global, file: Path | None) -> None:
    """Open the desktop, and in it the preview of a bundle that was double-clicked."""
    _desktop(obj, file)


@shuniu.command()
@click.option("--street", required=True, help="nine-digit street code")
@click.option("--name", required=True, help="name of the center")
@click.option("--user", default="", help="first user")
@click.option("--password-stdin", is_flag=True, help="read the first user's password from standard input")
@click.option("--sample", is_flag=True, help="add sample data in a scope that never leaves")
@click.pass_obj
def init(obj: Global, street: str, name: str, user: str, password_stdin: bool, sample: bool) -> None:
    """Set up a center on this PC."""
    from app.workspace import Workspace

    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    workspace = Workspace.create(obj.data, obj.config, street, name, user=user, password=password)
    if sample:
        from app.services.sample import add_sample

        add_sample(workspace.demo().office)
    emit({"street": street, "device": workspace.office.device, "letters": workspace.office.letters})
    workspace.close()


def outside(obj: Global, path: Path, field: str = "file") -> Path:
    """``path`` as a file to write; refuses a folder, and a place among the program's own files."""
    if path.is_dir():
        raise Refusal.of(field, _("{file} 是文件夹", file=path), _("请写出文件名"))
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # links that lead round in a circle
        raise Refusal.of(field, _("{file} 找不到位置", file=path), _("请换一个位置")) from None
    for own in (obj.data, obj.config):
        if any(_same(folder, own) for folder in (target, *target.parents)):
            raise Refusal.of(field, _("{file} 在程序自己的文件夹里", file=path), _("请写到别的文件夹，例如U盘或桌面"))
    return path


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one folder: by what they lead to, not by how they are spelled."""
    try:
        return one.samefile(other)
    except OSError:
        return one == Path(os.path.abspath(other))


def emit(value: Any) -> None:
    """One JSON line on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def faults(error: Refusal) -> list[dict[str, str]]:
    """The faults of a refusal as the command line shows them."""
    return [fault_line(fault) for fault in error.faults]


def fault_line(fault: Fault) -> dict[str, str]:
    """One fault: ``error``, ``field``, ``mend``."""
    return {"error": fault.error, "field": fault.field, "mend": fault.mend}


def say(error: ShuniuError) -> None:
    """The one plain line of an error, on standard error."""
    if isinstance(error, Refusal):
        line = "；".join(" ".join(filter(None, (f.error, f.mend))) for f in error.faults)
    else:
        line = str(error)
    sys.stderr.write(line.replace("\n", " ") + "\n")


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the codes of design.md §9."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    _speak(given)
    for place, word in enumerate(given, 1):
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in word):  # bytes that were no UTF-8
            say(Refusal.of("", _("第 {n} 个参数不是 UTF-8 文字。", n=place), _("请改用 UTF-8 终端，或检查这个参数。")))
            sys.exit(2)
    try:
        shuniu.main(args=arguments, prog_name="shuniu", standalone_mode=False)
    except ShuniuError as error:
        say(error)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        say(ShuniuError(_misused(error)))
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        say(EnvironmentFault(_("读写文件出错：{why}", why=reason(error)), _("请检查路径、权限和磁盘空间。")))
        sys.exit(1)
    except ImportError as error:
        if ".so" not in str(error):
            raise
        say(
            EnvironmentFault(
                _("打不开窗口：这台电脑缺少系统库 {name}。", name=str(error).split(":")[0]),
                _("请维护人员安装它，例如 sudo apt install libegl1 libgl1 libfontconfig1 libxkbcommon0。"),
            )
        )
        sys.exit(1)
    except Exception as error:
        say(_bug(error, _folder(given)))
        sys.exit(1)
    sys.exit(0)


def _bug(error: Exception, config: Path) -> ShuniuError:
    """What nobody foresaw: into the log, and a calm line."""
    from app.services.logs import LOG, start_log

    start_log(config)
    logging.getLogger(__name__).error("A bug", exc_info=error)
    return ShuniuError(
        _("程序在这一步出了差错，没有做完。"),
        _("已保存的内容不受影响。差错记在 {file}；如果再次出现，请导出诊断交给维护人员。", file=config / LOG),
    )


def _folder(arguments: list[str]) -> Path:
    """The configuration that was asked for."""
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--config":
            return Path(after)
        if word.startswith("--config="):
            return Path(word.removeprefix("--config="))
    return paths.default_config()


def _speak(arguments: list[str]) -> None:
    """The language asked for, before click has read the arguments: refusals of the arguments are told in it."""
    asked = os.environ.get("SHUNIU_LANG", "zh")
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--lang" or word.startswith("--lang="):
            asked = after if word == "--lang" else word.removeprefix("--lang=")
            break
    text.use(asked if asked in text.LANGUAGES else "zh")


def _misused(error: click.ClickException) -> str:
    """One line for a command that click could not read, and where its usage is told."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    why = " ".join(error.format_message().split())
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # its message is the whole help
        group = error.ctx.command if error.ctx else shuniu
        offered = group.list_commands(error.ctx) if isinstance(group, click.Group) and error.ctx else []
        why = _("缺少子命令，可用：{offered}。", offered=text.listed(offered))
    return _(
        "命令用法不对：{why} 用 {command} --help 查看用法。", why=why, command=ctx.command_path if ctx else "shuniu"
    )
