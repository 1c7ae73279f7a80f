"""The console: who may see it, what no stranger can make it do, and what its pages show and do."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.district import staff
from app.district.publishing import published_in
from app.services import reading
from app.sync import http, usb
from app.workspace import Workspace
from tests.district.browsing import NAME, PASSWORD, Browser, account, console
from tests.sync.world import OTHER, STREET, Pc, World, everything


@dataclass
class Scene:
    """A district with its console open, a world of PCs around it, and a clock."""

    world: World
    browser: Browser
    hands: list[int]

    def later(self, seconds: int) -> None:
        self.hands[0] += seconds


on_both = pytest.mark.parametrize("scene", ["sqlite", "postgresql"], indirect=True)
"""For what asks the database more than a plain question."""


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    database = request.getfixturevalue("database") if getattr(request, "param", "") == "postgresql" else None
    world = World(tmp_path, database=database)
    hands = [world.district.clock()]
    served = replace(world.district, clock=lambda: hands[0])
    account(served)
    with console(served) as address:
        world.server = address
        yield Scene(world, Browser(address), hands)
    world.close()


@pytest.fixture
def signed_in(scene: Scene) -> Scene:
    assert scene.browser.sign_in().path == "/"
    return scene


GETS = ("/", "/counts", "/bundles", "/publications", f"/centers/{STREET}", "/publications/notice/new",
        "/devices/0123456789abcdef/revoke", "/held")  # fmt: skip
POSTS = ("/sign-out", f"/centers/{STREET}/card", "/devices/0123456789abcdef/revoke", "/devices/0123456789abcdef/bundle",
         "/bundles", "/publications/notice/new", "/publications/notice/x", "/publications/notice/x/reveal", "/publications/notice/x/publish",
         "/publications/notice/x/withdraw", "/publications/notice/x/remove", "/held/310110013/0123456789abcdef")  # fmt: skip


def test_nobody_sees_or_does_anything_before_signing_in(scene: Scene) -> None:
    before = everything(scene.world.district.replica())
    for path in GETS:
        assert scene.browser.get(path).path.startswith("/sign-in")
    for path in POSTS:
        assert scene.browser.post(path).path.startswith("/sign-in")
    assert everything(scene.world.district.replica()) == before


def test_a_post_without_the_right_token_does_nothing(signed_in: Scene) -> None:
    browser, before = signed_in.browser, everything(signed_in.world.district.replica())
    for path in (*POSTS, "/sign-in"):
        for token in ("", "0" * 32, "令牌"):
            answer = browser.post(path, [("title", "假通知"), ("body", "x")], csrf=token)
            assert answer.status == 403
            assert "没有做任何改动" in answer.words
    assert everything(signed_in.world.district.replica()) == before
    assert browser.get("/").path == "/", "still signed in"


def test_the_token_of_one_session_is_worth_nothing_in_another(signed_in: Scene) -> None:
    other = Browser(signed_in.browser.address)
    other.get("/sign-in")
    assert signed_in.browser.post("/sign-out", csrf=other.csrf).status == 403


def test_every_page_carries_the_headers_that_keep_others_out(signed_in: Scene) -> None:
    for path in (*GETS, "/sign-in"):
        headers = signed_in.browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
    said = signed_in.browser.attributes["shuniu"]
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "secure" not in said


@on_both
def test_wrong_passwords_and_unknown_names_are_told_alike_and_then_made_to_wait(scene: Scene) -> None:
    unknown = scene.browser.sign_in("无此人", PASSWORD)
    for _time in range(staff.BY_NAME):
        wrong = scene.browser.sign_in(NAME, "wrong-password")
        assert (wrong.status, "姓名或密码不对" in wrong.words) == (422, True)
    assert "姓名或密码不对" in unknown.words
    assert "请 10 分钟后再试" in scene.browser.sign_in().words, "even with the right password"
    scene.later(staff.PAUSE)
    assert scene.browser.sign_in().path == "/"


def test_signing_in_gives_a_new_token_and_signing_out_ends_it_for_good(scene: Scene) -> None:
    scene.browser.get("/sign-in")
    before = scene.browser.cookies["shuniu"]
    scene.browser.sign_in()
    held = scene.browser.cookies["shuniu"]
    assert held != before
    assert scene.browser.post("/sign-out").path.startswith("/sign-in")
    stolen = Browser(scene.browser.address, {"shuniu": held})
    assert stolen.get("/").path.startswith("/sign-in")


@on_both
def test_a_session_that_nobody_uses_ends_and_one_in_use_goes_on(signed_in: Scene) -> None:
    for _step in range(4):
        signed_in.later(staff.IDLE - 60)
        assert signed_in.browser.get("/").path == "/"
    signed_in.later(staff.IDLE + 1)
    ended = signed_in.browser.get("/")
    assert ended.path == "/sign-in?did=expired"
    assert "自动退出" in ended.words


@on_both
def test_a_new_password_ends_the_sessions_under_the_old_one(signed_in: Scene) -> None:
    account(signed_in.world.district, NAME, "another-password")
    assert signed_in.browser.get("/").path.startswith("/sign-in")
    assert signed_in.browser.sign_in().status == 422
    assert signed_in.browser.sign_in(NAME, "another-password").path == "/"


@on_both
def test_centers_with_their_pcs_ages_and_counts(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    assert "还没有中心加入" in browser.get("/").words
    first, second = world.carded("a"), world.carded("b")
    first.put(name="大厅")
    for pc in (first, second):
        http.sync_once(pc.replica)
    signed_in.later(4 * 86400)
    browser.sign_in()
    words = browser.get("/").words
    assert re.search(r"长白新村街道.* 2 4 天前 电脑A 4 天前", words)
    assert "殷行街道" in words.split("还没有加入的街镇")[1]
    words = browser.get(f"/centers/{STREET}").words
    assert first.device in words
    assert "已用： " + first.device in words
    assert re.search(f"B {second.device} 在用 4 天前 .* 1 下载", words)
    counts = browser.get("/counts").words
    headings, sums = counts.split("统计时间")[1].split(" 中心 ")[1].split(), counts.split("合计 ")[1].split()
    assert sums[headings.index("场地")] == "1"
    assert sums.count("0") == len(sums) - 1


def test_what_a_center_is_called_is_shown_as_typed(signed_in: Scene) -> None:
    world = signed_in.world
    name = "<b>长白&\"新村'</b><script>alert(1)</script>"
    pc = world.carded("a")
    pc.put("center", name=name, street=STREET)
    world.up(pc)
    for path in ("/", f"/centers/{STREET}", "/counts"):
        answer = signed_in.browser.get(path)
        assert "<b>" not in answer.text
        assert "<script" not in answer.text
        assert name in re.sub(r"\s+", " ", html.unescape(answer.text))


def test_a_card_made_here_lets_a_pc_join_once(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    browser.get(f"/centers/{STREET}")
    made = browser.post(f"/centers/{STREET}/card", [("server", world.server)])
    assert (made.status, made.headers["content-disposition"][:10]) == (200, "attachment")
    card = world.folder / "downloaded.card"
    card.write_bytes(made.data)
    pc = world.pc("a", card=card)
    assert http.sync_once(pc.replica).complete
    assert pc.device in browser.get(f"/centers/{STREET}").words
    assert browser.post(f"/centers/{STREET}/card", [("server", "ftp://x")]).status == 422
    assert "不属于本区" in browser.post("/centers/310101002/card", [("server", world.server)]).words
    assert browser.get("/centers/999999999").status == 422


def test_a_card_made_with_the_key_file_opens_the_folder_on_another_pc(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    pc = world.carded("a")
    room = pc.put(name="大厅")
    world.up(pc)
    pc.workspace.close()
    data = world.folder / "new" / "data"
    shutil.copytree(pc.folder / "data", data)
    browser.get(f"/centers/{STREET}")
    where, server = f"/centers/{STREET}/card", [("server", world.server)]
    assert browser.post(where, server, file=("key.sealed", b"x"), name="key").status == 422
    made = browser.post(where, server, file=("key.sealed", (data / "key.sealed").read_bytes()), name="key")
    card = world.folder / "opens.card"
    card.write_bytes(made.data)
    again = Pc(Workspace.join(data, world.folder / "new" / "config", card), world.folder / "new")
    world.pcs.append(again)
    assert again.get(room).name == "大厅"


@on_both
def test_a_pc_is_revoked_after_a_question(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    pc = world.carded("a")
    world.up(pc)
    asked = browser.get(f"/devices/{pc.device}/revoke")
    assert "停用不能取消" in asked.words
    done = browser.post(f"/devices/{pc.device}/revoke")
    assert "已停用" in done.words
    assert f"{pc.device} 已停用" in done.words
    assert browser.post(f"/devices/{pc.device}/revoke").status == 422
    assert browser.get("/devices/..%2F..%2Fetc/revoke").status in (404, 422)


@on_both
def test_what_a_revoked_pc_wrote_is_adopted_or_set_aside(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    gone, other = world.carded("a"), world.carded("b")
    room = gone.put(name="大厅", capacity=40)
    for pc in (gone, other, gone):
        http.sync_once(pc.replica)
    gone.edit(room, capacity=60)
    late = gone.put(name="停用之后", contact_phone="13812345678")
    world.carry(gone, other)
    browser.get(f"/devices/{gone.device}/revoke")
    browser.post(f"/devices/{gone.device}/revoke")
    assert "没有待采纳的修改" in browser.get("/held").words
    http.sync_once(other.replica)
    words = browser.get("/held").words
    assert "停用以后写的内容 2 条" in words
    assert f"场地“大厅” {gone.get(room).number}" in words
    assert "（现在：40）" in words
    assert ("停用之后" in words, "138****5678" in words, "13812345678" in words) == (True, True, False)
    where = f"/held/{STREET}/{gone.device}"
    assert browser.post(where).status == 422
    assert "已采纳" in browser.post(where, [("what", "adopt")]).words
    http.sync_once(other.replica)
    assert other.get(late).name == "停用之后"
    assert browser.post(where, [("what", "aside")]).status == 422, "nothing is held any more"
    assert "不属于本区" in browser.post("/held/310101002/x", [("what", "adopt")]).words


def test_bundles_go_up_and_down_by_hand(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    pc = world.carded("a")
    room = pc.put(name="大厅")
    browser.get("/bundles")
    data = world.file(pc.replica).read_bytes()
    assert "场地：1 条" in browser.post("/bundles", file=("news.shuniu", data)).words
    again = browser.post("/bundles", file=("news.shuniu", data)).words
    assert "新的修改 0 条" in again
    before = everything(world.district.replica())
    for bad in (b"", b"hello", data[:-1], data[:200] + b"x" + data[201:]):
        refused = browser.post("/bundles", file=("news.shuniu", bad))
        assert (refused.status, "没有导入" in refused.words) == (422, True)
    assert everything(world.district.replica()) == before
    assert "没有选择文件" in browser.post("/bundles").words
    second = world.carded("b")
    world.up(second)
    browser.get(f"/centers/{STREET}")
    down = world.folder / "down.shuniu"
    down.write_bytes(browser.post(f"/devices/{second.device}/bundle").data)
    assert usb.import_file(second.replica, down).applied >= 2
    assert second.get(room).name == "大厅"


@on_both
def test_a_notice_is_written_published_edited_and_withdrawn(signed_in: Scene) -> None:
    world, browser = signed_in.world, signed_in.browser
    here, there = world.carded("a"), world.carded("b", OTHER)
    empty = browser.get("/publications/notice/new")
    assert "发文单位" in empty.words
    refused = browser.post("/publications/notice/new", [("title", ""), ("body", "正文"), ("issued_on", "昨天")])
    assert (refused.status, "必须填写" in refused.words, "不是日期" in refused.words) == (422, True, True)
    assert "正文" in refused.text
    saved = browser.post("/publications/notice/new", [("title", "<i>年检</i>"), ("body", "第一行\r\n第二行")])
    path = saved.path.split("?")[0]
    record_id = path.rsplit("/", 1)[1]
    assert "已保存" in saved.words
    assert "没有下发" in saved.words
    assert "没有选择中心" in browser.post(f"{path}/publish", [("whom", "some")]).words
    browser.post(f"{path}/publish", [("whom", "some"), ("to", STREET)])
    for pc in (here, there):
        http.sync_once(pc.replica)
    row = reading.get(here.workspace.office, "notice", record_id)
    assert (row.values["title"], row.values["body"], row.published) == ("<i>年检</i>", "第一行\n第二行", True)
    assert reading.ids(there.workspace.office, "notice") == []
    edited = browser.get(path)
    seen = re.search(r'name="seen" value="([^"]+)"', edited.text)
    assert seen
    fields = [("title", "年检通知"), ("body", "第一行\n第二行"), ("seen", html.unescape(seen[1]))]
    assert "有修改还没有下发" in browser.post(path, fields).words
    assert "已下发全区" in browser.post(f"{path}/publish", [("whom", "all")]).words
    for pc in (here, there):
        http.sync_once(pc.replica)
        row = reading.get(pc.workspace.office, "notice", record_id)
        assert (row.values["title"], row.conflicts) == ("年检通知", 0)
    assert "已删除" in browser.post(f"{path}/remove").words
    http.sync_once(there.replica)
    assert reading.ids(there.workspace.office, "notice") == []
    assert "没有下发" in browser.post(f"{path}/remove", [("back", "yes")]).words
    assert "年检通知" in browser.get("/publications").words


def test_a_center_whose_tick_is_taken_away_no_longer_sees_the_notice(signed_in: Scene) -> None:
    browser = signed_in.browser
    browser.get("/publications/notice/new")
    path = browser.post("/publications/notice/new", [("title", "年检通知"), ("body", "正文")]).path.split("?")[0]
    both = [("whom", "some"), ("to", STREET), ("to", OTHER)]
    assert "已下发 2 个中心" in browser.post(f"{path}/publish", both).words
    assert "已下发 1 个中心" in browser.post(f"{path}/publish", [("whom", "some"), ("to", OTHER)]).words
    with signed_in.world.district.replica().reading() as connection:
        assert published_in(connection, "notice", [path.rsplit("/", 1)[1]]) == {path.rsplit("/", 1)[1]: (OTHER,)}


def test_personal_values_are_masked_until_asked_for_and_stay_when_not_touched(signed_in: Scene) -> None:
    browser = signed_in.browser
    browser.get("/publications/organization/new")
    fields = [("name", "乐龄社区服务中心"), ("contact_name", "沈国强"), ("contact_phone", "13812345678")]
    path = browser.post("/publications/organization/new", fields).path.split("?")[0]
    shown = browser.get(path)
    assert ("138****5678" in shown.text, "13812345678" in shown.text) == (True, False)
    masked = [(name, html.unescape(re.search(f'name="{name}" value="([^"]*)"', shown.text)[1]))  # type: ignore[index]
              for name in ("name", "contact_name", "contact_phone", "seen")]  # fmt: skip
    assert "已保存" in browser.post(path, [*masked, ("address", "长白路1号")]).words
    whole = browser.post(f"{path}/reveal")
    assert ("13812345678" in whole.text, "沈国强" in whole.text, "长白路1号" in whole.text) == (True, True, True)


def test_two_workers_know_the_same_sessions(signed_in: Scene) -> None:
    with console(signed_in.world.district) as other:
        assert Browser(other, dict(signed_in.browser.cookies)).get("/").path == "/"
