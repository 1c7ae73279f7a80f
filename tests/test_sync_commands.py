"""Sync from outside: cards, bundles by USB, two PCs of one center without a district."""

from __future__ import annotations

import pytest

VENUE = {"name": "一楼大厅", "area": "85.5"}


@pytest.fixture
def two(center, shuniu, tmp_path):
    """PC ``cli`` set the center up; PC ``two`` joined by its card. ``carry(a, b)`` brings a's news to b by USB."""
    card = tmp_path / "two.card"
    assert center("card", "make", "--out", card).line["letters"] == "B"
    joined = shuniu("card", "accept", card, pc="two")
    assert joined.code == 0, joined.err
    assert joined.line["letters"] == "B"

    def carry(source: str, target: str):
        certificate, bundle = tmp_path / f"{target}.cert", tmp_path / f"{source}-{target}.shuniu"
        assert shuniu("card", "certificate", certificate, pc=target).code == 0
        exported = shuniu("bundle", "export", bundle, "--for-device", certificate, pc=source)
        assert exported.code == 0, exported.err
        shown = shuniu("bundle", "show", bundle, pc=target)
        assert shown.code == 0, shown.err
        imported = shuniu("bundle", "import", bundle, pc=target)
        assert imported.code == 0, imported.err
        return imported.line

    return carry


def test_two_pcs_exchange_by_usb_and_settle_a_conflict(two, shuniu) -> None:
    venue = shuniu("put", "venue", stdin=[VENUE]).line["id"]
    two("cli", "two")
    assert shuniu("get", "venue", venue, pc="two").line["name"] == "一楼大厅"
    assert shuniu("get", "center", pc="two").line["name"] == "殷行街道社会组织服务中心"
    shuniu("put", "venue", stdin=[{"id": venue, "name": "甲厅"}])
    shuniu("put", "venue", stdin=[{"id": venue, "name": "乙厅"}], pc="two")
    shuniu("put", "venue", stdin=[{"id": venue, "capacity": 50}], pc="two")
    two("cli", "two")
    two("two", "cli")
    conflicts = [shuniu("conflicts", pc=pc).line for pc in ("cli", "two")]
    assert conflicts[0] == conflicts[1]
    assert {version["value"] for version in conflicts[0]["versions"]} == {"甲厅", "乙厅"}
    assert shuniu("get", "venue", venue).line["capacity"] == 50
    settled = shuniu("settle", "venue", venue, "name", "--value", "丙厅", pc="two")
    assert settled.code == 0, settled.err
    two("two", "cli")
    assert shuniu("conflicts").out == ""
    assert shuniu("get", "venue", venue).line["name"] == "丙厅"
    for pc in ("cli", "two"):
        assert shuniu("check", pc=pc).code == 0
    assert shuniu("get", "venue").out == shuniu("get", "venue", pc="two").out


def test_numbers_of_two_pcs_differ(two, shuniu) -> None:
    two("cli", "two")
    numbers = {shuniu("put", "venue", stdin=[VENUE], pc=pc).line["number"] for pc in ("cli", "two")}
    assert numbers == {"CD-310110013-2026-A0001", "CD-310110013-2026-B0001"}


def test_two_bookings_of_one_room_are_both_kept_and_shown_as_a_clash(two, shuniu) -> None:
    venue = shuniu("put", "venue", stdin=[VENUE]).line["id"]
    two("cli", "two")
    slot = {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00"}
    ids = [shuniu("put", "booking", stdin=[slot], pc=pc).line["id"] for pc in ("cli", "two")]
    two("cli", "two")
    two("two", "cli")
    for pc in ("cli", "two"):
        assert len(shuniu("get", "booking", pc=pc).lines) == 2
        (clash,) = [f for f in shuniu("findings", pc=pc).lines if f["code"] == "clash"]
        assert sorted(clash["ids"]) == sorted(ids)
    settled = shuniu("put", "booking", stdin=[{"id": ids[1], "yields_to": ids[0]}])
    assert settled.code == 0, settled.out
    two("cli", "two")
    for pc in ("cli", "two"):
        assert [f for f in shuniu("findings", pc=pc).lines if f["code"] == "clash"] == []


def test_a_bundle_applied_twice_changes_nothing(two, shuniu, tmp_path) -> None:
    shuniu("put", "venue", stdin=[VENUE])
    first = two("cli", "two")
    assert first["applied"] > 0
    again = shuniu("bundle", "import", tmp_path / "cli-two.shuniu", pc="two")
    assert again.code == 0
    assert again.line["applied"] == 0


def test_what_is_not_a_bundle_is_refused_in_one_line(two, shuniu, tmp_path) -> None:
    folder, noise, empty = tmp_path / "x.shuniu", tmp_path / "noise.shuniu", tmp_path / "empty.shuniu"
    folder.mkdir()
    noise.write_bytes(b"\x00\xff" * 500)
    empty.write_bytes(b"")
    before = shuniu("get", "venue", pc="two").out
    for file in (folder, noise, empty, tmp_path / "no-such-file.shuniu"):
        for verb in ("import", "show"):
            answer = shuniu("bundle", verb, file, pc="two")
            assert answer.code == 6, (file, answer)
            assert answer.err.count("\n") == 1
    assert shuniu("get", "venue", pc="two").out == before


def test_a_bundle_for_another_pc_is_refused(two, shuniu, tmp_path) -> None:
    two("cli", "two")
    answer = shuniu("bundle", "import", tmp_path / "cli-two.shuniu")
    assert answer.code == 6


def test_one_card_lets_in_one_pc(two, shuniu, tmp_path) -> None:
    two("two", "cli")
    third = shuniu("card", "accept", tmp_path / "two.card", pc="three")
    assert third.code == 0
    certificate = tmp_path / "cli.cert"
    shuniu("card", "certificate", certificate)
    shuniu("bundle", "export", tmp_path / "three.shuniu", "--for-device", certificate, pc="three")
    answer = shuniu("bundle", "import", tmp_path / "three.shuniu")
    assert answer.code == 6
    assert "入网卡" in answer.err


def test_erased_values_are_gone_on_the_other_pc_too(two, shuniu) -> None:
    team = shuniu("put", "team", stdin=[{"name": "合唱队", "leader_name": "张三", "member_count": 12}]).line["id"]
    two("cli", "two")
    assert shuniu("erase", "team", team).code == 0
    two("cli", "two")
    for pc in ("cli", "two"):
        got = shuniu("get", "team", team, "--reveal", pc=pc).line
        assert (got["name"], got["leader_name"], got["member_count"]) == ("合唱队", None, 12)
        assert "张三" not in shuniu("history", "team", team, "--reveal", pc=pc).out
        assert shuniu("check", pc=pc).code == 0


def test_a_restored_backup_writes_on_under_a_new_device(two, shuniu, tmp_path) -> None:
    shuniu("put", "venue", stdin=[VENUE])
    backup = tmp_path / "a.backup"
    assert shuniu("backup", backup).code == 0
    shuniu("put", "venue", stdin=[VENUE | {"name": "二楼"}])
    two("cli", "two")
    restored = shuniu("restore", backup)
    assert restored.code == 0, restored.err
    third = shuniu("put", "venue", stdin=[VENUE | {"name": "三楼"}])
    assert third.line["number"].endswith("A0003"), "numbers are never taken back"
    two("two", "cli")
    two("cli", "two")
    names = [sorted(v["name"] for v in shuniu("get", "venue", pc=pc).lines) for pc in ("cli", "two")]
    assert names[0] == names[1] == sorted(["一楼大厅", "二楼", "三楼"])
    for pc in ("cli", "two"):
        assert shuniu("check", pc=pc).code == 0
