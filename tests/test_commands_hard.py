"""The command line in hard hands: own files as targets, odd conditions, broken arguments, notices, nothing to undo."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

BROKEN = os.fsdecode(b"\xff\xfe") if os.name == "posix" else "\ud800"


def own_files(tmp_path: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes() for path in (tmp_path / "cli").rglob("*") if path.is_file() and "-" not in path.name
    }


OUTPUTS = {
    "backup": ("backup", "{file}"),
    "a card": ("card", "make", "--out", "{file}"),
    "a certificate": ("card", "certificate", "{file}"),
    "a slip": ("slip", "venue", "{venue}", "--out", "{file}"),
    "a bundle": ("bundle", "export", "{file}"),
}


@pytest.mark.parametrize("command", OUTPUTS.values(), ids=list(OUTPUTS))
@pytest.mark.parametrize(
    "place", ["data/shuniu.db", "data/new.file", "config/machine.json", "link/shuniu.db", "data", "."]
)
def test_nothing_is_written_over_the_programs_own_files_or_a_folder(command, place, center, tmp_path) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼大厅"}]).line["id"]
    if place.startswith("link"):
        try:
            (tmp_path / "cli" / "link").symlink_to(tmp_path / "cli" / "data", target_is_directory=True)
        except OSError:
            pytest.skip("no symbolic links here")
    before = own_files(tmp_path)
    answer = center(*(word.format(file=tmp_path / "cli" / place, venue=venue) for word in command))
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "文件夹" in answer.err
    assert own_files(tmp_path) == before
    assert center("check").code == 0


@pytest.mark.parametrize(
    "command", [("card", "--street", "310110013", "--server", "http://127.0.0.1:1", "--out"), ("bundle", "export")]
)
def test_the_district_too_keeps_its_own_files(command, shuniu, tmp_path) -> None:
    made = shuniu("district", "init", "--district", "310110", "--name", "测试区")
    assert made.code == 0, made.err
    database = tmp_path / "cli" / "data" / "district.db"
    before = database.read_bytes()
    more = ("--for-device", "x") if command[0] == "bundle" else ()
    answer = shuniu("district", *command, database, *more)
    assert answer.code == 1
    assert "程序自己的文件夹" in answer.err
    assert database.read_bytes() == before


def test_a_backup_elsewhere_is_still_written(center, tmp_path) -> None:
    assert center("backup", tmp_path / "stick.backup").code == 0
    assert (tmp_path / "stick.backup").stat().st_size > 0


MISFITS = {
    "capacity=--5": "capacity", "capacity=" + "9" * 40: "capacity", "capacity=9223372036854775808": "capacity",
    "capacity=²": "capacity", "area=viel": "area", "status=没有": "status", "deleted=maybe": "deleted",
    "parent=二楼": "parent", "colour=红": "看不懂", "capacity": "看不懂",
}  # fmt: skip


@pytest.mark.parametrize("condition", MISFITS)
def test_a_condition_that_fits_no_record_is_refused(condition, center) -> None:
    answer = center("get", "venue", "--where", condition)
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert len(answer.err.split()) >= 2, "what is wrong, and the mend"


def test_conditions_take_labels_yes_and_no_and_nothing(center) -> None:
    made = center("put", "venue", stdin=[{"name": "大厅", "capacity": 30, "status": "paused"}, {"name": "小厅"}])
    assert made.code == 0, made.out
    kind = center("kinds", "venue").line
    label = next(f for f in kind["fields"] if f["name"] == "status")["choices"]["paused"]

    def names(*conditions: str) -> list[str]:
        found = center("get", "venue", *(word for one in conditions for word in ("--where", one)))
        assert found.code == 0, found.err
        return [line["name"] for line in found.lines]

    assert names("status=paused") == names(f"status={label}") == ["大厅"]
    assert names("capacity= 30 ") == ["大厅"]
    assert names("capacity=") == ["小厅"]
    for no in ("false", "0", "否", "False"):
        assert sorted(names(f"deleted={no}")) == ["大厅", "小厅"]
    for yes in ("true", "1", "是"):
        assert names(f"deleted={yes}") == []


def test_the_same_field_twice_is_refused(center) -> None:
    answer = center("get", "venue", "--where", "name=甲", "--where", "name=乙")
    assert answer.code == 1
    assert "两次" in answer.err


@pytest.mark.parametrize("op", [2**70, 2**63, 0, -1, "x"])
def test_an_operation_out_of_range_is_a_usage_error(op, center) -> None:
    answer = center("undo", "--op", op)
    assert answer.code == 2
    assert answer.err.count("\n") == 1


BROKEN_ARGUMENTS = [
    ("--as", BROKEN, "get", "venue"),
    ("get", "venue", "--search", BROKEN),
    ("get", "venue", "--where", "name=" + BROKEN),
    ("get", "venue", BROKEN),
    ("get", BROKEN),
    ("put", "venue", "--reason", BROKEN),
    ("init", "--street", "310110013", "--name", BROKEN),
    ("backup", BROKEN),
    (BROKEN,),
]


@pytest.mark.parametrize("arguments", BROKEN_ARGUMENTS)
def test_an_argument_that_is_no_text_is_refused_in_one_line(arguments, center) -> None:
    answer = center(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert "UTF-8" in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("put",), ("no-such",), ("card",), ("undo", "--op", "x"), ("get", "--bad", "venue")]
)
def test_a_usage_error_is_one_line_in_the_language_asked_for(arguments, center) -> None:
    chinese, english = center(*arguments), center("--lang", "en", *arguments)
    assert (chinese.code, english.code) == (2, 2)
    assert chinese.err.startswith("命令用法不对：")
    assert "--help" in chinese.err
    assert english.err.isascii()
    assert chinese.err.count("\n") == english.err.count("\n") == 1


@pytest.mark.parametrize("flags", [(), ("--each",)])
def test_put_tells_who_went_on_the_waiting_list(flags, center) -> None:
    training = {"title": "剪纸", "start": "2036-12-05T09:00", "end": "2036-12-05T11:00", "capacity": 1}
    made = center("put", "training", stdin=[training])
    assert made.code == 0, made.out
    of = made.line["id"]
    pupils = [{"training": of, "name": name, "phone": f"1380013800{n}"} for n, name in enumerate(("王一", "李二"))]
    answer = center("put", "enrolment", *flags, stdin=pupils)
    assert answer.code == 0, answer.out
    first, second = answer.lines
    assert "notices" not in first
    assert len(second["notices"]) == 1
    assert "李二" in second["notices"][0]


@pytest.mark.parametrize("flags", [(), ("--each",)])
def test_a_byte_order_mark_before_the_first_line_is_passed_over(flags, center) -> None:
    lines = "\n".join(json.dumps({"name": name}) for name in ("甲厅", "乙厅"))
    assert center("put", "venue", *flags, stdin=b"\xef\xbb\xbf" + lines.encode()).code == 0
    assert len(center("get", "venue").lines) == 2
    later = center("put", "venue", stdin=b'{"name": "x"}\n\xef\xbb\xbf{"name": "y"}')
    assert later.code == 1, "only before the first"


def test_an_undo_that_restores_nothing_says_so(center) -> None:
    venue = center("put", "venue", stdin=[{"name": "甲厅"}]).line["id"]
    op = center("history", "venue", venue).lines[-1]["op"]
    assert center("delete", "venue", venue).code == 0
    answer = center("undo", "--op", op)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
