"""The rules of a booking about to be written, and of what closes rooms (rules.md 1-9, 22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from app.errors import Fault
from app.models.bookings import Booking
from app.models.fields import Misfit, fault_of
from app.models.venues import Closure, Venue
from app.services import equipment, hours, states
from app.services.availability import Search, other_rooms, wrong
from app.services.booking import Slot
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.premises import Place, Premises, midnight_after
from app.services.times import ends_after_start, minutes_between, say_span, say_time, shift
from app.text import _

Before = Mapping[str, Any] | None
PLACED = ("venue", "start", "end")
PENDING = ("requested", "tentative")
SLOT = (*PLACED, "before", "after")


def check(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    """Faults of a booking about to be written; also stores the venue's buffers on it (rules.md 6), and for 全天 the hours
    of its date (rules.md 3)."""
    with unit.session.no_autoflush:
        yield from _check(unit, record, before)


def _check(unit: Unit, record: Booking, before: Before) -> Iterator[Fault]:
    known = lookups(unit)
    premises = known.premises
    place = premises.place(record.venue) if record.venue else None
    if place is not None:
        _whole_day(unit, premises, place, record, before)
    faults = list(ends_after_start(record.start, record.end, "end"))
    yield from faults
    if place is None or faults:
        return
    if record.before is None:
        record.before = place.before
    if record.after is None:
        record.after = place.after
    if before is None or before["venue"] != record.venue:
        if place.status == "retired":
            yield Fault("venue", _("“{venue}”已停用", venue=place.name), _("请另选场地"))
        elif place.status == "paused":
            unit.notices.append(_("“{venue}”目前暂停开放。", venue=place.name))
    if record.headcount and place.capacity and record.headcount > place.capacity:
        unit.notices.append(_("“{venue}”容纳 {n} 人，预约人数超过了。", venue=place.name, n=place.capacity))
    minutes = known.release
    if record.yields_to or not _holds(_asked(record), minutes, unit.office.now):
        return
    held = before is not None and not before["yields_to"] and _holds(before, minutes, unit.office.now)
    if not held or before is None or _differ(record, before, PLACED):
        yield from _when(unit, premises, place, record, before)
        if before is not None or record.heads:  # a new one has no equipment yet
            yield from equipment.of_booking(unit, record, premises)
    elif before["status"] == "requested" and record.status != "requested":
        yield from _closed(unit, premises, place, record, before)
    approved = before is not None and before["status"] == "requested" and record.status != "requested"
    if not held or before is None or _differ(record, before, SLOT) or approved:
        yield from _taken(unit, premises, place, record, before)


def _differ(record: Booking, before: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(before[name] != getattr(record, name) for name in names)


def _holds(values: Mapping[str, Any], minutes: states.Minutes, now: str) -> bool:
    """Whether a booking of ``values`` keeps its room from others; what it held already needs no second look."""
    own = minutes.get(values["venue"])
    return states.holds(values["status"], values["start"], values["checked_in_at"], own, now)


def _asked(record: Booking) -> Mapping[str, Any]:
    return {name: getattr(record, name) for name in ("venue", "start", "status", "checked_in_at")}


def _whole_day(unit: Unit, premises: Premises, place: Place, record: Booking, before: Before) -> None:
    """全天: from the venue's first minute on the date of the start to its last, in a venue that may be used overnight to
    the last minute of the date of the end."""
    brought_back = before is None and record.heads
    if not record.all_day or not record.start or brought_back:
        return
    if before is not None and before["all_day"] and not _differ(record, before, PLACED):
        return
    if before is not None and before["all_day"] and _same_dates(record, before):
        record.all_day = False
        unit.notices.append(_("改了时间，不再是全天。"))
        return
    first = premises.whole_day(place, record.start[:10])
    last = first
    if place.overnight and record.end and record.end > midnight_after(record.start):
        last = premises.whole_day(place, shift(record.end, -1)[:10])
    if first is None or last is None:
        return  # closed all day: what was given is refused as that
    record.start, record.end = first[0], last[1]


def _same_dates(record: Booking, before: Mapping[str, Any]) -> bool:
    dates = (record.start[:10], shift(record.end, -1)[:10])
    return before["venue"] == record.venue and (before["start"][:10], shift(before["end"], -1)[:10]) == dates


def _when(unit: Unit, premises: Premises, place: Place, record: Booking, before: Before) -> Iterator[Fault]:
    """Midnight, closures, opening hours (rules.md 2-4)."""
    if record.end > midnight_after(record.start) and not place.overnight:
        yield Fault("end", _("“{venue}”不能跨夜使用", venue=place.name), _("请在当天 24:00 前结束，或分成几天预约"))
    yield from _closed(unit, premises, place, record, before)
    year = int(record.start[:4])
    limited = premises.hours(place, record.start) is not None
    said = _("还没有 {year} 年的放假安排，开放时间只按周末计算。", year=year)
    if limited and not premises.days.is_published(year) and said not in unit.notices:
        unit.notices.append(said)


def _closed(unit: Unit, premises: Premises, place: Place, record: Booking, before: Before) -> Iterator[Fault]:
    """A closure, which is to be ended or opened; or time outside the hours, which is a policy (rules.md 23)."""
    piece = premises.shut(place, record.start, record.end, bool(record.all_day))
    if piece is None:
        return
    error = _("{venue} {why}", venue=place.name, why=premises.say(place, piece))
    if piece.closed is not None:
        span = say_span(piece.closed.start, piece.closed.end)
        error = _("{venue} {span} {why}", venue=place.name, span=span, why=premises.say(place, piece))
        yield Fault("start", error, _("请改时间或另选场地；确实要开放的，先登记例外开放"))
    elif unit.quiet or (before is None and record.heads):  # it comes back: policy was asked when it was made
        unit.notices.append(error)
    else:
        yield Fault("start", error, _("请改时间或另选场地；经同意的可写明理由"), policy=True)


def _taken(unit: Unit, premises: Premises, place: Place, record: Booking, before: Before) -> Iterator[Fault]:
    """What else holds the room. Approving one of several requests turns the others down, with the reason (rules.md 5)."""
    competes = place.competing and record.status == "requested"
    slot = Slot(record.id, place.id, record.start, record.end, record.before or 0, record.after or 0, competes=competes)
    others = list(lookups(unit).diary([place.id], slot.start, slot.end).in_the_way(slot))
    if before is not None and before["yields_to"] and not _differ(record, before, (*PLACED, "status")):
        # A yield that is taken back: the clash of before is there again, a finding; only who came since is in the way.
        others = [other for other in others if other.id != before["yields_to"]]
    approving = before is not None and before["status"] == "requested" and record.status not in PENDING
    if approving and not unit.quiet and others and all(other.competes for other in others):
        for other in others:
            _turn_down(unit, other, record)
        return
    if others:
        yield _refusal(unit, premises, place, slot, others[0], before)


def _turn_down(unit: Unit, other: Slot, winner: Booking) -> None:
    loser: Any = unit.load("booking", other.id)
    loser.status = "rejected"
    loser.cancel_reason = _("同一时段已批准给 {who}", who=winner.client_name or winner.purpose or _("他人"))
    loser.approved_by, loser.approved_on = unit.office.actor or None, unit.office.today
    lookups(unit).wrote(loser)
    unit.notices.append(_("{who} {span} 的申请未批准：同一时段只能批准一家。", who=other.who or _("未写明"),
                          span=say_span(other.start, other.end)))  # fmt: skip


def _refusal(unit: Unit, premises: Premises, place: Place, slot: Slot, other: Slot, before: Before) -> Fault:
    taken = premises.place(other.venue) or place
    span, who = say_span(other.start, other.end), other.who or _("他人")
    if slot.start < other.end and other.start < slot.end:
        error = _("{venue} {span} 已被 {who} 预约", venue=taken.name, span=span, who=who)
    else:
        gap = max(slot.after, other.before) if slot.end <= other.start else max(other.after, slot.before)
        error = _(
            "{venue} {span} 已被 {who} 预约，之间须留 {n} 分钟布置和清场", venue=taken.name, span=span, who=who, n=gap
        )
    stays = before is not None and (before["start"], before["end"]) == (slot.start, slot.end)
    here = premises.place(before["venue"]) if before is not None and stays else None
    offers = [*_other_rooms(unit, premises, place, slot, here), *_later(unit, premises, place, slot)]
    mend = _("可选：{offers}。", offers="，".join(offers)) if offers else _("请改时间或另选场地。")
    return Fault("venue", error, mend)


def _other_rooms(unit: Unit, premises: Premises, place: Place, slot: Slot, here: Place | None) -> Iterator[str]:
    """One free room of at least the same capacity, if there is any among the nearest; not the one it is in at that time."""
    nearest = [one for one in other_rooms(premises, place) if here is None or one.id != here.id]
    if not nearest:
        return
    diary = lookups(unit).diary([one.id for one in nearest], slot.start, slot.end)
    for one in nearest:
        moved = slot._replace(venue=one.id, competes=False)
        if wrong(one, slot.start, slot.end) or any(diary.in_the_way(moved)):
            continue
        if not premises.shut(one, slot.start, slot.end):
            yield _("{venue} 同时段", venue=one.name)
            return


def _later(unit: Unit, premises: Premises, place: Place, slot: Slot) -> Iterator[str]:
    """The next start on the same day at which the room is free for as long."""
    diary = lookups(unit).diary([place.id], slot.start, midnight_after(slot.start))
    search = Search(unit.session, unit.office.now, premises, [place], slot.start, diary=diary)
    length = minutes_between(slot.start, slot.end)
    later = search.free(
        place, length, before=slot.before, after=slot.after, leave_out=slot.id, until=midnight_after(slot.start)
    )
    for free in later:
        yield _("本场地 {time} 起", time=say_time(free.start))
        return


def check_venue(unit: Unit, record: Venue, _before: Before) -> Iterator[Fault]:
    """Faults of a venue: a hall that is part of itself (rules.md 7), hours that cannot be read (rules.md 3)."""
    seen, parent = {record.id}, record.parent
    while parent:
        if parent in seen:
            yield Fault("parent", _("场地不能从属于自己"), _("请另选所属场地"))
            break
        seen.add(parent)
        above = unit.session.get(Venue, (record.owner, parent))
        parent = above.parent if above else None
    for name in hours.FIELDS:
        try:
            hours.read(getattr(record, name))
        except Misfit as misfit:
            yield fault_of(record.kind.fields[name], misfit)


def check_closure(unit: Unit, record: Closure, _before: Before) -> Iterator[Fault]:
    """Faults of a closure; bookings that lie in it stay, and the person is told how many there are."""
    faults = list(ends_after_start(record.start, record.end, "end"))
    yield from faults
    if faults or record.sort == "open":
        return
    if n := affected(unit, record):
        unit.notices.append(_("这段时间里有 {n} 个预约，请逐个联系并处理。", n=n))


def affected(unit: Unit, record: Closure) -> int:
    """How many bookings a closure that is about to be written would lie over."""
    b = Booking.__table__.c
    query = select(func.count()).where(
        states.blocking(lookups(unit).release, unit.office.now), b.start < record.end, b.end > record.start,
        lookups(unit).merged.standing(Booking.kind), b.venue.in_(lookups(unit).premises.reach(record.venue)),
    )  # fmt: skip
    return unit.session.scalar(query) or 0
