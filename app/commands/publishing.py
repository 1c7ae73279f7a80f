"""The district's own records: put, delete, publishing them to the centers; the calendar of a year."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from app.commands.main import Global, emit, say
from app.errors import Refusal


@click.command("put")
@click.argument("kind")
@click.option("--each", is_flag=True, help="a transaction a line")
@click.pass_obj
def put(obj: Global, kind: str, each: bool) -> None:
    """The district's own notices, policies and directory entries: JSON lines in, a line out for each."""
    from app.commands.records import put_lines
    from app.district.district import District
    from app.district.publishing import publishable

    declared = publishable(kind)
    district = District.open(obj.data, obj.config)
    try:
        refused = put_lines(partial(district.unit, obj.actor), declared, each=each)
    finally:
        district.close()
    sys.exit(1 if refused else 0)


def _set_deleted(obj: Global, kind: str, record_id: str, deleted: bool) -> None:
    from app.district.district import District
    from app.district.publishing import publishable
    from app.services.writing import delete_in

    publishable(kind)
    district = District.open(obj.data, obj.config)
    try:
        with district.unit(obj.actor) as unit:
            delete_in(unit, kind, record_id, deleted)
        emit({"id": record_id, "deleted": deleted})
    finally:
        district.close()


@click.command("delete")
@click.argument("kind")
@click.argument("record_id")
@click.pass_obj
def delete(obj: Global, kind: str, record_id: str) -> None:
    """Put an own record into the bin; publishing it then withdraws what was published."""
    _set_deleted(obj, kind, record_id, True)


@click.command("undelete")
@click.argument("kind")
@click.argument("record_id")
@click.pass_obj
def undelete(obj: Global, kind: str, record_id: str) -> None:
    """Take an own record out of the bin."""
    _set_deleted(obj, kind, record_id, False)


@click.command("publish")
@click.argument("kind")
@click.argument("record_id")
@click.option("--to", "to", multiple=True, help="a street's code, several times for several; everyone by default")
@click.option("--withdraw", "back", is_flag=True, help="take the copies back: everywhere, or from --to")
@click.pass_obj
def publish(obj: Global, kind: str, record_id: str, to: tuple[str, ...], back: bool) -> None:
    """Publish an own record, or what was edited in it since; a deleted one is withdrawn. A line for each scope."""
    from app.district import publishing
    from app.district.district import District

    publishing.publishable(kind)
    district = District.open(obj.data, obj.config)
    try:
        replica = district.replica()
        if back:
            done = publishing.withdraw(replica, kind, record_id, obj.actor, to)
        else:
            done = publishing.publish(replica, district.code, kind, record_id, to, obj.actor)
        for one in done:
            emit({"id": record_id, "scope": one.scope, "did": one.did, "fields": list(one.fields)})
    finally:
        district.close()


@click.command("calendar")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "to", multiple=True, help="a street's code, several times for several; everyone by default")
@click.pass_obj
def calendar(obj: Global, file: Path, to: tuple[str, ...]) -> None:
    """Record a year's plan of days off from a CSV (date,kind,name) and publish every day of it; a line for each."""
    from app.district import publishing
    from app.district.district import District
    from app.services.plans import import_plan, read_plan

    rows = read_plan(file)
    district = District.open(obj.data, obj.config)
    try:
        with district.unit(obj.actor) as unit:
            days = import_plan(unit, rows)
            notices = list(unit.notices)
        replica = district.replica()
        for day in days:
            for one in publishing.publish(replica, district.code, "calendar_day", day.id, to, obj.actor):
                emit({"id": day.id, "date": day.date, "scope": one.scope, "did": one.did})
    finally:
        district.close()
    for notice in notices:
        say(Refusal.of("", notice))
