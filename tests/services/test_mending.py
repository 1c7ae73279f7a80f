"""Damaged files of this PC's configuration: the start goes on with a copy of the keys, or the recovery sheet mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import KeysLost, Refusal
from app.services import reading, writing
from app.sync.machine import Machine, Mark
from app.workspace import Workspace
from tests.services.test_recovery import printed
from tests.sync.world import World


def changed(**values: object) -> Callable[[bytes], bytes]:
    return lambda raw: json.dumps(json.loads(raw) | values).encode()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "zero bytes": lambda _raw: b"",
    "zeroed": lambda raw: bytes(len(raw)),
    "truncated": lambda raw: raw[: len(raw) // 2],
    "garbage": lambda raw: bytes(255 - byte for byte in raw),
    "a list": lambda _raw: b"[1, 2]",
    "nested": lambda _raw: b"[" * 200_000,
    "null": lambda _raw: b"null",
    "a key too short": changed(db_key="abcd"),
    "a key of another sort": changed(sign=5),
    "no text for letters": changed(letters=["A"]),
    "a card of another sort": changed(card=[1]),
    "earlier keys of another sort": changed(previous="0011"),
}
MARKS: dict[str, bytes] = {
    "zero bytes": b"", "a list": b"[]", "left a list": b'{"left": [], "counter": 1, "numbers": {}}',
    "counter a text": b'{"left": {}, "counter": "1", "numbers": {}}', "numbers a list": b'{"left": {}, "counter": 1, "numbers": [1]}',
    "a head that is none": b'{"left": {"310110013/x": [1, "zz"]}, "counter": 1, "numbers": {}}',
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "world")
    yield made
    made.close()


def opened(workspace: Workspace) -> Workspace:
    return Workspace.open(workspace.data, workspace.machine.folder.parent, clock=workspace.clock)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_keys_are_taken_from_their_copy(workspace: Workspace, damage: str) -> None:
    first = writing.save(workspace.office, "venue", {"name": "大会议室"})
    workspace.close()
    path = workspace.machine.folder / "machine.json"
    broken = DAMAGES[damage](path.read_bytes())
    path.write_bytes(broken)
    again = opened(workspace)
    assert reading.get(again.office, "venue", first.id).values["name"] == "大会议室"
    [notice] = again.notices
    assert "machine.json 损坏了，已经补好" in notice
    assert path.with_name("machine.json.damaged").read_bytes() == broken
    assert again.machine.db_key == workspace.machine.db_key
    second = writing.save(again.office, "venue", {"name": "二楼"})
    assert second.number != first.number
    assert again.check() == []
    again.close()
    third = opened(workspace)
    assert third.notices == (), "said once"
    assert third.machine == again.machine
    third.close()


@pytest.mark.parametrize("broken", MARKS)
def test_a_damaged_mark_is_begun_anew_under_a_new_id(workspace: Workspace, broken: str) -> None:
    first = writing.save(workspace.office, "venue", {"name": "大会议室"})
    workspace.close()
    path = workspace.machine.folder / "mark.json"
    path.write_bytes(MARKS[broken])
    again = opened(workspace)
    assert "mark.json 损坏了，已经补好" in again.notices[0]
    assert path.with_name("mark.json.damaged").read_bytes() == MARKS[broken]
    assert again.machine.device != workspace.machine.device
    assert writing.save(again.office, "venue", {"name": "二楼"}).number != first.number
    assert again.check() == []
    again.close()
    opened(workspace).close()


def test_a_copy_of_an_id_that_was_given_up_loses_nothing_on_the_way_to_the_district(world: World) -> None:
    pc = world.carded("pc")
    kept = pc.workspace.machine.folder / "spare"
    pc.put(name="一楼大厅")
    world.up(pc)
    old = shutil.copytree(kept, world.folder / "old")
    folder = pc.workspace.machine.folder
    Mark(folder, {f"{pc.workspace.street}/{pc.device}": (1 << 40, "00")}).save()
    pc.reopen()
    renewed = pc.device
    pc.put(name="没有送出的")
    shutil.rmtree(kept)
    shutil.copytree(old, kept)
    (folder / "machine.json").write_bytes(b"")
    pc.reopen()
    assert pc.device not in (renewed, Machine.load(old).device)
    pc.put(name="修好以后的")
    world.up(pc)
    other = world.carded("other")
    world.down(other)
    names = {one.values["name"] for one in reading.rows(other.workspace.office, "venue", reading.ids(other.workspace.office, "venue"))}  # fmt: skip
    assert names >= {"一楼大厅", "没有送出的", "修好以后的"}
    assert pc.workspace.check() == []
    assert other.workspace.check() == []


def test_a_proposed_id_that_cannot_be_read_is_forgotten(workspace: Workspace) -> None:
    workspace.close()
    path = workspace.machine.folder / "machine.next.json"
    path.write_bytes(b'{"scope": 1}')
    again = opened(workspace)
    assert again.machine.device == workspace.machine.device
    assert not path.exists()
    again.close()


def test_without_a_copy_the_recovery_sheet_mends_it_in_place(workspace: Workspace, tmp_path: Path) -> None:
    code = printed(workspace.recovery_sheet(), tmp_path)
    room = writing.save(workspace.office, "venue", {"name": "大会议室"}).id
    workspace.close()
    folder = workspace.machine.folder
    for path in (folder / "machine.json", folder / "spare" / "machine.json"):
        path.write_bytes(b"\0" * 100)
    with pytest.raises(KeysLost, match="恢复单"):
        opened(workspace)
    assert (folder / "machine.json").read_bytes() == b"\0" * 100, "nothing is touched before it can be mended"
    back = Workspace.recover(workspace.data, folder.parent, workspace.data, code, clock=workspace.clock)
    assert reading.get(back.office, "venue", room).values["name"] == "大会议室"
    assert back.check() == []
    back.close()
    assert (folder / "machine.json.damaged").read_bytes() == b"\0" * 100
    opened(workspace).close()
    with pytest.raises(Refusal, match="不需要恢复单"):
        Workspace.recover(workspace.data, folder.parent, workspace.data, code, clock=workspace.clock)
