"""The configuration of this PC where its files are damaged: a spare copy of the keys takes their place, a mark that is lost
is begun anew under a new id, and what was damaged stays beside under another name.

The spare lies where the keys lie, so that a copied data folder alone still says nothing.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import EnvironmentFault, KeysLost
from app.sync.certificate import card_of
from app.sync.machine import MACHINE, PROPOSED, Machine, Mark, write_safely
from app.text import _

SPARE = "spare"
"""The folder of the copy, in the folder of the keys."""
MARK = "mark.json"
_BEYOND = 1 << 62
"""A number that no change has."""
KEY = 32
"""Bytes of each key and seed."""
_BROKEN = (EnvironmentFault, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Found:
    """The configuration as it can be used; ``notices``: sentences for whoever opened it."""

    machine: Machine
    notices: tuple[str, ...] = ()


def find(folder: Path) -> Found:
    """Read the configuration, mended where it can be; raises :class:`KeysLost` where there are no keys to be had.

    A PC whose configuration was mended goes on under a new id: the copy may be of one that was given up since, and
    without the mark nobody knows what has left. Cut off anywhere, the next start does the rest.
    """
    mended = []
    try:
        machine = _load(folder)
    except EnvironmentFault as error:
        try:
            machine = replace(_load(folder / SPARE), folder=folder)
        except EnvironmentFault:
            raise KeysLost(error.message, error.mend) from error
        mended.append(_laid_aside(folder / MACHINE))
    mark = _mark(folder)
    if mark is None:
        mended.append(_laid_aside(folder / MARK, copy=True))
    if mended:
        _distrust(machine, mark or Mark(folder))
        machine.save()
    try:
        proposed = Machine.proposed(folder)
        if proposed is not None:
            _must_be_sound(proposed)
    except _BROKEN:
        _laid_aside(folder / PROPOSED)  # the database says under which id it was written last
    return Found(machine, tuple(filter(None, mended)))


def keep(machine: Machine) -> None:
    """Keep the spare copy like the keys; where that cannot be written, the next time."""
    spare = machine.folder / SPARE
    with contextlib.suppress(OSError):
        now = (machine.folder / MACHINE).read_bytes()
        if not (spare / MACHINE).is_file() or (spare / MACHINE).read_bytes() != now:
            spare.mkdir(exist_ok=True, mode=0o700)
            replace(machine, folder=spare).save()


def held(folder: Path, key: bytes) -> bool:
    """Whether this PC has its configuration for the database with ``key``; what is damaged or of another one is laid aside."""
    with contextlib.suppress(KeysLost):
        if find(folder).machine.db_key == key:
            return True
    for path in (*folder.glob("*.json"), folder / SPARE / MACHINE):
        _laid_aside(path)
    return False


def _load(folder: Path) -> Machine:
    """As :meth:`Machine.load`; also what no key and no card can be is told as damaged."""
    try:
        machine = Machine.load(folder)
        _must_be_sound(machine)
    except EnvironmentFault:
        raise
    except _BROKEN as error:
        raise EnvironmentFault(_("本机配置读不出来。"), _("请用恢复单恢复本机配置。")) from error
    return machine


def _must_be_sound(machine: Machine) -> None:
    keys = (machine.db_key, machine.sign_seed, machine.box_seed, *machine.previous, *machine.given_up)
    if not all(isinstance(one, str) for one in (machine.scope, machine.letters)) or {len(key) for key in keys} != {KEY}:
        raise ValueError
    if machine.card is not None:
        card_of(machine.card)


def _mark(folder: Path) -> Mark | None:
    """The mark; None where it is damaged."""
    try:
        mark = Mark.load(folder)
        numbers = [mark.counter, *mark.numbers.values(), *(seq for seq, _head in mark.left.values())]
        heads = [bytes.fromhex(head) for _seq, head in mark.left.values()]
    except _BROKEN:
        return None
    return mark if all(type(one) is int for one in numbers) and all(heads) else None


def _distrust(machine: Machine, mark: Mark) -> None:
    """Let the mark say that more has left under this id than any database holds."""
    left = mark.left | {f"{machine.scope}/{machine.device}": (_BEYOND, "00")}
    raw = {"left": left, "counter": mark.counter, "numbers": mark.numbers}
    write_safely(machine.folder / MARK, json.dumps(raw).encode())


def _laid_aside(path: Path, *, copy: bool = False) -> str:
    """Keep a damaged file under another name; returns what to say of it, nothing where it is not there."""
    if not path.exists():
        return ""
    names = (f"{path.name}.damaged", *(f"{path.name}.damaged-{n}" for n in range(2, 1000)))
    target = next(one for name in names if not (one := path.with_name(name)).exists())
    if copy:
        shutil.copyfile(path, target)
    else:
        path.replace(target)
    return _("本机配置里的 {name} 损坏了，已经补好，可以照常使用；损坏的文件留着：{file}", name=path.name, file=target)
