"""Signing in: passwords checked, attempts limited, who came and who failed written down; a forgotten password is set anew
with the recovery sheet (domain.md B12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from nacl.public import PrivateKey

from app.errors import Refusal
from app.services import local, recovery
from app.services.office import Office
from app.services.people import refuse_gone
from app.services.rights import USERS
from app.sync.recovery import seed_of
from app.text import _

ALLOWED = 5
"""Wrong passwords before one must wait."""
FIRST_WAIT, LONGEST_WAIT = 1, 30
"""Minutes; each further wrong password doubles the wait."""


def sign_in(office: Office, user_id: str, password: str) -> None:
    """Let a user in, which is audited; without a password on this PC the text is empty. Raises :class:`Refusal` where the
    password is wrong, where too many were, and where the account was deactivated."""
    refuse_gone(office, user_id)
    _wait(office, user_id)
    if local.password_fits(office, user_id, password):
        _forget(office, user_id)
        with office.unit() as unit:
            unit.audit("sign_in", "user", user_id)
        return
    wrong = local.read(office, _name(user_id), {}).get("wrong", 0) + 1
    if wrong < ALLOWED:
        local.write(office, _name(user_id), {"wrong": wrong})
        raise Refusal.of("password", _("密码不对。"), _("请再输一次，注意大小写和中英文输入法。"))
    minutes = min(FIRST_WAIT * 2 ** (wrong - ALLOWED), LONGEST_WAIT)
    until = office.clock() + timedelta(minutes=minutes)
    local.write(office, _name(user_id), {"wrong": wrong, "until": until.isoformat()})
    with office.unit() as unit:
        unit.audit("sign_in_failed", "user", user_id, wrong=wrong)
    _wait(office, user_id)


def reset_password(office: Office, user_id: str, code: str, password: str) -> None:
    """Set a user's password anew with the code of the recovery sheet in force; audited.

    Raises :class:`Refusal` where the code is not of that sheet, the password is too short, or the account was deactivated.
    """
    refuse_gone(office, user_id)
    public = recovery.public_key(office)
    if not public:
        raise Refusal.of("code", _("本中心还没有开具恢复单"), _("请由另一位系统管理员在“使用人员”里处理，或联系区里"))
    if bytes(PrivateKey(seed_of(code)).public_key).hex() != public:
        raise Refusal.of("code", _("这不是现在有效的恢复单"), _("请用最近开具的那一张"))
    local.set_password(office, user_id, password)
    _forget(office, user_id)
    with office.unit() as unit:
        unit.audit("password_reset", "user", user_id)


def give_password(office: Office, user_id: str, password: str) -> None:
    """Somebody who manages the people gives a user who forgot the password a new one on this PC; audited. Raises
    :class:`Refusal` where it is too short, or where that may not be."""
    office.duty.need(USERS)
    local.set_password(office, user_id, password)
    _forget(office, user_id)
    with office.unit() as unit:
        unit.audit("password_given", "user", user_id)


def _name(user_id: str) -> str:
    return f"attempts:{user_id}"


def _forget(office: Office, user_id: str) -> None:
    if local.read(office, _name(user_id)) is not None:
        local.write(office, _name(user_id), None)


def _wait(office: Office, user_id: str) -> None:
    """Raise :class:`Refusal` while one must wait; a clock that went back does not prolong it beyond the longest wait."""
    said = local.read(office, _name(user_id), {}).get("until")
    left = datetime.fromisoformat(said) - office.clock() if said else timedelta()
    if timedelta() < left <= timedelta(minutes=LONGEST_WAIT):
        minutes = int(left.total_seconds() // 60) + 1
        raise Refusal.of(
            "password", _("密码错了太多次，请 {n} 分钟后再试。", n=minutes), _("忘记密码可以用恢复单重设。")
        )
