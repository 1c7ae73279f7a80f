"""Two PCs of a center that take each other's administrators away, over a real exchange: somebody can always get in and put
it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import Refusal
from app.services.office import Office
from app.services.people import people
from app.services.signing_in import reset_password, sign_in
from app.services.writing import save, set_deleted
from tests import sampling
from tests.services.test_recovery import printed
from tests.sync.world import Pc, World

Away = Callable[[Office, str], object]
WAYS: dict[str, Away] = {
    "demoted": lambda office, one: save(office, "user", {"role": "staff"}, one),
    "deactivated": lambda office, one: save(office, "user", {"active": False}, one),
    "deleted": lambda office, one: set_deleted(office, "user", [one], True),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "world")
    yield made
    made.close()


def exchanged(world: World, *pcs: Pc) -> None:
    for pc in (*pcs, *pcs):
        world.up(pc)
        world.down(pc)


@pytest.mark.parametrize(("one", "other"), sampling.sample([(one, other) for one in WAYS for other in WAYS], 3))
def test_somebody_can_always_put_it_right(world: World, tmp_path: Path, one: str, other: str) -> None:
    a, b = world.carded("a"), world.carded("b")
    a.workspace._found("殷行街道社会组织服务中心", "王小明", "枢纽123456")
    [first] = [person.id for person in people(a.workspace.office)]
    second = save(a.workspace.office, "user", {"name": "李红", "role": "administrator"}).id
    code = printed(a.workspace.recovery_sheet(), tmp_path)
    exchanged(world, a, b)
    WAYS[one](a.workspace.office.acting("王小明", first), second)
    WAYS[other](b.workspace.office.acting("李红", second), first)
    exchanged(world, a, b)
    for pc in (a, b):
        office = pc.workspace.office
        able = [person for person in people(office) if "users" in office.acting(person.name, person.id).duty.rights]
        assert able, "nobody is left who may manage the people"
        assert pc.workspace.check() == []
    office = a.workspace.office
    mine = next((person for person in people(office) if person.id == first), people(office)[0])
    if mine.id == first:
        with pytest.raises(Refusal, match="密码不对"):
            sign_in(office, first, "")
        reset_password(office, first, code, "新密码123456")
        sign_in(office, first, "新密码123456")
    desk = office.acting(mine.name, mine.id)
    set_deleted(desk, "user", [mine.id], False)
    save(desk, "user", {"active": True, "role": "administrator"}, mine.id)
    assert mine.id in [person.id for person in people(office)]
    exchanged(world, a, b)
    assert "machine" in b.workspace.office.acting(mine.name, mine.id).duty.rights
    assert b.workspace.check() == []


def test_as_long_as_one_is_in_use_nobody_comes_back(world: World) -> None:
    office = world.carded("a").workspace.office
    first = save(office, "user", {"name": "王小明", "role": "administrator"}).id
    second = save(office, "user", {"name": "李红", "role": "administrator"}).id
    save(office.acting("王小明", first), "user", {"active": False}, second)
    with pytest.raises(Refusal, match="账号已停用"):
        sign_in(office, second, "")
    assert [person.id for person in people(office)] == [first]
    assert office.acting("李红", second).duty.gone
