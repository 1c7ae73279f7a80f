"""What every service is handed: the database, the device, the clock, and who is at the desk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.record import Record
from app.models.registry import KINDS, PUBLISHED, SCHEMA, kind_of
from app.services.duty import duty_of
from app.services.publications import district_devices, refuse_published
from app.services.rights import Duty
from app.store.bulk import among
from app.store.database import told_apart
from app.store.tables import local
from app.sync import log
from app.sync.capture import Recorder
from app.sync.device import newest
from app.sync.log import Author
from app.sync.machine import Mark
from app.text import _

HIGHEST_CLOCK = "highest_clock"
CLOCK_SLACK = 600
"""Seconds the clock may lie before the last change without a question."""


@dataclass(frozen=True)
class Office:
    """Passed in from the workspace; holds no state of its own."""

    engine: Engine
    device: str
    scope: str
    letters: str
    clock: Callable[[], datetime]
    mark: Callable[[], Mark]
    actor: str = ""
    accept_clock: bool = False
    user: str = ""
    """The id of the user who signed in; on the command line a person is only named."""

    def acting(self, actor: str, user: str = "") -> Office:
        """The same office with another person at the desk."""
        return replace(self, actor=actor, user=user)

    @property
    def duty(self) -> Duty:
        """Who is at the desk and with which rights, as the list of people stands now."""
        with self.reading() as session:
            return duty_of(session, self.scope, self.actor, self.user)

    @property
    def now(self) -> str:
        """Local time to the minute, ``2026-11-24T09:00``."""
        return self.clock().isoformat(timespec="minutes")

    @property
    def today(self) -> str:
        """Local date, ``2026-11-24``."""
        return self.clock().strftime("%Y-%m-%d")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with told_apart(), Session(self.engine, autoflush=False) as session:
            yield session

    @contextlib.contextmanager
    def trial(self) -> Iterator[Unit]:
        """A unit of which nothing is ever written: what a write would say."""
        with self.reading() as session:
            at = int(self.clock().timestamp())
            yield Unit(self, session, Recorder(session, Author(self.device, self.actor, at, SCHEMA)), dry=True)

    @contextlib.contextmanager
    def unit(self) -> Iterator[Unit]:
        """One transaction and one operation: all of it is written, or nothing."""
        session = Session(self.engine.execution_options(write=True), autoflush=False)
        with told_apart(), session, session.begin():
            at = int(self.clock().timestamp())
            device = newest(session.connection(), self.device)
            office = self if device == self.device else replace(self, device=device)
            unit = Unit(office, session, Recorder(session, Author(device, self.actor, at, SCHEMA)))
            yield unit
            unit.finish()
            unit.keep_numbers()


@dataclass
class Unit:
    """A unit of work: the session, the recorder, and the numbers issued in it."""

    office: Office
    session: Session
    recorder: Recorder
    notices: list[str] = field(default_factory=list)
    """Plain sentences for the person, beside what was done."""
    beside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id, what came with a record that was written, for the answer of the command line."""
    dry: bool = False
    """Nothing is written, and no number is used up."""
    quiet: bool = False
    """Rules only check; they move nobody up. Set while undoing."""
    last: dict[str, Callable[[], None]] = field(default_factory=dict)
    """By name, what is done once when everything else is written: somebody moves up into what became free."""
    memory: dict[str, Any] = field(default_factory=dict)
    """By name, what rules keep for the length of the unit."""
    _duty: Duty | None = None
    _mark: Mark | None = None
    _districts: frozenset[str] | None = None
    _links: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _fetched: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    _made: dict[tuple[str, str], Record] = field(default_factory=dict)

    @property
    def duty(self) -> Duty:
        """Who is at the desk, with the rights held when this unit first asked."""
        if self._duty is None:
            self._duty = duty_of(self.session, self.office.scope, self.office.actor, self.office.user)
        return self._duty

    def finish(self) -> None:
        """Write everything, and then what follows from all of it (:attr:`last`)."""
        self.session.flush()
        while self.last:
            self.last.pop(next(iter(self.last)))()
            self.session.flush()

    def load(self, kind: str, record_id: str) -> Record:
        """The record to change, also one made in this unit; raises :class:`Refusal` where there is none."""
        if (kind, record_id) in self._made:
            return self._made[kind, record_id]
        if (kind, record_id) not in self._fetched:
            self.fetch(kind, [record_id])
        found = self._fetched.pop((kind, record_id), [])
        scope = self.office.scope
        mine = (scope,) if scope == log.DISTRICT else (scope, log.DEMO, log.ALL)
        own = sorted((r for r in found if r.owner in mine), key=lambda record: mine.index(record.owner))
        if not own:
            raise Refusal.of("id", _("没有这条记录：{id}", id=record_id), _("请核对标识，或不填 id 新建一条"))
        if scope != log.DISTRICT:
            if self._districts is None and kind in PUBLISHED:
                self._districts = district_devices(self.session.connection())
            refuse_published(own[0], self._districts or frozenset())
        return own[0]

    def fetch(self, kind: str, record_ids: Sequence[str]) -> list[Record]:
        """Read several records at once that will each be loaded next."""
        model, found = kind_of(kind).model, []
        for at in range(0, len(record_ids), 500):
            for record in self.session.scalars(select(model).where(model.id.in_(record_ids[at : at + 500]))):
                self._fetched.setdefault((kind, record.id), []).append(record)
                found.append(record)
        return found

    def linked(self, targets: tuple[str, ...], record_id: str) -> str | None:
        """The kind among ``targets`` that holds ``record_id``, None where none does. Sample data is for sample data:
        a link to it would dangle on every other PC."""
        if known := next((kind for kind in targets if self._links.get((kind, record_id))), None):
            return known
        for kind in targets:
            if (kind, record_id) not in self._links:
                model = KINDS[kind].model
                query = select(model.id).where(model.id == record_id, model.owner.in_((self.office.scope, log.ALL)))
                held = self.session.scalar(query.limit(1))
                fresh = any(isinstance(r, model) and r.id == record_id for r in self.session.new)
                self._links[kind, record_id] = kind if held or fresh else None
            if self._links[kind, record_id]:
                return kind
        return None

    def knows(self, kind: str, record_id: str) -> None:
        """Note a record that was seen to be there and may be linked to."""
        self._links[kind, record_id] = kind

    def is_sample(self, targets: tuple[str, ...], record_id: str) -> bool:
        """Whether a record of one of the kinds ``targets`` is sample data."""
        return any(record_id in self._sampled(kind, [record_id]) for kind in targets)

    def created(self, record: Record) -> None:
        """Note a record made in this unit, so that later ones may link to it."""
        self.knows(record.kind.name, record.id)
        self._made[record.kind.name, record.id] = record

    def number(self, record: Record) -> str | None:
        """The next number on paper for ``record``: ``CD-310110013-2026-A0007`` (design.md §3)."""
        kind = record.kind
        if not kind.number or self.dry or record.owner == log.DISTRICT:  # numbers on paper are the centers'
            return None
        if self._mark is None:
            self._ask_about_clock()
            self._mark = self.office.mark()
        year = self.office.clock().year
        prefix = f"{kind.number}-{record.owner}-{year}-{self.office.letters}"
        last = self._mark.numbers.get(prefix)
        if last is None:
            last = self._last_number(kind.model, prefix)
        self._mark.numbers[prefix] = last + 1
        return f"{prefix}{last + 1:04d}"

    def _last_number(self, model: type[Record], prefix: str) -> int:
        numbers = self.session.scalars(select(model.number).where(model.number.startswith(prefix, autoescape=True)))
        digits = [n.removeprefix(prefix) for n in numbers if n]
        return max((int(d) for d in digits if d.isascii() and d.isdigit()), default=0)

    def _ask_about_clock(self) -> None:
        highest = self.session.scalar(select(local.c.value).where(local.c.name == HIGHEST_CLOCK))
        last = max(log.latest_at(self.session.connection(), self.office.device), int(highest or b"0"))
        now = int(self.office.clock().timestamp())
        if now + CLOCK_SLACK < last and not self.office.accept_clock:
            when = datetime.fromtimestamp(last).strftime("%Y-%m-%d %H:%M")
            raise Refusal.of(
                "number",
                _("电脑时钟（{now}）早于上次修改（{last}），编号的年份可能不对", now=self.office.now, last=when),
                _("请校准电脑时钟；确认时钟无误可用 --accept-clock 继续"),
            )

    def keep_numbers(self) -> None:
        """Write the numbers issued outside the data folder, before the transaction is committed; and how far the clock
        had come when they were."""
        if self._mark is not None:
            now = str(int(self.office.clock().timestamp())).encode()
            connection = self.session.connection()
            connection.execute(delete(local).where(local.c.name == HIGHEST_CLOCK))
            connection.execute(insert(local).values(name=HIGHEST_CLOCK, value=now))
            self._mark.save()

    def audit(self, what: str, kind: str, record_id: str, **detail: Any) -> None:
        """Append an audit line: who revealed, printed, exported, overrode."""
        self.audit_each(what, kind, {record_id: detail})

    def audit_each(self, what: str, kind: str, details: Mapping[str, Mapping[str, Any]]) -> None:
        """Append an audit line for each record of ``details``, by id; of sample data it stays with the sample data."""
        from app.sync.change import encode_bases, encode_values

        bases = encode_bases({"audit": []})
        drafts: dict[str, list[log.Draft]] = {}
        sampled = self._sampled(kind, details)
        said = {"what": what, "records": kind} if kind else {"what": what}
        for record_id, detail in details.items():
            values = encode_values({"audit": {**said, **detail}}, salted=False)
            scope = log.DEMO if record_id in sampled else self.office.scope
            drafts.setdefault(scope, []).append(log.Draft(log.AUDIT, record_id, bases, values))
        for scope, batch in drafts.items():
            self.recorder.append(scope, batch)

    def _sampled(self, kind: str, record_ids: Iterable[str]) -> set[str]:
        """Which of the records are sample data."""
        if kind not in KINDS or self.office.scope == log.DISTRICT:
            return set()
        model = KINDS[kind].model
        query = select(model.id).where(model.owner == log.DEMO, among(self.session.connection(), model.id, record_ids))  # type: ignore[arg-type]
        return set(self.session.scalars(query))
