"""How this PC reaches the district: what a person set, and whether it works (design.md §7)."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import Refusal
from app.sync import certificate as certificates
from app.sync.machine import Machine
from app.sync.network import Network, Settings
from app.text import _


def settings(machine: Machine) -> Settings:
    """The network settings of this PC."""
    return Settings.load(machine.folder)


def change(machine: Machine, to: Settings) -> None:
    """Keep other settings; they hold from the next exchange on."""
    to.save(machine.folder)


def server(machine: Machine) -> str:
    """The address on this PC's card, empty where there is none."""
    card = certificates.card_of(machine.card) if machine.card else None
    return card.server if card is not None else ""


def network(machine: Machine) -> Network:
    """How to reach the district by the settings of this PC."""
    return settings(machine).network(server(machine))


def try_out(machine: Machine, how: Settings, probe: Callable[[str, Network], None] | None = None) -> str:
    """Try settings without keeping them; a sentence of what worked. Raises
    :class:`~app.errors.EnvironmentFault` that says what did not: the name, the connection, the proxy, the certificate,
    or that no Shuniu server answers."""
    if probe is None:
        from app.sync.http import probe
    address = server(machine)
    if not address:
        raise Refusal.of("card", _("本机还没有区里的入网卡，不知道区服务器的地址"), _("请先接受区里发的入网卡"))
    probe(address, how.network(address, stall=10.0))
    return _("连上了，区服务器 {server} 有答复。", server=address)
