"""The center itself and the people who work at its desk (domain.md A5)."""

from __future__ import annotations

from app.models.fields import PERSONAL, PUBLIC
from app.models.record import Record, boolean, choice, decimal, integer, text

ROLES = (
    ("director", "主任"),
    ("staff", "工作人员"),
    ("front_desk", "前台"),
    ("viewer", "只读人员"),
    ("administrator", "系统管理员"),
)


class Center(Record, label="服务中心", icon="house", internal=True):
    """The street's social organization service center; one record, the same on every PC of the street."""

    name = text("中心名称", required=True, max_length=60, search=True, privacy=PUBLIC, listed=True)
    street = text("街镇代码", required=True, max_length=9, privacy=PUBLIC, listed=True)
    address = text("地址", max_length=200, privacy=PUBLIC, listed=True)
    phone = text("咨询电话", format="phone", privacy=PUBLIC, listed=True)
    director = text("主任", format="person_name", max_length=60, privacy=PUBLIC)
    area = decimal("办公面积", unit="㎡", minimum=0, help="意见要求一般不少于30平方米")
    opening = text("开放时间", max_length=100, privacy=PUBLIC)
    max_crowd = integer("大型活动人数线", unit="人", minimum=1, default=1000, help="达到此人数时提示报公安机关许可")
    release_minutes = integer(
        "爽约释放", unit="分钟", minimum=1, maximum=1440, help="预约开始后多久未到场即释放；留空为不自动释放"
    )
    strike_limit = integer("爽约上限", unit="次", minimum=1, help="达到后暂停预约；留空为不暂停")
    strike_days = integer("爽约计算期", unit="天", minimum=1, default=180)
    recovery_key = text("恢复公钥", max_length=64, privacy=PUBLIC, help="开具恢复单时由程序填写")
    offer_hours = integer("候补保留", unit="小时", minimum=1, default=24, help="通知候补后为其保留场地的时间")


class User(Record, label="使用人员", icon="user", internal=True):
    """A person who signs in at the desk; the password is kept on each PC and never travels."""

    name = text("姓名", required=True, format="person_name", max_length=60, search=True, privacy=PUBLIC, listed=True)
    role = choice("角色", ROLES, required=True, default="staff", listed=True)
    post = text("岗位", max_length=40, listed=True)
    phone = text("联系电话", format="phone", privacy=PERSONAL)
    active = boolean("在用", default=True, listed=True)
