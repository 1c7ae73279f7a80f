"""import and export on the command line, as it is tested from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.services.excel.sheets import read
from tests.services.excel.by_hand import workbook

Shuniu = Callable[..., Any]


def test_a_preview_writes_nothing_and_a_commit_all(center: Shuniu, tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", [["名称", "容纳人数", "楼层"], ["大厅", 80, "1F"], ["教室", 30, "2F"]])
    shown = center("import", "venue", path)
    assert shown.code == 0, shown.err
    *rows, summary = shown.lines
    assert [(row["row"], row["state"], row["title"]) for row in rows] == [(2, "new", "大厅"), (3, "new", "教室")]
    assert {"new": 2, "change": 0, "same": 0, "error": 0, "committed": False}.items() <= summary.items()
    assert summary["unread_columns"] == ["楼层"]
    assert center("get", "venue").lines == []
    done = center("import", "venue", path, "--commit")
    *rows, summary = done.lines
    assert summary["committed"] is True
    assert {row["number"] for row in rows} == {one["number"] for one in center("get", "venue").lines}
    assert {row["id"] for row in rows} == {one["id"] for one in center("get", "venue").lines}
    assert center("undo", "--op", summary["op"]).line["restored"] == 2
    assert center("get", "venue").lines == []


def test_rule_33_with_an_error_nothing_is_written_and_the_file_comes_back_with_reasons(
    center: Shuniu, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "in.xlsx", [["名称", "容纳人数"], ["大厅", 80], ["教室", "三十"]])
    out = tmp_path / "errors.xlsx"
    refused = center("import", "venue", path, "--commit", "--errors", out)
    assert refused.code == 1
    *rows, summary = refused.lines
    assert rows[1]["faults"] == [{"cell": "B3", "error": "容纳人数：应为整数", "mend": "请填整数，例如 30"}]
    assert (summary["error"], summary["committed"], summary["errors"]) == (1, False, str(out))
    assert center("get", "venue").lines == []
    assert "B3 容纳人数" in str(read(out).rows[2][-1])


def test_an_export_is_changed_and_imported_back(center: Shuniu, tmp_path: Path) -> None:
    for name in ("大厅", "教室"):
        assert center("put", "venue", stdin=[{"name": name, "capacity": 30}]).code == 0
    out = tmp_path / "venues.xlsx"
    assert center("export", "venue", out, "--where", "name=大厅").line == {
        "file": str(out), "rows": 1, "bytes": out.stat().st_size
    }  # fmt: skip
    assert center("export", "venue", out).line["rows"] == 2
    rows = [list(row) for row in read(out, wanted="场地").rows]
    at = rows[0].index("容纳人数")
    rows[1][at] = 99
    changed = center("import", "venue", workbook(tmp_path / "back.xlsx", rows), "--commit")
    assert changed.code == 0, changed.out
    assert [row["state"] for row in changed.lines[:-1]] == ["change", "same"]
    assert changed.lines[0]["changes"] == [{"field": "capacity", "label": "容纳人数", "before": "30", "after": "99"}]
    assert sorted(one["capacity"] for one in center("get", "venue").lines) == [30, 99]


def test_reveal_and_template(center: Shuniu, tmp_path: Path) -> None:
    center("put", "team", stdin=[{"name": "合唱队", "leader_name": "张三", "leader_phone": "13812345678"}])
    out = tmp_path / "teams.xlsx"
    for options, phone in (((), "138****5678"), (("--reveal",), "13812345678")):
        center("export", "team", out, *options)
        rows = read(out, wanted="群众活动团队").rows
        assert rows[1][rows[0].index("负责人联系电话")] == phone
    assert center("export", "team", out, "--template").line["rows"] == 0
    assert len(read(out, wanted="群众活动团队").rows) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "nothing", "x.xlsx"), "没有“nothing”这种记录"),
        (("import", "venue", "nothing.xlsx"), "没有这个文件"),
        (("export", "venue", "out.pdf"), "只能导出为 .xlsx"),
        (("export", "venue", "out.ics"), "只有场地预约"),
        (("export", "booking", "out.ics", "--venue", "没有的厅"), "没有叫“没有的厅”的场地"),
        (("export", "venue", "out.xlsx", "--where", "x=1"), "看不懂"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    center: Shuniu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = center(*arguments)
    assert answer.code == 1
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_nothing_is_written_among_the_programs_own_files(center: Shuniu, tmp_path: Path) -> None:
    inside = tmp_path / "cli" / "data" / "out.xlsx"
    assert center("export", "venue", inside).code == 1
    path = workbook(tmp_path / "in.xlsx", [["名称"], [""], ["x" * 99]])
    assert center("import", "venue", path, "--errors", inside).code == 1
    assert not inside.exists()


def test_messages_are_english_where_that_is_asked_for(center: Shuniu, tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", [["Name", "Capacity"], ["Hall", "many"]])
    answer = center("--lang", "en", "import", "venue", path)
    told = json.dumps(answer.lines, ensure_ascii=False)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told), told
