"""The command line as a customer meets it: real processes, folders of their own, nothing of the program imported."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
STREET = "310110013"
NOBODY = "01920000-0000-7000-8000-000000000000"


class Answer:
    """How a process ended and what it said."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in self.err, self.err

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> Any:
        (line,) = self.lines
        return line


class Desk:
    """One PC: a data folder and a configuration folder."""

    rooms: list[str]

    def __init__(self, folder: Path) -> None:
        self.data, self.config = folder / "data", folder / "config"

    def command(self, *arguments: object) -> list[str]:
        folders = ["--data", str(self.data), "--config", str(self.config)]
        return [sys.executable, "-m", "app", *folders, *map(str, arguments)]

    def ask(self, *arguments: object, lines: list[Any] | None = None) -> Answer:
        """Run a command; each of ``lines`` is an object, or raw text."""
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines or [])
        done = subprocess.run(self.command(*arguments), input=text.encode(), capture_output=True, cwd=ROOT, timeout=60)
        return Answer(done)

    def do(self, *arguments: object, lines: list[Any] | None = None) -> list[Any]:
        """Run a command that must succeed; what it printed."""
        answer = self.ask(*arguments, lines=lines)
        assert answer.code == 0, answer.out + answer.err
        return answer.lines

    def new(self, kind: str, **values: Any) -> str:
        return self.do("put", kind, lines=[values])[0]["id"]

    def get(self, kind: str, record: str, *options: str) -> dict[str, Any]:
        return self.do("get", kind, record, *options)[0]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The answers of commands that do not depend on each other."""
    with ThreadPoolExecutor() as pool:
        return [running.result() for running in [pool.submit(call) for call in calls]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def desk(folder: Path) -> Desk:
    """A center that is set up, shared by the tests of this page."""
    desk = Desk(folder / "desk")
    desk.do("init", "--street", STREET, "--name", "殷行街道社会组织服务中心", "--user", "王小明")
    lines = [{"name": "同名室", "capacity": 30}, {"name": "同名室"}]
    desk.rooms = [line["id"] for line in desk.do("put", "venue", lines=lines)]
    return desk


def test_kinds_are_told_as_json(desk: Desk) -> None:
    kinds = {one["kind"]: one for one in desk.do("kinds")}
    assert {"organization", "team", "venue", "booking", "training", "enrolment", "service_case"} <= kinds.keys()
    booking = kinds["booking"]
    assert booking["together"]["slot"] == ["venue", "start", "end", "status"]
    fields = {field["name"]: field for field in booking["fields"]}
    assert fields["venue"]["targets"] == ["venue"]
    assert fields["contact_phone"]["privacy"] == "personal"
    assert fields["status"]["choices"]["confirmed"] == "已确认"


def test_what_is_not_a_command_ends_with_2_and_a_refusal_with_1_in_the_language_asked_for(desk: Desk) -> None:
    misused, refused = at_once(lambda: desk.ask("put"), lambda: desk.ask("--lang", "en", "get", "venue", NOBODY))
    assert misused.code == 2
    assert refused.code == 1
    assert refused.err.isascii()
    assert refused.err.count("\n") == 1


def test_one_bad_line_refuses_the_whole_batch_unless_each_line_stands_alone(desk: Desk) -> None:
    lines = [
        {"name": "独行者协会"},
        '{"name": "甲", "name": "乙"}',
        '{"name": "甲", "term_no": NaN}',
        {"name": "甲", "cert_to": "2026-02-30"},
    ]
    together = desk.ask("put", "organization", lines=lines)
    assert together.code == 1
    assert [line["field"] for line in together.lines] == ["", "name", "", "cert_to"]
    assert all(line["error"] and line["mend"] for line in together.lines)
    one_by_one = desk.ask("put", "organization", "--each", lines=lines)
    assert one_by_one.code == 1
    assert ["id" in line for line in one_by_one.lines] == [True, False, False, False]
    assert [found["name"] for found in desk.do("get", "organization", "--where", "name=独行者协会")] == ["独行者协会"]


def test_two_thousand_teams_in_one_call_each_get_a_number_of_their_own(desk: Desk) -> None:
    made = desk.do("put", "team", lines=[{"name": f"第{n}舞蹈队", "member_count": 12} for n in range(2000)])
    assert len({line["number"] for line in made}) == 2000
    assert all(line["number"].startswith(f"TD-{STREET}-") for line in made)
    assert desk.do("check") == [{"ok": True}]


def test_a_change_made_on_a_stale_screen_is_a_conflict_until_somebody_settles_it(desk: Desk) -> None:
    venue = desk.rooms[0]
    seen = desk.get("venue", venue, "--seen")["seen"]
    stale = [{"id": venue, "capacity": capacity, "seen": seen} for capacity in (40, 50)]
    desk.do("put", "venue", "--each", lines=stale)
    (conflict,) = [one for one in desk.do("conflicts") if one["id"] == venue]
    versions = {version["value"]: version["stamp"] for version in conflict["versions"]}
    assert versions.keys() == {40, 50}
    desk.do("settle", "venue", venue, "capacity", "--take", versions[40])
    now, left = at_once(lambda: desk.do("get", "venue", venue), lambda: desk.do("conflicts"))
    assert (now[0]["capacity"], left) == (40, [])


def test_a_delete_and_a_creation_are_undone_and_history_tells_all_of_it(desk: Desk) -> None:
    venue = desk.rooms[1]
    desk.do("--as", "李四", "delete", "venue", venue)
    assert desk.do("undo")[0]["restored"] == 1
    history = desk.do("history", "venue", venue)
    assert [entry["values"].get("deleted") for entry in history] == [None, True, False]
    assert history[1]["actor"] == "李四"
    gone = desk.new("venue", name="手滑建的")
    desk.do("undo")
    assert [found["id"] for found in desk.do("get", "venue", "--deleted")] == [gone]
    assert desk.do("undelete", "venue", gone)[0]["id"] == gone


def test_personal_values_are_masked_shown_on_demand_printed_and_erased_for_good(desk: Desk, folder: Path) -> None:
    said = {"service_type": "info_consult", "client_name": "<b>甲&乙</b>", "request_text": "怎样登记?"}
    case = desk.new("service_case", **said, contact_name="阿依古丽•麦麦提", contact_phone="138 1234 5678")
    slip = folder / "slip.pdf"
    masked, shown, printed = at_once(
        lambda: desk.get("service_case", case), lambda: desk.get("service_case", case, "--reveal"),
        lambda: desk.do("slip", "service_case", case, "--out", slip)[0],
    )  # fmt: skip
    assert (masked["contact_name"], masked["contact_phone"]) == ("阿*", "138****5678")
    assert (shown["contact_name"], shown["contact_phone"]) == ("阿依古丽·麦麦提", "13812345678")
    assert masked["client_name"] == "<b>甲&乙</b>"
    assert slip.read_bytes().startswith(b"%PDF-")
    assert printed["bytes"] == slip.stat().st_size
    desk.do("erase", "service_case", case)
    history = desk.ask("history", "service_case", case, "--reveal").out
    assert "reveal" in history
    assert "怎样登记" in history
    assert "古丽" not in history
    assert "13812345678" not in history


def test_a_taken_room_is_refused_and_a_same_name_is_a_finding(desk: Desk) -> None:
    hall, twin = desk.rooms
    slot = {"venue": hall, "start": "2026-12-01T09:00", "end": "2026-12-01T11:00", "client_name": "舞蹈队"}
    later = slot | {"start": "2026-12-01T11:00", "end": "2026-12-01T12:00"}
    answer = desk.ask("put", "booking", "--each", lines=[slot, slot, later])
    assert answer.code == 1
    assert ["id" in line for line in answer.lines] == [True, False, True]
    assert answer.lines[1]["field"] == "venue"
    assert "舞蹈队" in answer.lines[1]["error"]
    assert any(f["code"] == "duplicate" and set(f["ids"]) == {hall, twin} for f in desk.do("findings"))


def test_where_finds_by_choice_number_moment_decimal_and_by_nothing(desk: Desk) -> None:
    both = {"end": "2026-12-05T18:00", "planned_participants": 30}
    lecture = {"title": "讲座", "category": "charity", "start": "2026-12-05T09:00", "cost": "12.50", "host": "居委"}
    clinic = {"title": "义诊", "category": "life", "start": "2026-12-05T13:00"}
    desk.do("put", "activity", lines=[lecture | both, clinic | both])
    first, second = at_once(
        lambda: desk.do("get", "activity", "--where", "category=charity", "--where", "start=2026-12-05T09:00",
                        "--where", "cost=12.5"),
        lambda: desk.do("get", "activity", "--where", "host=", "--where", "planned_participants=30"),
    )  # fmt: skip
    assert [found["title"] for found in first] == ["讲座"]
    assert [found["title"] for found in second] == ["义诊"]


def test_a_backup_brings_back_what_was_and_a_damaged_database_ends_with_3(desk: Desk, folder: Path) -> None:
    shutil.copytree(desk.data, folder / "copy" / "data")
    shutil.copytree(desk.config, folder / "copy" / "config")
    copy, backup = Desk(folder / "copy"), folder / "copy.backup"
    copy.do("backup", backup)
    copy.new("venue", name="备份以后的")
    copy.do("restore", backup)
    names = [found["name"] for found in copy.do("get", "venue")]
    assert "同名室" in names
    assert "备份以后的" not in names
    (copy.data / "shuniu.db").write_bytes((copy.data / "shuniu.db").read_bytes()[:5000])
    assert copy.ask("check").code == 3


def test_a_database_of_a_newer_program_ends_with_4(desk: Desk, folder: Path) -> None:
    dbapi2: Any = pytest.importorskip("sqlcipher3.dbapi2")
    shutil.copytree(desk.data, folder / "newer" / "data")
    shutil.copytree(desk.config, folder / "newer" / "config")
    newer = Desk(folder / "newer")
    (machine,) = newer.config.glob("*/machine.json")
    database = dbapi2.connect(newer.data / "shuniu.db")
    database.execute(f"PRAGMA key = \"x'{json.loads(machine.read_text())['db_key']}'\"")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    assert newer.ask("get", "venue").code == 4


def test_two_pcs_meet_on_a_stick_and_see_their_clash(folder: Path) -> None:
    first, second = Desk(folder / "first"), Desk(folder / "second")
    first.do("init", "--street", STREET, "--name", "殷行街道社会组织服务中心")
    hall = first.new("venue", name="大会议室")
    first.do("card", "make", "--out", folder / "second.card")
    second.do("card", "accept", folder / "second.card")
    second.do("card", "certificate", folder / "second.cert")
    there_stick, back_stick = folder / "there.shuniu", folder / "back.shuniu"
    to_second = ("bundle", "export", there_stick, "--for-device", folder / "second.cert")
    first.do(*to_second)
    assert second.do("bundle", "import", there_stick)[0]["applied"] > 0
    slot = {"venue": hall, "start": "2026-12-01T09:00", "end": "2026-12-01T11:00"}
    here, there = at_once(lambda: first.new("booking", **slot), lambda: second.new("booking", **slot))
    at_once(lambda: first.do(*to_second), lambda: second.do("bundle", "export", back_stick))
    brought, _back = at_once(
        lambda: second.do("bundle", "import", there_stick), lambda: first.do("bundle", "import", back_stick)
    )
    assert brought[0]["kinds"] == {"booking": 1}
    findings, again, astray = at_once(
        lambda: second.do("findings"), lambda: second.do("bundle", "import", there_stick),
        lambda: first.ask("bundle", "import", there_stick),
    )  # fmt: skip
    assert [(finding["code"], set(finding["ids"])) for finding in findings] == [("clash", {here, there})]
    assert again[0]["applied"] == 0
    assert astray.code == 6, "it is for the other PC"


@pytest.fixture
def district(folder: Path) -> Iterator[tuple[Desk, str]]:
    """A district and its server process."""
    office = Desk(folder / "district")
    office.do("district", "init", "--district", STREET[:6], "--name", "杨浦区社会组织服务中心")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(office.command("district", "serve", "--port", port), cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _try in range(200):
            try:
                urllib.request.urlopen(address + "/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield office, address
    finally:
        server.terminate()
        server.wait(20)


def test_a_pc_of_the_district_sends_its_news_and_keeps_working_when_the_server_is_gone(
    district: tuple[Desk, str], folder: Path
) -> None:
    office, address = district
    office.do("district", "card", "--street", STREET, "--server", address, "--out", folder / "pc.card")
    pc = Desk(folder / "pc")
    pc.do("card", "accept", folder / "pc.card")
    venue = pc.new("venue", name="𬱟厅", contact_phone="13812345678")
    assert pc.do("sync", "--once")[0]["unsent"] == 0
    (held,) = office.do("district", "get", "venue", "--scope", STREET)
    assert (held["id"], held["name"], held["contact_phone"]) == (venue, "𬱟厅", "138****5678")
