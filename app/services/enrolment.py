"""Enrolment in trainings: places, the waiting list, and who moves up (rules.md 26, 27, 30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from app.errors import Fault
from app.models.training import HOLDS_PLACE, Enrolment, Training
from app.services.office import Unit
from app.services.survivors import Merged, survivors
from app.text import _


def places_taken(unit: Unit, training: str, leave_out: str = "") -> int:
    """How many hold a place."""
    e = Enrolment.__table__.c
    query = select(func.count()).where(
        *_of(unit, training), e.deleted.is_(False), e.status.in_(HOLDS_PLACE), e.id != leave_out
    )
    return unit.session.scalar(query) or 0


def _of(unit: Unit, training: str) -> tuple[Any, Any]:
    """The conditions that an enrolment is in a training, or in one that was merged into it, and is not merged away."""
    merged = Merged(unit.session)
    trainings = merged.linked(("training",), (training,))
    return Enrolment.training.in_(trainings), merged.standing(Enrolment.kind)


def check(unit: Unit, record: Enrolment, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of an enrolment; a full training puts a newcomer on the waiting list, and who leaves lets one move up."""
    training = _training(unit, record.training)
    if training is None:
        return
    if before is None and training.status == "cancelled":
        yield Fault("training", _("这个培训已取消"), _("请另选培训"))
    if before is None and (twin := _twin(unit, record)):
        yield Fault("name", _("{name} 已经报过这个培训（{number}）", name=record.name, number=twin), _("不必重复报名"))
    held = before is not None and before["status"] in HOLDS_PLACE
    moved = before is not None and before["training"] != record.training
    wants = record.status in HOLDS_PLACE and (not held or moved)
    if wants and training.capacity and places_taken(unit, record.training, record.id) >= training.capacity:
        if before is None and record.status == "enrolled":
            record.status = "waiting"
            unit.notices.append(_("名额已满，{name} 转为候补。", name=record.name))
        else:
            yield Fault("status", _("“{title}”名额已满", title=training.title), _("请排候补，或增加名额"), policy=True)
    if held and before is not None and (moved or record.status not in HOLDS_PLACE):
        old = _training(unit, before["training"])
        unit.session.flush()
        if old is not None:
            _move_up(unit, old)


def _training(unit: Unit, training: str | None) -> Training | None:
    standing = None if training is None else survivors(unit.session, Training.kind).of(training)
    return unit.session.scalars(select(Training).where(Training.id == standing)).first()


def left(unit: Unit, record: Enrolment) -> None:
    """An enrolment went to the bin: whoever waits moves up (rules.md 27)."""
    training = _training(unit, record.training)
    if training is not None and record.status in HOLDS_PLACE:
        _move_up(unit, training)


def check_training(unit: Unit, record: Training, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """More places let the waiting list move up."""
    if before is not None and before["capacity"] != record.capacity:
        _move_up(unit, record)
    yield from ()


def _twin(unit: Unit, record: Enrolment) -> str | None:
    e = Enrolment.__table__.c
    query = select(e.number).where(
        *_of(unit, record.training), e.deleted.is_(False), e.status != "cancelled", e.id != record.id,
        e.name == record.name, func.coalesce(e.phone, "") == (record.phone or ""),
    )  # fmt: skip
    return unit.session.scalar(query.limit(1))


def _move_up(unit: Unit, training: Training) -> None:
    """Give free places to the waiting list: priority descending, then time of joining."""
    if unit.quiet or (training.start and training.start <= unit.office.now):
        return
    free = 10**6 if not training.capacity else training.capacity - places_taken(unit, training.id)
    waiting = unit.session.scalars(
        select(Enrolment)
        .where(*_of(unit, training.id), Enrolment.status == "waiting", Enrolment.deleted.is_(False))
        .order_by(func.coalesce(Enrolment.priority, 0).desc(), Enrolment.id)
    )
    for enrolment in list(waiting)[: max(free, 0)]:
        enrolment.status = "enrolled"
        unit.notices.append(_("{name} 由候补转为已报名。", name=enrolment.name))
