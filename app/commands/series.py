"""Commands over series of bookings: preview, edit, cancel, skipped dates, booking one of them, renewal."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from app.commands.main import Global, emit
from app.commands.records import one_line, refusal_line
from app.errors import Refusal
from app.models.registry import kind_of

LINE = ("date", "start", "end", "state", "by")


@click.group("series")
def series_command() -> None:
    """Series of bookings. A new one is made by put booking_series."""


@series_command.command("preview")
@click.pass_obj
def preview(obj: Global) -> None:
    """One JSON object in, as put booking_series takes it; a line per date: {"date","start","end","state","by"}.

    \b
    {"venue": "二楼会议室", "start": "2026-12-07T14:00", "end": "2026-12-07T16:00",
     "rule": "FREQ=WEEKLY;COUNT=10", "client_name": "晨曦合唱团"}
    """
    from app.services import series
    from app.services.naming import linked
    from app.services.series_plan import asked_of

    asked, values = asked_of("booking_series", one_line(sys.stdin.buffer))
    workspace = obj.open()
    try:
        with workspace.office.reading() as session:
            values = linked(session, workspace.office.scope, kind_of("booking_series"), values)
        for row in series.preview(workspace.office, values, asked):
            emit(row.line(*LINE))
    finally:
        workspace.close()


@series_command.command("edit")
@click.argument("series_id")
@click.option("--scope", type=click.Choice(["this", "later", "all"]), required=True)
@click.option("--date", default="", help="the original date: the one, or the first of the later ones")
@click.option("--overwrite", is_flag=True, help="dates that were changed or cancelled one by one follow, too")
@click.option("--on-taken", type=click.Choice(["refuse", "skip"]), default="refuse")
@click.option("--reason", default="", help="override a policy, with this reason on the audit list")
@click.pass_obj
def edit(
    obj: Global, series_id: str, scope: str, date: str, overwrite: bool, on_taken: str, reason: str
) -> None:  # fmt: skip
    """One JSON object in: the fields to change. Past dates never change."""
    from app.services import series

    values = one_line(sys.stdin.buffer)
    workspace = obj.open()
    try:
        _answer(
            series.edit(workspace.office, series_id, scope, date, values, overwrite=overwrite, on_taken=on_taken,
                        reason=reason)
        )  # fmt: skip
    finally:
        workspace.close()


@series_command.command("cancel")
@click.argument("series_id")
@click.option("--scope", type=click.Choice(["this", "later", "all"]), required=True)
@click.option("--date", default="", help="the original date: the one, or the first of the later ones")
@click.option("--reason", required=True, help="why; it is kept on each booking")
@click.option("--overwrite", is_flag=True, help="dates that were changed one by one are cancelled, too")
@click.pass_obj
def cancel(obj: Global, series_id: str, scope: str, date: str, reason: str, overwrite: bool) -> None:
    """Cancel dates that have not begun; with the last one the series."""
    from app.services import series

    workspace = obj.open()
    try:
        _answer(series.cancel(workspace.office, series_id, scope, date, reason, overwrite=overwrite))
    finally:
        workspace.close()


@series_command.command("skipped")
@click.argument("series_id")
@click.pass_obj
def skipped(obj: Global, series_id: str) -> None:
    """The dates of a series that are not booked, a line each, with what stands against them now."""
    from app.services import series

    workspace = obj.open()
    try:
        for row in series.skipped(workspace.office, series_id):
            emit(row.line(*LINE))
    finally:
        workspace.close()


@series_command.command("book")
@click.argument("series_id")
@click.argument("date")
@click.option("--venue", default=None, help="another room for this date")
@click.option("--reason", default="", help="override a policy, with this reason on the audit list")
@click.pass_obj
def book(obj: Global, series_id: str, date: str, venue: str | None, reason: str) -> None:
    """Book a date of a series that was skipped or cancelled."""
    from app.services import series

    workspace = obj.open()
    try:
        _answer(series.book(workspace.office, series_id, date, venue=venue, reason=reason))
    finally:
        workspace.close()


@series_command.command("renew")
@click.argument("series_ids", nargs=-1)
@click.option("--from", "first", required=True, help="first day of the new span, 2027-01-01")
@click.option("--until", "last", required=True, help="last day of the new span, 2027-12-31")
@click.option("--ended-from", default="", help="all series whose last date lies in a span: its first day")
@click.option("--ended-until", default="", help="and its last day")
@click.option("--on-taken", type=click.Choice(["refuse", "skip"]), default="skip")
@click.pass_obj
def renew(
    obj: Global, series_ids: tuple[str, ...], first: str, last: str, ended_from: str, ended_until: str, on_taken: str
) -> None:  # fmt: skip
    """Make for each series one that follows it over a new span; without ids those that ended, or list them first with
    renewable."""
    from app.services import series_renewal

    workspace = obj.open()
    office, failed = workspace.office, False
    try:
        wanted = list(series_ids)
        if not wanted and ended_from and ended_until:
            wanted = [one.id for one in series_renewal.renewable(office, ended_from, ended_until) if not one.renewed]
        if not wanted:
            raise click.UsageError("name the series, or --ended-from and --ended-until")
        for one in series_renewal.renew(office, wanted, first, last, on_taken=on_taken):
            failed |= one.refusal is not None
            answer = _said(one.outcome) if one.outcome else refusal_line(one.refusal or Refusal())
            emit({"follows": one.id, **answer})
    finally:
        workspace.close()
    sys.exit(1 if failed else 0)


@series_command.command("renewable")
@click.option("--ended-from", required=True, help="first day of the span in which their last date lies")
@click.option("--ended-until", required=True, help="last day of it")
@click.pass_obj
def renewable(obj: Global, ended_from: str, ended_until: str) -> None:
    """The series whose last date lies in a span, a line each."""
    from app.services import series_renewal

    workspace = obj.open()
    try:
        for one in series_renewal.renewable(workspace.office, ended_from, ended_until):
            emit(asdict(one))
    finally:
        workspace.close()


def _said(outcome: Any) -> dict[str, Any]:
    notices = {"notices": list(outcome.notices)} if outcome.notices else {}
    return {"id": outcome.id, "number": outcome.number, **outcome.done, **notices}


def _answer(outcome: Any) -> None:
    emit(_said(outcome))
