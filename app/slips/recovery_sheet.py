"""恢复单: the recovery code of a center on paper (design.md §3), A4. It exists nowhere else."""

from __future__ import annotations

from app.slips.base import SlipContext
from app.slips.grid import Cell, Row
from app.slips.page import Form, Paper, print_form
from app.text import _


def render(code: str, made_on: str, context: SlipContext) -> bytes:
    """The sheet as a PDF; ``code`` in groups joined by hyphens, ``made_on`` a date in words."""
    groups = code.split("-")
    lines = tuple(
        Row((Cell(str(at // 3 + 1), 12, "label"), *(Cell(one, 55, "center") for one in groups[at : at + 3])), scale=1.8)
        for at in range(0, len(groups), 3)
    )
    form = Form(
        title=_("数据恢复单"),
        number="",
        paper=Paper.A4,
        rows=(
            Row((Cell(_("开具日期"), 25, "label"), Cell(made_on, 152))),
            Row((Cell(_("恢复码"), 177, "label"),)),
            *lines,
            Row((Cell(_("用处"), 25, "label"), Cell(_purpose(), 152, "text"))),
            Row((Cell(_("保管"), 25, "label"), Cell(_custody(), 152, "text", signs=(_("保管人："), _("日期：")))), 30),
        ),
        sizes=(10.5, 10, 9.5),
    )
    return print_form(form, context)


def _purpose() -> str:
    return _(
        "电脑损坏、丢失或系统重装后，用这张单上的恢复码打开备份；系统管理员忘记密码时，用它重设密码。"
        "换过新的恢复单以后，新备份用新单，旧备份仍用旧单。"
    )


def _custody() -> str:
    return _("恢复码只在这张纸上，程序里不保存。请放进保险柜或上锁的抽屉，不要拍照，不要和电脑放在一起。")
