"""Merging and the standing of the exchange on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.district.fronts import AUTHORITY

Shuniu = Callable[..., Any]


@pytest.fixture
def twins(center: Shuniu) -> tuple[Shuniu, str, str]:
    lines = [{"name": "乐龄服务社", "phone": "65431234"}, {"name": "乐龄服务社", "legal_rep": "周国强"}]
    one, two = center("put", "organization", stdin=lines).lines
    return center, one["id"], two["id"]


def test_a_duplicate_is_merged_undone_merged_and_taken_apart(twins: tuple[Shuniu, str, str]) -> None:
    shuniu, one, two = twins
    merged = shuniu("merge", "organization", one, two, "--take", "phone")
    assert (merged.code, merged.line["id"], merged.line["merged"]) == (0, two, one)
    (left,) = shuniu("get", "organization").lines
    assert (left["id"], left["phone"], left["legal_rep"]) == (two, "65431234", "周国强")
    assert shuniu("get", "organization", one).line["merged_into"] == two
    assert shuniu("undo").code == 0
    assert len(shuniu("get", "organization").lines) == 2
    assert shuniu("get", "organization", two).line["phone"] is None
    assert shuniu("merge", "organization", one, two).code == 0
    refused = shuniu("put", "organization", stdin=[{"id": one, "phone": "1234567"}])
    assert (refused.code, refused.line["error"]) == (1, "这条记录已并入“乐龄服务社”")
    apart = shuniu("unmerge", "organization", one)
    assert (apart.code, apart.line["id"]) == (0, one)
    assert len(shuniu("get", "organization").lines) == 2
    assert shuniu("check").code == 0


def test_what_cannot_be_merged_is_one_line_and_exit_1(twins: tuple[Shuniu, str, str]) -> None:
    shuniu, one, two = twins
    for arguments in (
        ("merge", "organization", one, one), ("merge", "venue", one, two), ("merge", "nothing", one, two),
        ("merge", "organization", one, two, "--take", "owner"), ("merge", "organization", one, "x"),
        ("unmerge", "organization", one),
    ):  # fmt: skip
        answer = shuniu(*arguments)
        assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1), arguments
    assert len(shuniu("get", "organization").lines) == 2
    assert shuniu("merge", "organization", one).code == 2


def test_the_standing_of_the_exchange_is_json(center: Shuniu) -> None:
    center("put", "venue", stdin=[{"name": "大厅"}, {"name": "小厅"}])
    told = center("sync", "--status")
    assert told.code == 0, told.err
    facts = told.line
    assert (facts["carded"], facts["kinds"]["venue"], facts["last"]) == (False, 2, None)
    assert facts["unsent"] == sum(facts["kinds"].values()) + facts["others"]
    assert (facts["held"], facts["waiting"], facts["forked"], facts["skew"]) == (0, 0, [], "")


def test_the_network_is_set_beside_a_card_that_names_the_server(center: Shuniu, tmp_path: Path) -> None:
    shown = center("network", "--proxy", "none", "--ca", AUTHORITY)
    assert shown.code == 0, shown.err
    assert shown.line["proxy"] == "none"
    assert center("network", "--proxy", "socks5://proxy.example:1080").code == 1
    assert center("network").line == shown.line
