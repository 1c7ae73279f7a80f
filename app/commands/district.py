"""Commands of the district: init, card, serve, its centers, revoke, held changes, staff, bundles; records are in
`publishing`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.main import Global, emit, outside
from app.commands.publishing import calendar, delete, publish, put, undelete
from app.commands.syncing import FILE


@click.group("district")
def district_command() -> None:
    """The district's server."""


@district_command.command("init")
@click.option("--district", "code", required=True, help="six-digit district code")
@click.option("--name", required=True)
@click.option("--database", default=None, help="postgresql+psycopg://... ; a file in the data folder by default")
@click.pass_obj
def init(obj: Global, code: str, name: str, database: str | None) -> None:
    """Set up a district in the data folder."""
    from app.district.district import District

    district = District.create(obj.data, obj.config, code, name, database)
    emit({"district": code, "device": district.device})
    district.close()


@district_command.command("card")
@click.option("--street", required=True, help="nine-digit street code")
@click.option("--server", required=True, help="address at which the PCs reach this server")
@click.option("--out", required=True, type=FILE)
@click.option("--unlock", type=FILE, default=None, help="key.sealed of a data folder, to open it on another PC")
@click.pass_obj
def card(obj: Global, street: str, server: str, out: Path, unlock: Path | None) -> None:
    """Make a one-time card for a PC of a center."""
    from app.district.district import District

    outside(obj, out, "out")
    district = District.open(obj.data, obj.config)
    try:
        emit({"file": str(out), "street": street, "letters": district.card(street, server, out, unlock=unlock)})
    finally:
        district.close()


@district_command.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8760)
@click.option("--host", default="127.0.0.1")
@click.option("--workers", type=click.IntRange(1, 64), default=1)
@click.pass_obj
def serve(obj: Global, port: int, host: str, workers: int) -> None:
    """Serve the exchange until stopped."""
    from app.district.server import serve as run

    run(obj.data, obj.config, host, port, workers)


@district_command.command("revoke")
@click.argument("device")
@click.pass_obj
def revoke(obj: Global, device: str) -> None:
    """Close the log of a PC: nothing it writes from now on is accepted."""
    from app.district.district import District
    from app.sync import closing

    district = District.open(obj.data, obj.config)
    try:
        emit({"device": device, "street": closing.revoke(district.replica(), device)})
    finally:
        district.close()


@district_command.command("centers")
@click.pass_obj
def centers(obj: Global) -> None:
    """Every PC of every center: letters, state, when it was last heard, how many of its changes are held here."""
    from app.commands.log import when
    from app.district.district import District
    from app.district.overview import centers as found

    district = District.open(obj.data, obj.config)
    try:
        with district.replica().reading() as connection:
            for center in found(connection, district.code):
                for device in center.devices:
                    heard = None if device.heard_at is None else when(device.heard_at)
                    emit({"street": center.street.code, "name": center.name, "device": device.id,
                          "letters": device.letters, "state": device.state, "heard_at": heard,
                          "held": device.held})  # fmt: skip
    finally:
        district.close()


@district_command.command("held")
@click.pass_obj
def held(obj: Global) -> None:
    """What waits to be adopted, of every center."""
    from app.commands.log import held_lines
    from app.district.district import District
    from app.models.division import streets
    from app.services.holding import of_scope

    district = District.open(obj.data, obj.config)
    try:
        with district.replica().reading() as connection:
            for street in streets(district.code):
                for line in held_lines(of_scope(connection, street.code)):
                    emit({"street": street.code, **line})
    finally:
        district.close()


@district_command.command("adopt")
@click.argument("street")
@click.argument("device")
@click.option("--aside", is_flag=True, help="do not adopt: set aside, and list no more")
@click.pass_obj
def adopt(obj: Global, street: str, device: str, aside: bool) -> None:
    """Adopt what is held of DEVICE of the center of STREET: it is written again by the district."""
    from app.district.district import District
    from app.sync import holding

    district = District.open(obj.data, obj.config)
    try:
        act = holding.set_aside if aside else holding.adopt
        emit({"device": device, "changes": act(district.replica(), street, device, obj.actor), "adopted": not aside})
    finally:
        district.close()


@district_command.command("user")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, required=True, help="read the password from standard input")
@click.pass_obj
def user(obj: Global, name: str, password_stdin: bool) -> None:
    """Let a person of the district sign in at the console, or give a new password."""
    from app.district import staff
    from app.district.district import District

    password = sys.stdin.readline().rstrip("\r\n")
    district = District.open(obj.data, obj.config)
    try:
        made = staff.set_password(district.replica(), name, password)
        emit({"name": name.strip(), "did": "created" if made else "reset"})
    finally:
        district.close()


@district_command.command("get")
@click.argument("kind")
@click.option("--scope", default=None, help="a street's code")
@click.option("--reveal", is_flag=True)
@click.pass_obj
def get(obj: Global, kind: str, scope: str | None, reveal: bool) -> None:
    """Records of every center, or of one, as JSON lines."""
    from app.district.district import District

    district = District.open(obj.data, obj.config)
    try:
        for line in district.records(kind, scope, reveal=reveal):
            emit(line)
    finally:
        district.close()


@district_command.group("bundle")
def bundle() -> None:
    """Bundles by hand."""


@bundle.command("import")
@click.argument("file", type=FILE)
@click.pass_obj
def bundle_import(obj: Global, file: Path) -> None:
    """Import a center's bundle."""
    from app.commands.syncing import readable
    from app.district.district import District
    from app.services.syncing import received_facts
    from app.sync import usb

    readable(file)
    district = District.open(obj.data, obj.config)
    try:
        emit(received_facts(usb.import_file(district.replica(), file)))
    finally:
        district.close()


@bundle.command("export")
@click.argument("file", type=FILE)
@click.option("--for-device", "device", required=True, help="id of a PC that has spoken, or its certificate file")
@click.pass_obj
def bundle_export(obj: Global, file: Path, device: str) -> None:
    """Write what a center's PC has not got yet."""
    from app.district.district import District

    outside(obj, file)
    district = District.open(obj.data, obj.config)
    try:
        done = district.export(file, device)
        emit({"file": str(done.path), "recipient": done.recipient, "changes": done.changes, "bytes": done.size})
        sys.stderr.write(done.message + "\n")
    finally:
        district.close()


for _command in (put, delete, undelete, publish, calendar):
    district_command.add_command(_command)
