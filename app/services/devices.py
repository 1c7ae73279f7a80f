"""What people call the PCs whose changes are held: by the letters on their cards (design.md §3, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.office import Office
from app.sync import certificate as certificates
from app.sync import log
from app.text import _


@dataclass(frozen=True)
class Devices:
    """The devices known here: their letters by id, and which of them are a district's."""

    own: str
    letters: Mapping[str, str]
    districts: frozenset[str]
    mine: str = ""
    """The letters of this PC; it had other ids under them before."""

    def name(self, device: str) -> str:
        """``本机``, ``区里``, ``B 号电脑``; one that never introduced itself by the first signs of its id."""
        letters = self.letters.get(device, "")
        if device == self.own or (letters and letters == self.mine):
            return _("本机")
        if device in self.districts:
            return _("区里")
        return _("{letters} 号电脑", letters=letters) if letters else _("另一台电脑（{id}）", id=device[:4])


def devices(office: Office) -> Devices:
    """Everyone who introduced themselves in a log that is held here."""
    with office.reading() as session:
        held = [certificates.of_change(change) for change in log.of_kind(session.connection(), log.CERTIFICATE)]
    known = [one for one in held if one is not None]
    districts = frozenset(one.device for one in known if one.scope == log.ALL)
    letters = {one.device: one.letters for one in known if one.letters and one.scope == office.scope}
    return Devices(office.device, letters, districts, office.letters)


def device_name(office: Office, device: str) -> str:
    """How people call one PC."""
    return _("本机") if device == office.device else devices(office).name(device)
