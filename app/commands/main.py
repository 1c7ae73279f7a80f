"""The command line (design.md §9): desktop, set-up, records. The other families register themselves on it."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from app import paths, text
from app.errors import EnvironmentFault, Fault, Refusal, ShuniuError
from app.text import _

if TYPE_CHECKING:
    from app.workspace import Workspace


@dataclass(frozen=True)
class Global:
    """What stands before the command: folders, the actor, the clock's question."""

    data: Path
    config: Path
    actor: str
    accept_clock: bool

    def open(self) -> Workspace:
        """The workspace of ``--data``, with ``--as`` at the desk."""
        from app.workspace import Workspace

        workspace = Workspace.open(self.data, self.config)
        office = replace(workspace.office, actor=self.actor or _("命令行"), accept_clock=self.accept_clock)
        return replace(workspace, office=office)


class Lazy(click.Group):
    """Commands live in modules that are imported when they are called, so that every start is fast."""

    lazy: dict[str, str] = {}  # noqa: RUF012 - replaced, never changed

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
    **dict.fromkeys(("history", "conflicts", "findings", "settle"), "app.commands.log"),
    **dict.fromkeys(("slip", "check", "backup", "restore", "self-test"), "app.commands.keeping"),
    **dict.fromkeys(("sync", "bundle", "card"), "app.commands.syncing"),
    "district": "app.commands.district",
    "tour": "app.commands.tour",
}


@click.group(cls=Lazy, invoke_without_command=True)
@click.option("--data", type=click.Path(path_type=Path), default=None, help="data folder")
@click.option("--config", type=click.Path(path_type=Path), default=None, help="per-machine configuration")
@click.option("--as", "actor", default="", help="who is at the desk")
@click.option("--lang", type=click.Choice(sorted(text.LANGUAGES)), default=None, help="language of messages")
@click.option("--accept-clock", is_flag=True, help="number by this clock although it lies before the last change")
@click.pass_context
def shuniu(
    ctx: click.Context, data: Path | None, config: Path | None, actor: str, lang: str | None, accept_clock: bool
) -> None:
    """Shuniu 枢纽: the desk of a street-level social organization service center."""
    text.use(lang or os.environ.get("SHUNIU_LANG", "zh"))
    ctx.obj = Global(data or paths.default_data(), config or paths.default_config(), actor, accept_clock)
    if ctx.invoked_subcommand is None:
        from app.views.start import run_desktop

        sys.exit(run_desktop(ctx.obj.data, ctx.obj.config))


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
    try:
        shuniu.main(args=arguments, prog_name="shuniu", standalone_mode=False)
    except ShuniuError as error:
        say(error)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        say(
            EnvironmentFault(
                _("读写文件出错：{why}", why=error.strerror or str(error)), _("请检查路径、权限和磁盘空间。")
            )
        )
        sys.exit(1)
    sys.exit(0)


Command = Callable[..., Any]
