"""Commands of the district: init, card, serve, revoke, get, bundle."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.commands.main import Global, emit, outside
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
