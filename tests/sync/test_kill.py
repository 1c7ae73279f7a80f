"""kill -9 at any moment, on either side: the folders open, ``check`` is clean, nothing acknowledged is lost, and doing
the same again completes it."""

from __future__ import annotations

import contextlib
import http.client
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.district.district import District
from app.sync import log, usb
from app.sync.packer import last_heard
from app.sync.replica import Replica
from app.workspace import Workspace
from tests import sampling
from tests.district.serving import free_port
from tests.sync.warm import KILLED, Child, Warm
from tests.sync.world import STREET, Pc, World, sound

MOMENTS = sampling.size(300, 3)
EVENTS = sampling.size(10_000, 3)
"""How many of the events of a run are died at, of those there are."""


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with Warm(tmp_path_factory.mktemp("warm")) as made:
        yield made


@dataclass
class Office:
    """A PC with a card and its district, each opened only to look; between, real processes work on their folders."""

    folder: Path
    warm: Warm
    port: int = field(default_factory=free_port)
    made: int = 0
    device: str = ""
    server: Child | None = None

    def __post_init__(self) -> None:
        world = World(self.folder, server=f"http://127.0.0.1:{self.port}")
        self.device = world.carded("pc").device
        world.close()

    @property
    def stick(self) -> Path:
        return self.folder / "stick.shuniu"

    def pc(self, *arguments: object) -> tuple[object, ...]:
        return ("--data", self.folder / "pc" / "data", "--config", self.folder / "pc" / "config", *arguments)

    def district(self, *arguments: object) -> tuple[object, ...]:
        return ("--data", self.folder / "district", "--config", self.folder / "district-config", *arguments)

    @contextlib.contextmanager
    def at_desk(self) -> Iterator[Pc]:
        workspace = Workspace.open(self.folder / "pc" / "data", self.folder / "pc" / "config")
        try:
            yield Pc(workspace, self.folder / "pc")
        finally:
            workspace.close()

    @contextlib.contextmanager
    def at_district(self) -> Iterator[Replica]:
        district = District.open(self.folder / "district", self.folder / "district-config")
        try:
            yield district.replica()
        finally:
            district.close()

    def news(self, count: int = 3) -> list[str]:
        """Records made at the PC."""
        with self.at_desk() as pc:
            self.made += count
            return [pc.put(name=f"厅{self.made}-{n}") for n in range(count)]

    def news_of_district(self) -> None:
        world = World(self.folder)
        for _n in range(3):
            self.made += 1
            world.files = iter([self.made])
            with contextlib.closing(District.open(self.folder / "district", self.folder / "district-config")) as opened:
                world._district = opened
                world.publish(name=f"通知{self.made}")

    def serve(self, die_at: int | None = None) -> None:
        """Start the district's server, and wait until it answers; from then on count to ``die_at``."""
        serve = self.district("district", "serve", "--port", self.port)
        self.server = self.warm.start(*serve, die_at=die_at, armed=die_at is not None)
        for _attempt in range(3000):
            if self.answers():
                break
            time.sleep(0.02)
        else:
            raise AssertionError(self.server.said)
        if die_at is not None:
            self.server.arm()

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):  # it may die within this very answer
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).read()
            return True
        return False

    def stop(self) -> None:
        assert self.server is not None
        self.server.kill()
        assert self.server.wait() == KILLED

    def sound(self) -> None:
        """Both folders open and hold together; what one says the other holds, it holds; nobody took a new id."""
        code, child = self.warm.run(*self.pc("check"))
        assert code == 0, (child.lines, child.said)
        with self.at_desk() as pc, self.at_district() as district:
            assert pc.device == self.device, "a kill is no rollback"
            assert sound(district)
            self._holds(pc.replica, last_heard(district, pc.device))
            self._holds(district, last_heard(pc.replica, district.machine.device))

    @staticmethod
    def _holds(replica: Replica, said: Any) -> None:
        with replica.reading() as connection:
            for (scope, device), (seq, head) in said.items():
                held = log.hash_at(connection, scope, device, seq)
                assert held is not None, f"{device} {seq} was acknowledged and is lost"
                assert held[:8] == head

    def equal(self, scope: str | None = None) -> bool:
        with self.at_desk() as pc, self.at_district() as district:
            return _heads(pc.replica, scope) == _heads(district, scope)


def _heads(replica: Replica, scope: str | None) -> Any:
    with replica.reading() as connection:
        return log.heads(connection, scope)


@pytest.fixture
def office(tmp_path: Path, warm: Warm) -> Iterator[Office]:
    made = Office(tmp_path, warm)
    yield made
    if made.server is not None and made.server.pid in warm.alive:
        made.stop()


@dataclass
class Deaths:
    """Does a thing again and again, each time killed at another moment."""

    office: Office

    def __call__(
        self, arguments: tuple[object, ...], *, prepare: Callable[[], None], afterwards: Callable[[Child], None],
        stdin: Callable[[], list[Any]] = list,
    ) -> None:  # fmt: skip
        """First once undisturbed, to see how long it takes and how many events it has."""
        warm, dice = self.office.warm, sampling.dice(arguments[4:])
        prepare()
        began = time.monotonic()
        code, child = warm.run(*arguments, stdin=stdin())
        took, events = time.monotonic() - began, child.events
        assert code == 0, (child.lines, child.said)
        afterwards(child)
        moments = tries = died = 0
        while moments < MOMENTS and tries < 4 * MOMENTS:
            prepare()
            child = warm.start(*arguments, stdin=stdin())
            time.sleep(dice.uniform(0, took))
            child.kill()
            tries, moments = tries + 1, moments + (child.wait() == KILLED)
            self._after(child, afterwards)
        for at in sampling.sample(range(1, events + 1), EVENTS):
            prepare()
            child = warm.start(*arguments, stdin=stdin(), die_at=at)
            died += child.wait() == KILLED
            self._after(child, afterwards)
        print(
            f"{arguments[4:]}: killed at {moments} moments and at {died} of {events} events, {took:.2f} s undisturbed"
        )
        wanted = len(sampling.sample(range(1, events + 1), EVENTS))
        assert moments >= MOMENTS // 2, "a kill that comes after the end is none"
        assert died >= wanted - max(1, wanted // 10), "only the last events may be lacking in a later run"

    def _after(self, child: Child, afterwards: Callable[[Child], None]) -> None:
        self.office.sound()
        afterwards(child)


@pytest.fixture
def deaths(office: Office) -> Deaths:
    return Deaths(office)


def test_put_loses_nothing_that_it_acknowledged(office: Office, deaths: Deaths) -> None:
    batches = iter(range(10**6))

    def lines() -> list[Any]:
        batch = next(batches)
        return [{"name": f"批{batch}厅{n}", "capacity": 40} for n in range(12)]

    def afterwards(child: Child) -> None:
        with office.at_desk() as pc:
            for line in child.lines:
                assert pc.get(line["id"]).number == line["number"]

    deaths(office.pc("put", "venue", "--each"), prepare=lambda: None, afterwards=afterwards, stdin=lines)
    with office.at_desk() as pc, pc.workspace.office.reading() as session:
        from sqlalchemy import text

        numbers = session.execute(text("SELECT number FROM venue")).scalars().all()
    assert len(set(numbers)) == len(numbers), "no number is given twice"


def test_put_of_a_batch_is_whole_or_not_at_all(office: Office, deaths: Deaths) -> None:
    batches = iter(range(10**6))
    latest = 0

    def lines() -> list[Any]:
        nonlocal latest
        latest = next(batches)
        return [{"name": f"批{latest}厅{n}"} for n in range(30)]

    def afterwards(child: Child) -> None:
        with office.at_desk() as pc, pc.workspace.office.reading() as session:
            from sqlalchemy import text

            found = session.execute(text(f"SELECT count(*) FROM venue WHERE name LIKE '批{latest}厅%'")).scalar()
        assert found == 30 or (found == 0 and not child.lines)

    deaths(office.pc("put", "venue"), prepare=lambda: None, afterwards=afterwards, stdin=lines)


def test_an_export_leaves_the_old_file_or_the_new_one(office: Office, deaths: Deaths) -> None:
    made: list[str] = []
    complete = office.pc("bundle", "export", office.stick)

    def prepare() -> None:
        made[:] = office.news()

    def afterwards(_child: Child) -> None:
        if office.stick.exists():
            with office.at_district() as district:
                usb.import_file(district, office.stick)
        code, again = office.warm.run(*complete)
        assert code == 0, again.said
        assert [path.name for path in office.folder.glob("stick*")] == [office.stick.name]
        with office.at_district() as district:
            usb.import_file(district, office.stick)
        assert office.equal(STREET)

    deaths(complete, prepare=prepare, afterwards=afterwards)


def test_an_export_at_the_district_leaves_the_old_file_or_the_new_one(office: Office, deaths: Deaths) -> None:
    complete = office.district("district", "bundle", "export", office.stick, "--for-device", office.device)

    def prepare() -> None:
        office.news_of_district()

    def imported() -> None:
        with office.at_desk() as pc:
            usb.import_file(pc.replica, office.stick)

    def afterwards(_child: Child) -> None:
        if office.stick.exists():
            imported()
        code, again = office.warm.run(*complete)
        assert code == 0, again.said
        assert [path.name for path in office.folder.glob("stick*")] == [office.stick.name]
        imported()
        assert office.equal(log.ALL)

    with office.at_desk() as pc:
        usb.export(pc.replica, office.stick)
    with office.at_district() as district:
        usb.import_file(district, office.stick)  # the district knows the PC from now on
    office.stick.unlink()
    deaths(complete, prepare=prepare, afterwards=afterwards)


def test_a_put_at_the_district_loses_nothing_that_it_acknowledged(office: Office, deaths: Deaths) -> None:
    batches = iter(range(10**6))

    def lines() -> list[Any]:
        batch = next(batches)
        return [{"title": f"通知{batch}-{n}", "body": "请各中心知悉"} for n in range(12)]

    def afterwards(child: Child) -> None:
        with office.at_district() as district, district.reading() as connection:
            for line in child.lines:
                assert log.of_record(connection, log.DISTRICT, "notice", line["id"])

    deaths(
        office.district("district", "put", "notice", "--each"), prepare=lambda: None, afterwards=afterwards, stdin=lines
    )


def test_an_import_at_a_pc_is_whole_or_not_at_all(office: Office, deaths: Deaths) -> None:
    complete = office.pc("bundle", "import", office.stick)

    def prepare() -> None:
        office.news_of_district()
        with office.at_desk() as pc, office.at_district() as district:
            usb.export(district, office.stick, pc.certificate())

    def afterwards(_child: Child) -> None:
        code, again = office.warm.run(*complete)
        assert code == 0, again.said
        assert office.equal(log.ALL)

    deaths(complete, prepare=prepare, afterwards=afterwards)


def test_an_import_at_the_district_is_whole_or_not_at_all(office: Office, deaths: Deaths) -> None:
    complete = office.district("district", "bundle", "import", office.stick)

    def prepare() -> None:
        office.news()
        with office.at_desk() as pc:
            usb.export(pc.replica, office.stick)

    def afterwards(_child: Child) -> None:
        code, again = office.warm.run(*complete)
        assert code == 0, again.said
        assert office.equal(STREET)

    deaths(complete, prepare=prepare, afterwards=afterwards)


def test_an_exchange_that_is_killed_at_the_pc_goes_on(office: Office, deaths: Deaths) -> None:
    office.serve()
    complete = office.pc("sync", "--once")

    def prepare() -> None:
        office.news()
        office.news_of_district()

    def afterwards(_child: Child) -> None:
        code, again = office.warm.run(*complete)
        assert code == 0, again.said
        assert office.equal()

    deaths(complete, prepare=prepare, afterwards=afterwards)


def test_a_server_that_is_killed_loses_nothing_it_said_it_holds(office: Office, warm: Warm) -> None:
    dice = sampling.dice("server")
    killed = 0
    for _moment in range(MOMENTS):
        office.serve()
        office.news()
        office.news_of_district()
        child = warm.start(*office.pc("sync", "--once"))
        time.sleep(dice.uniform(0.02, 0.35))
        office.stop()
        killed += child.wait() == 1
        assert child.said.count("\n") <= 1, child.said
        office.sound()
        office.serve()
        code, again = warm.run(*office.pc("sync", "--once"))
        assert code == 0, again.said
        office.stop()
        assert office.equal()
    print(f"server: {killed} of {MOMENTS} exchanges broke off")


def test_a_server_that_dies_at_any_of_its_events_loses_nothing_it_said_it_holds(office: Office, warm: Warm) -> None:
    """Between commit and answer, in the middle of the answer: at each event, until an exchange has no more of them."""
    at, deaths = 1, 0
    while True:
        office.news()
        office.news_of_district()
        office.serve(die_at=at)
        _code, child = warm.run(*office.pc("sync", "--once"))
        assert child.said.count("\n") <= 1, child.said
        lived = office.answers()
        office.stop()
        office.sound()
        office.serve()
        code, child = warm.run(*office.pc("sync", "--once"))
        assert code == 0, (child.lines, child.said)
        office.stop()
        assert office.equal()
        if lived:
            break
        at, deaths = at + sampling.size(1, 9), deaths + 1
    print(f"server: died at {deaths} of about {at} events")
    assert deaths >= 2
