"""The console in a real browser, from signing in to a notice that arrives on a PC."""

from __future__ import annotations

import os
from pathlib import Path

from app.services import reading
from app.sync import http, usb
from tests.district.browsing import NAME, PASSWORD, account, console
from tests.district.chromium import Chromium, chromium
from tests.sync.world import STREET, World


def test_a_card_a_center_a_bundle_and_a_notice_in_a_real_browser(tmp_path: Path) -> None:
    world = World(tmp_path)
    account(world.district)
    with console(world.district) as address, chromium(tmp_path) as browser:
        world.server = address
        browser.open(address)
        sign_in(browser)
        pc = join_with_a_card(world, browser)
        room = pc.put(name="一楼大厅", capacity=80)
        upload(world, browser, usb.export(pc.replica, tmp_path / "up.shuniu").path)
        assert room in {record["id"] for record in world.district.records("venue")}
        publish(browser)
        assert http.sync_once(pc.replica).complete
        (notice,) = reading.rows(pc.workspace.office, "notice", reading.ids(pc.workspace.office, "notice"))
        assert (notice.values["title"], notice.published) == ("关于报送半年群团统计的通知", True)
        assert notice.values["body"] == "请于月底前\n报送。"
        look(browser, "counts", f"{address}/counts")
        look(browser, "held", f"{address}/held")
        look(browser, "revoke", f"{address}/devices/{pc.device}/revoke")
        look(browser, "center_again", f"{address}/centers/{STREET}")
        browser.press("form.out button")
        browser.until("已退出")
    world.close()


def sign_in(browser: Chromium) -> None:
    browser.type("#name", NAME)
    browser.type("#password", "wrong-password")
    browser.press("button.main")
    browser.until("姓名或密码不对")  # a press may return before the answer to a form is there
    look(browser, "sign_in")
    browser.type("#password", PASSWORD)
    browser.press("button.main")
    browser.until("还没有中心加入")
    look(browser, "empty")


def join_with_a_card(world: World, browser: Chromium):
    browser.follow("长白新村街道")
    browser.until("还没有电脑向区里报过消息")
    browser.press("#make-card")
    pc = world.pc("a", card=browser.downloaded(".card"))
    assert http.sync_once(pc.replica).complete
    browser.follow("中心")
    browser.until("1 个中心已加入")
    look(browser, "centers")
    browser.follow("长白新村街道")
    assert pc.device in browser.until("已用")
    look(browser, "center")
    return pc


def upload(world: World, browser: Chromium, path: Path) -> None:
    browser.follow("同步文件")
    browser.type("#bundle", str(path))
    browser.press("button.main")
    browser.until("场地：1 条")
    look(browser, "bundles")


def publish(browser: Chromium) -> None:
    browser.follow("下发")
    browser.follow("新建通知")
    browser.type("#title", "关于报送半年群团统计的通知")
    browser.type("#body", "请于月底前\n报送。")
    look(browser, "new")
    browser.press("#save")
    browser.until("没有下发")
    look(browser, "saved")
    browser.press("#publish")
    browser.until("已下发全区")
    browser.follow("下发")
    browser.until("关于报送半年群团统计的通知")
    look(browser, "publications")


def look(browser: Chromium, name: str, address: str = "") -> None:
    """A picture of the page, for who asks for pictures."""
    if address:
        browser.open(address)
    if folder := os.environ.get("SHUNIU_SHOTS"):
        browser.screenshot(Path(folder) / f"{name}.png")
