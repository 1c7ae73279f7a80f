"""The papers of lending rooms: application, receipts, series, waiting list, people to call (domain.md C1; rules 17-29)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.slips.registry import render
from tests.slips.support import BOOKING, CONTEXT, DEPOSIT, KEY, USED, WAITING, calls, pages, printed, series, solid


def test_the_application_has_its_fields_in_the_order_of_the_paper() -> None:
    front = solid(pages(render("application", USED, CONTEXT))[0])
    order = (
        "编号", "申请单位/团队", "信用代码/备案号", "活动名称", "类别", "场地", "使用时间", "布置15分钟", "人数", "负责人、电话",
        "设备需求", "对外开放", "收费", "押金", "安全承诺", "申请人签名", "中心意见", "审批人签名", "使用后",
    )  # fmt: skip
    body = front[front.index("编号") :]
    places = [body.index(word) for word in order if word not in ("类别", "场地")]
    assert places == sorted(places)


def test_the_notes_are_on_the_back_with_the_figures_of_the_room_and_the_center() -> None:
    front, back = (solid(text) for text in pages(render("application", USED, CONTEXT)))
    assert "场地使用须知" not in front
    for said in (
        "场地使用须知",
        "至少提前24小时",
        "开始后30分钟未到场",
        "180天内爽约满3次",
        "最多容纳80人",
        "轮椅坡道",
        "021-60001111",
    ):
        assert said in back
    bare = solid(pages(render("application", BOOKING, CONTEXT))[1])
    assert "至少提前1个工作日" in bare
    assert "释放" not in bare
    assert "天内爽约满" not in bare


def test_the_block_after_use_is_blank_until_the_room_was_used() -> None:
    blank = printed(render("application", BOOKING, CONTEXT))
    assert "■" not in blank[blank.index("使用后") : blank.index("工作人员签名")]
    used = printed(render("application", USED, CONTEXT))
    for said in ("实到55人", "□完好■有损坏", "■整洁□需保洁", "离场时间11:05", "损坏情况：会议桌桌面划伤一处"):
        assert said in used


@pytest.mark.parametrize(("approved", "boxes"), [(True, "■同意□不同意"), (False, "□同意■不同意"), ("", "□同意□不同意")])
def test_the_opinion_is_ticked_as_it_was_decided(approved: object, boxes: str) -> None:
    for form in ("booking", "application"):
        assert boxes in printed(render(form, {**BOOKING, "approved": approved}, CONTEXT))


def test_a_rejection_says_why() -> None:
    record = {**BOOKING, "approved": False, "cancel_reason": "同一时段已批准他人"}
    assert "同一时段已批准他人" in printed(render("booking", record, CONTEXT))


def test_rule_25_the_frozen_fee_its_differences_and_the_deposit_are_on_the_slip() -> None:
    text = printed(render("booking", USED, CONTEXT))
    assert "100元（50元/小时），延长半小时+25元，合计125元" in text
    assert "200元（部分扣留50元：桌面划伤）" in text


def test_a_receipt_writes_the_amount_in_capitals_and_figures() -> None:
    text = printed(render("deposit", DEPOSIT, CONTEXT))
    assert text.count("人民币贰佰元整（小写）¥200.00") == 2
    assert "退还¥150.00扣留¥50.00原因：桌面划伤" in text
    assert "201室钥匙1把，领出2026年11月24日周二08:50" in text
    assert "钥匙归还2026年11月24日周二11:10" in text


def test_a_deposit_given_back_whole_says_so_and_one_not_yet_leaves_blanks() -> None:
    returned = {**DEPOSIT, "deposit_state": "已退还", "deposit_kept": ""}
    assert "退还¥200.00扣留¥0.00" in printed(render("deposit", returned, CONTEXT))
    due = printed(render("deposit", {**DEPOSIT, "deposit_state": "应收", "deposit_kept": ""}, CONTEXT))
    assert ("应收¥200.00，未收" in due, "人民币贰佰元整" in due) == (True, False)
    held = {**DEPOSIT, "deposit_state": "已收", "deposit_kept": ""}
    assert "退还¥扣留¥原因" in printed(render("deposit", held, CONTEXT))


def test_an_amount_that_is_no_money_is_printed_as_it_is() -> None:
    assert "0.001" in printed(render("deposit", {**DEPOSIT, "deposit": "0.001"}, CONTEXT))
    assert "面议" in printed(render("deposit", {**DEPOSIT, "deposit": "面议"}, CONTEXT))


def test_a_key_is_receipted_with_its_booking() -> None:
    text = printed(render("key", KEY, CONTEXT))
    assert "201室钥匙1把，领出2026年11月24日周二08:50，应还2026年11月24日周二12:00" in text
    assert "人民币（大写）" in text


def test_rule_17_skipped_dates_stand_in_their_place_with_the_reason() -> None:
    record = series(4, 2)
    record["skipped"][0]["start"] = "2027-01-08T09:00"
    text = printed(render("series", record, CONTEXT))
    assert text.index("2027年1月5日") < text.index("2027年1月8日") < text.index("2027年1月12日")
    assert text.count("未约已被阳光志愿服务社预约") == 2
    assert "共4次；另有2个日期未约" in text


def test_rule_19_a_cancelled_date_stays_listed_with_its_reason_and_is_not_counted() -> None:
    record = series(3)
    record["dates"][1] |= {"status": "已取消", "gone": True, "cancel_reason": "春节停办"}
    text = printed(render("series", record, CONTEXT))
    assert "已取消YY-310110016-2026-0002春节停办" in text
    assert "共2次" in text


def test_a_series_of_a_year_runs_on_under_its_headings() -> None:
    texts = [solid(text) for text in pages(render("series", series(53, 1), CONTEXT))]
    assert len(texts) == 2
    assert all("编号或原因" in text and "“夕阳红”合唱队" in text for text in texts)
    assert [text.count("YY-310110016-2026-") for text in texts] == [31, 22]
    assert "申请人签名" in texts[1]


def test_rule_29_the_notice_says_which_order_the_waiting_list_has() -> None:
    fits = printed(render("waiting", WAITING, CONTEXT))
    assert fits.count("谁先合适给谁：按优先级和排队先后，通知第一家") == 2
    strict = printed(render("waiting", {**WAITING, "waiting_order": "严格按顺序", "strict": True}, CONTEXT))
    assert strict.count("严格按顺序：按优先级和排队先后依次通知") == 2


def test_rule_28_the_notice_says_how_long_a_place_is_held() -> None:
    assert "为您保留24小时" in printed(render("waiting", WAITING, CONTEXT))
    offered = {**WAITING, "status": "已通知待确认", "offer_until": "2026-12-01T10:00"}
    assert "2026年12月1日周二10:00" in printed(render("waiting", offered, CONTEXT))


def test_people_to_call_have_their_numbers_in_full_and_go_on_over_pages() -> None:
    pdf = render("calls", calls(40), replace(CONTEXT, copy=2))
    texts = [solid(text) for text in pages(pdf)]
    assert len(texts) == 3
    assert all("电话" in text and f"第{n}页共3页" in text for n, text in enumerate(texts, 1))
    for n in range(1, 41):
        assert f"139{n:04}4321" in "".join(texts)
    assert "".join(texts).count("□") == 41
    assert "第2次打印" in texts[0]
