"""A real district process: cards, exchange over HTTP, two PCs and the district ending equal."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.conftest import OTHER_STREET, STREET


@pytest.fixture
def district(shuniu, tmp_path):
    """A district and its server process; gives the address."""
    assert shuniu("district", "init", "--district", "310110", "--name", "杨浦区社团局", pc="district").code == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "--data", str(tmp_path / "district" / "data"), "--config",
         str(tmp_path / "district" / "config"), "district", "serve", "--port", str(port)]
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _try in range(200):
        try:
            urllib.request.urlopen(address + "/health", timeout=2).read()
            break
        except OSError:
            time.sleep(0.05)
    yield address
    server.terminate()
    assert server.wait(20) is not None


def join(shuniu, tmp_path, address: str, pc: str, street: str = STREET):
    card = tmp_path / f"{pc}.card"
    made = shuniu("district", "card", "--street", street, "--server", address, "--out", card, pc="district")
    assert made.code == 0, made.err
    joined = shuniu("card", "accept", card, pc=pc)
    assert joined.code == 0, joined.err
    return joined.line


def test_two_pcs_and_the_district_end_equal(district, shuniu, tmp_path) -> None:
    assert shuniu("init", "--street", STREET, "--name", "长白新村街道社会组织服务中心").code == 0
    venue = shuniu("put", "venue", stdin=[{"name": "一楼大厅", "contact_phone": "13812345678"}]).line["id"]
    assert join(shuniu, tmp_path, district, "cli")["letters"] == "A"
    assert join(shuniu, tmp_path, district, "two")["letters"] == "B"
    for pc in ("cli", "two", "cli"):
        synced = shuniu("sync", "--once", pc=pc)
        assert synced.code == 0, synced.err
    shuniu("put", "venue", stdin=[{"id": venue, "capacity": 40}], pc="two")
    for pc in ("two", "cli"):
        assert shuniu("sync", "--once", pc=pc).code == 0
    here = shuniu("get", "venue", "--reveal").lines
    assert here == shuniu("get", "venue", "--reveal", pc="two").lines
    assert here == shuniu("district", "get", "venue", "--reveal", pc="district").lines
    assert here[0]["capacity"] == 40
    masked = shuniu("district", "get", "venue", pc="district").line
    assert masked["contact_phone"] == "138****5678"


def test_no_center_receives_anothers_records(district, shuniu, tmp_path) -> None:
    join(shuniu, tmp_path, district, "one")
    join(shuniu, tmp_path, district, "other", OTHER_STREET)
    shuniu("put", "venue", stdin=[{"name": "甲"}], pc="one")
    shuniu("put", "venue", stdin=[{"name": "乙"}], pc="other")
    for pc in ("one", "other", "one", "other"):
        assert shuniu("sync", "--once", pc=pc).code == 0
    assert [v["name"] for v in shuniu("get", "venue", pc="one").lines] == ["甲"]
    assert [v["name"] for v in shuniu("get", "venue", pc="other").lines] == ["乙"]
    assert len(shuniu("district", "get", "venue", pc="district").lines) == 2
    assert len(shuniu("district", "get", "venue", "--scope", STREET, pc="district").lines) == 1


def test_the_same_news_goes_to_the_district_by_usb(district, shuniu, tmp_path) -> None:
    join(shuniu, tmp_path, district, "one")
    shuniu("put", "venue", stdin=[{"name": "甲"}], pc="one")
    out, back = tmp_path / "up.shuniu", tmp_path / "down.shuniu"
    assert shuniu("bundle", "export", out, pc="one").code == 0
    imported = shuniu("district", "bundle", "import", out, pc="district")
    assert imported.code == 0, imported.err
    assert imported.line["applied"] >= 2
    device = imported.line["sender"]
    exported = shuniu("district", "bundle", "export", back, "--for-device", device, pc="district")
    assert exported.code == 0, exported.err
    assert shuniu("bundle", "import", back, pc="one").code == 0
    synced = shuniu("sync", "--once", pc="one")
    assert (synced.code, synced.line["sent"], synced.line["unsent"]) == (0, 0, 0), synced


def test_a_server_that_does_not_answer_is_said_so(shuniu, tmp_path) -> None:
    assert shuniu("district", "init", "--district", "310110", "--name", "区", pc="district").code == 0
    join(shuniu, tmp_path, "http://127.0.0.1:9", "one")
    answer = shuniu("sync", "--once", pc="one")
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert json.dumps(answer.err)


def test_a_card_for_a_street_of_another_district_is_refused(shuniu, tmp_path) -> None:
    assert shuniu("district", "init", "--district", "310110", "--name", "区", pc="district").code == 0
    answer = shuniu(
        "district",
        "card",
        "--street",
        "310101002",
        "--server",
        "http://127.0.0.1:9",
        "--out",
        tmp_path / "c",
        pc="district",
    )
    assert answer.code == 1
    assert not (tmp_path / "c").exists()


def test_a_revoked_pc_is_refused_and_its_earlier_records_stay(district, shuniu, tmp_path) -> None:
    gone = join(shuniu, tmp_path, district, "gone")["device"]
    join(shuniu, tmp_path, district, "stays")
    shuniu("put", "venue", stdin=[{"name": "甲"}], pc="gone")
    assert shuniu("sync", "--once", pc="gone").code == 0
    assert shuniu("district", "revoke", gone, pc="district").code == 0
    assert shuniu("district", "revoke", gone, pc="district").code == 1
    assert shuniu("district", "revoke", "0" * 16, pc="district").code == 1
    shuniu("put", "venue", stdin=[{"name": "乙"}], pc="gone")
    refused = shuniu("sync", "--once", pc="gone")
    assert refused.code == 6
    assert "停用" in refused.err
    assert shuniu("sync", "--once", pc="stays").code == 0
    for command in (("get", "venue"), ("check",)):
        assert shuniu(*command, pc="stays").code == 0
    assert [v["name"] for v in shuniu("get", "venue", pc="stays").lines] == ["甲"]
    certificate = tmp_path / "stays.cert"
    shuniu("card", "certificate", certificate, pc="stays")
    shuniu("bundle", "export", tmp_path / "gone.shuniu", "--for-device", certificate, pc="gone")
    assert shuniu("bundle", "import", tmp_path / "gone.shuniu", pc="stays").code == 6
    assert [v["name"] for v in shuniu("get", "venue", pc="stays").lines] == ["甲"]


def test_what_a_revoked_pc_wrote_waits_until_it_is_adopted(district, shuniu, tmp_path) -> None:
    device = join(shuniu, tmp_path, district, "one")["device"]
    join(shuniu, tmp_path, district, "two")
    shuniu("put", "venue", stdin=[{"name": "停用之前"}], pc="one")
    for pc in ("one", "two", "one"):
        assert shuniu("sync", "--once", pc=pc).code == 0
    shuniu("put", "venue", stdin=[{"name": "停用之后", "contact_phone": "13812345678"}], pc="one")
    certificate, file = tmp_path / "two.cert", tmp_path / "one-two.shuniu"
    shuniu("card", "certificate", certificate, pc="two")
    assert shuniu("bundle", "export", file, "--for-device", certificate, pc="one").code == 0
    assert shuniu("district", "revoke", device, pc="district").code == 0
    refused = shuniu("sync", "--once", pc="one")
    assert (refused.code, refused.out) == (6, "")
    assert "停用" in refused.err
    assert shuniu("bundle", "import", file, pc="two").code == 0
    assert shuniu("sync", "--once", pc="two").code == 0
    assert [row["name"] for row in shuniu("get", "venue", pc="two").lines] == ["停用之前"]
    held = shuniu("held", pc="two").line
    assert (held["device"], held["reason"], held["values"]["名称"]) == (device, "revoked", "停用之后")
    assert "13812345678" not in json.dumps(held)
    assert shuniu("adopt", device, pc="two").line == {"device": device, "changes": 1, "adopted": True}
    assert {row["name"] for row in shuniu("get", "venue", pc="two").lines} == {"停用之前", "停用之后"}
    assert shuniu("held", pc="two").out == ""
    assert shuniu("adopt", device, pc="two").code == 1
    assert shuniu("sync", "--once", pc="two").code == 0
    assert shuniu("check", pc="two").code == 0
    assert {row["name"] for row in shuniu("district", "get", "venue", pc="district").lines} == {"停用之前", "停用之后"}


def test_the_district_writes_publishes_and_withdraws_on_the_command_line(shuniu, tmp_path) -> None:
    assert shuniu("district", "init", "--district", "310110", "--name", "杨浦区", pc="district").code == 0
    notice = {"title": "年检通知", "body": "请提醒。"}
    put = shuniu("district", "put", "notice", stdin=[notice, {"title": "缺正文"}], pc="district")
    assert (put.code, "必须填写" in put.out) == (1, True), "all or none"
    put = shuniu("district", "put", "notice", "--each", stdin=[notice, {"title": "缺正文"}], pc="district")
    assert put.code == 1
    notice_id = put.lines[0]["id"]
    assert shuniu("district", "put", "venue", stdin=[{"name": "厅"}], pc="district").code == 1

    def publish(*options: str):
        answer = shuniu("district", "publish", "notice", notice_id, *options, pc="district")
        return answer.code, [(line["scope"], line["did"]) for line in answer.lines]

    assert publish("--to", STREET, "--to", OTHER_STREET) == (0, [(STREET, "published"), (OTHER_STREET, "published")])
    assert publish("--to", "310101002") == (1, [])
    assert publish("--withdraw", "--to", STREET) == (0, [(STREET, "withdrawn")])
    assert publish("--to", STREET) == (0, [(STREET, "changed")])
    assert publish() == (0, [("all", "published"), (STREET, "withdrawn"), (OTHER_STREET, "withdrawn")])
    assert publish("--withdraw", "--to", STREET) == (1, []), "everyone has it, not that center alone"
    assert publish("--withdraw") == (0, [("all", "withdrawn")])
    assert shuniu("district", "delete", "notice", notice_id, pc="district").code == 0
    assert publish()[0] == 1
    assert shuniu("district", "undelete", "notice", notice_id, pc="district").line["deleted"] is False
    assert publish() == (0, [("all", "published")]) or publish() == (0, [("all", "unchanged")])


def test_the_districts_staff_centers_and_held_changes_on_the_command_line(district, shuniu, tmp_path) -> None:
    for expected in ("created", "reset"):
        made = shuniu("district", "user", "周敏", "--password-stdin", stdin="yangpu-2026\n", pc="district")
        assert (made.code, made.line) == (0, {"name": "周敏", "did": expected})
    short = shuniu("district", "user", "周敏", "--password-stdin", stdin="short\n", pc="district")
    assert (short.code, "8 到 200 个字符" in short.err) == (1, True)
    assert shuniu("district", "user", "周敏", pc="district").code == 2
    device = join(shuniu, tmp_path, district, "one")["device"]
    join(shuniu, tmp_path, district, "two")
    for pc in ("one", "two", "one"):
        assert shuniu("sync", "--once", pc=pc).code == 0
    lines = shuniu("district", "centers", pc="district").lines
    assert [(one["street"], one["letters"], one["state"]) for one in lines] == [
        (STREET, "A", "active"), (STREET, "B", "active")
    ]  # fmt: skip
    shuniu("put", "venue", stdin=[{"name": "后来"}], pc="one")
    certificate, stick = tmp_path / "two.cert", tmp_path / "stick.shuniu"
    shuniu("card", "certificate", certificate, pc="two")
    shuniu("bundle", "export", stick, "--for-device", certificate, pc="one")
    shuniu("bundle", "import", stick, pc="two")
    assert shuniu("district", "revoke", device, pc="district").code == 0
    assert shuniu("sync", "--once", pc="two").code == 0
    waiting = shuniu("district", "held", pc="district").line
    assert (waiting["street"], waiting["device"], waiting["values"]["名称"]) == (STREET, device, "后来")
    assert shuniu("district", "adopt", STREET, device, pc="district").line["changes"] == 1
    assert shuniu("district", "held", pc="district").out == ""
    assert shuniu("district", "adopt", STREET, device, "--aside", pc="district").code == 1
