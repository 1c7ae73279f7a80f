"""What stands around a booking at the counter, and what can be done with it now (domain.md A1.10; rules.md 24, 25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.models.bookings import BLOCKING
from app.services import reading
from app.services.office import Office
from app.services.reading import Query, Row
from app.services.states import release_minutes, shown
from app.services.times import minutes_between
from app.text import _

PENDING = frozenset({"requested", "tentative"})


@dataclass(frozen=True)
class Desk:
    """``mark`` is the code by which the status is drawn; ``word`` says it, with how late they are; ``keys`` that are out,
    by handover."""

    mark: str
    word: str
    keys: Mapping[str, str]
    deposit: str
    """What there is to know of the deposit, in words; empty where there is none."""
    steps: tuple[str, ...]
    """What can be done now: approve, reject, check_in, no_show, check_out, cancel, take_deposit, return_deposit,
    hand_key, key_back, add_equipment."""


def desk(office: Office, row: Row) -> Desk:
    """How the counter stands with the booking ``row``."""
    now = office.now
    with office.reading() as session:
        minutes = release_minutes(session).get(str(row.values.get("venue")))
    status = state(row.values, minutes, now)
    out = reading.rows(
        office, "key_handover",
        reading.ids(office, "key_handover", Query(where={"booking": row.id, "back_at": None})),
    )  # fmt: skip
    keys = {one.id: str(one.values.get("keys") or one.title) for one in out}
    return Desk(
        mark(row, status, now), word(row, status, now), keys, _deposit(row), steps(row.values, status, bool(keys), now)
    )


def state(values: Mapping[str, Any], minutes: int | None, now: str) -> str:
    """The status as people see it: who did not come in ``minutes`` is a no-show."""
    return shown(values.get("status") or "", values.get("start") or "", values.get("checked_in_at"), minutes, now)


def word(row: Row, status: str, now: str) -> str:
    """A status in words: how late they are, or that the room was released to others."""
    start, end = str(row.values.get("start") or now), str(row.values.get("end") or now)
    if status == "no_show":
        return _("爽约，已释放")
    if status == "confirmed" and start < now < end:
        return _("迟到 {n} 分钟", n=minutes_between(start, now))
    if status == "checked_in" and now > end:
        return _("超时 {n} 分钟", n=minutes_between(end, now))
    return row.kind.fields["status"].display(status)


def mark(row: Row, status: str, now: str) -> str:
    """The code by which a status is drawn: who is late, or over their time, stands out."""
    late = status in ("confirmed", "checked_in") and word(row, status, now) != row.display("status")
    return "overdue" if late else status


def steps(values: Mapping[str, Any], status: str, key_out: bool, now: str) -> tuple[str, ...]:
    """What can be done with a booking that is seen as ``status``, the likeliest first."""
    start, end = str(values.get("start") or ""), str(values.get("end") or "")
    found: list[str] = []
    if status in PENDING:
        found += ["approve", "reject"]
    arriving = values.get("status") in ("confirmed", "no_show") and status in ("confirmed", "no_show")
    if arriving and start[:10] <= now[:10] and now < end:
        found.append("check_in")
    if values.get("status") == "confirmed" and now >= start:
        found.append("no_show")
    if status == "checked_in":
        found.append("check_out")
    pledge = values.get("deposit_state")
    if pledge == "held":
        found.append("return_deposit")
    elif pledge in (None, "due") and _positive(values.get("deposit")) and status in BLOCKING:
        found.append("take_deposit")
    if key_out:
        found.append("key_back")
    elif status in ("confirmed", "checked_in"):
        found.append("hand_key")
    if status in ("requested", "tentative", "confirmed", "checked_in"):
        found.append("add_equipment")
    if status in ("requested", "tentative", "confirmed"):
        found.append("cancel")
    return tuple(found)


def _positive(amount: Any) -> bool:
    return amount not in (None, "") and Decimal(str(amount)) > 0


def _deposit(row: Row) -> str:
    amount, pledge = row.values.get("deposit"), row.values.get("deposit_state")
    if not _positive(amount) and pledge is None:
        return ""
    return _("押金 {amount} 元 {state}", amount=amount or 0, state=row.display("deposit_state") or _("应收")).strip()
