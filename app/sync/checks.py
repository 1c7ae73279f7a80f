"""What must hold before a bundle touches anything: who sent it, who wrote it, where, and the chain (design.md §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.errors import BundleRefused
from app.store.bulk import among
from app.store.tables import card as card_table
from app.store.tables import change as change_table
from app.sync import certificate as certificates
from app.sync import log
from app.sync.bundle import Log, Opened, changes_of
from app.sync.certificate import Certificate
from app.sync.change import GENESIS, Change, chain
from app.sync.closing import ids_of, revoked
from app.sync.device import head_bytes, shared_scopes
from app.sync.forks import Held
from app.sync.log import ALL, End, LogHead
from app.sync.machine import device_id
from app.sync.packing import Span
from app.sync.replica import Replica
from app.text import _

MAX_LEAP = 1_000_000


class Missing(NamedTuple):
    """Changes that must come first: ``scope`` and ``device`` name the log, we hold it up to ``held``."""

    scope: str
    device: str
    held: int
    first: int


@dataclass
class Checked:
    """What of a bundle is new here, in order, with its chain hashes; and where it disagrees with what is held."""

    changes: list[Change] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    """The stretches that go on what is held; their signed heads are kept."""
    skipped: int = 0
    missing: list[Missing] = field(default_factory=list)
    replaced: dict[Log, int] = field(default_factory=dict)
    """Logs whose held changes from this seq on give way: the log is closed and ours is off its chain, or it is our
    own and others hold another past."""
    lacked: set[Log] = field(default_factory=set)
    """Own logs of which others hold more than we do."""
    strays: list[Held] = field(default_factory=list)
    """Changes off the chain of a closed log."""
    forked: set[Log] = field(default_factory=set)
    """Logs that disagree with nothing to decide it; left out."""


def check(connection: Connection, replica: Replica, opened: Opened) -> Checked:
    """Verify all of a bundle against what is held; raises :class:`BundleRefused` with nothing touched."""
    header = opened.header
    scopes = shared_scopes(replica.machine.scope, header.sender.scope)
    if any(span.scope not in scopes for span in header.runs):
        raise _foreign()
    shown = [*_held(connection, scopes), *header.certificates]
    trusted = _believe(connection, replica, shown, [header.sender.device])
    sender = trusted[header.sender.device]
    if (sender.scope, sender.box) != (header.sender.scope, header.sender.box) or not all(
        one.sound for one in header.certificates
    ):
        raise _stranger()
    runs = changes_of(opened)
    brought = [found for run in runs for change in run if (found := certificates.of_change(change))]
    writers = [span.device for span in header.runs]
    if brought or not set(writers) <= trusted.keys():
        gaps = _gaps(connection, header.runs)
        # Who introduced a writer may be in what is missing; then it comes first, and the writer is judged after.
        trusted = _believe(connection, replica, [*shown, *brought], [] if gaps else writers)
        if not set(writers) <= trusted.keys():
            return Checked(missing=gaps)
    ends = {scope: log.ends(connection, scope) for scope in scopes}
    if _revoked(sender, trusted, ends.get(sender.scope, {})):
        raise revoked(sender.device)
    checked = Checked()
    chains = _Chains(connection, replica, ends, checked)
    for span, run in zip(header.runs, runs, strict=True):
        _may_write(trusted[span.device], span, run)
        chains.check(span, run, trusted[span.device])
    if not checked.missing and not _erased(connection, [*checked.changes, *(one.change for one in checked.strays)]):
        checked.missing = _elsewhere(connection, opened, scopes, checked)
        if not checked.missing:
            raise _broken()
    return checked


def _gaps(connection: Connection, spans: Sequence[Span]) -> list[Missing]:
    """The runs before which something is missing here."""
    heads = {key: head.seq for scope in {span.scope for span in spans}
             for key, head in log.heads(connection, scope).items()}  # fmt: skip
    held = [(span, heads.get((span.scope, span.device), 0)) for span in spans]
    return [Missing(span.scope, span.device, seq, span.first) for span, seq in held if span.first > seq + 1]


def _held(connection: Connection, scopes: frozenset[str]) -> list[Certificate]:
    changes = [change for scope in sorted(scopes) for change in log.of_kind(connection, log.CERTIFICATE, scope)]
    return [found for change in changes if (found := certificates.of_change(change))]


def _believe(
    connection: Connection, replica: Replica, shown: Sequence[Certificate], wanted: Sequence[str]
) -> Mapping[str, Certificate]:
    """The trusted devices; refuses unless all of ``wanted`` are among them."""
    used = {row.key: row.device for row in connection.execute(select(card_table)) if row.device}
    used = {bytes.fromhex(key): device for key, device in used.items()}
    unique = list(dict.fromkeys(certificates.encode(one) for one in shown))
    trusted = certificates.trust(map(certificates.decode, unique), certificates.roots(replica.machine), used)
    for device in wanted:
        if device not in trusted:
            cards = {c.card.key for c in shown if c.device == device and c.card}
            others = {c.card.key for c in trusted.values() if c.card} | used.keys()
            raise _card_used() if cards & others else _stranger()
    return trusted


def _revoked(sender: Certificate, trusted: Mapping[str, Certificate], ends: Mapping[str, End]) -> bool:
    """Whether the district revoked the sender, or the id that introduced it."""
    passed: set[str] = set()
    while sender.device not in passed:
        passed.add(sender.device)
        if sender.device in ends and ends[sender.device].revoked:
            return True
        if sender.issuer == "previous":
            sender = trusted.get(device_id(sender.by), sender)
    return False


def _stranger() -> BundleRefused:
    return BundleRefused(
        _("发出这些内容的电脑不是本中心或本区认可的，没有导入任何内容。"), _("请先让那台电脑用入网卡加入。")
    )


def _card_used() -> BundleRefused:
    return BundleRefused(_("这张入网卡已经被另一台电脑使用，没有导入任何内容。"), _("请为这台电脑另发一张入网卡。"))


def _foreign() -> BundleRefused:
    return BundleRefused(
        _("同步文件里有不属于本中心的内容，没有导入任何内容。"), _("请核对文件是否拿错；如属实请联系区里。")
    )


def _may_write(writer: Certificate, span: Span, run: Sequence[Change]) -> None:
    """A center's scope: its devices and the district; ``all``: the district only."""
    if writer.scope not in (span.scope, ALL) or span.scope in (log.DISTRICT, log.DEMO):
        raise _foreign()
    if span.first == 1 and run[0].kind != log.CERTIFICATE:
        raise _broken()


def _broken() -> BundleRefused:
    return BundleRefused(
        _("同步文件里的修改记录前后不连贯，没有导入任何内容。"), _("请对方重新导出；如仍出现请联系维护人员。")
    )


class _Chains:
    """Holds the runs of one bundle against the chains that are here."""

    def __init__(
        self, connection: Connection, replica: Replica, ends: Mapping[str, Mapping[str, End]], checked: Checked
    ) -> None:
        self.connection, self.ends, self.checked = connection, ends, checked
        self.machine = replica.machine
        self.heads = {key: head for scope in ends for key, head in log.heads(connection, scope).items()}
        self.own = ids_of(connection, replica.machine)

    def check(self, span: Span, run: Sequence[Change], writer: Certificate) -> None:
        """Verify one run and say what becomes of it; raises :class:`BundleRefused` where it does not hold."""
        key, checked = (span.scope, span.device), self.checked
        hashes = _hashes(span, run, writer)
        held = self.heads.get(key, LogHead(0, 0, GENESIS))
        if span.first > held.seq + 1:
            checked.missing.append(Missing(span.scope, span.device, held.seq, span.first))
            return
        if log.hash_at(self.connection, *key, span.first - 1) != span.before:
            self._apart(key, run, hashes, None)
            return
        overlap = min(held.seq, span.last) - span.first + 1
        same = self._same(key, span.first, hashes[:overlap])
        if same < overlap:
            self._apart(key, run[same:], hashes[same:], span)
            return
        if overlap < len(run) and span.device == self.machine.device:
            checked.lacked.add(key)
        checked.skipped += overlap
        self._take(key, run[overlap:], hashes[overlap:], span, held.lamport)

    def _same(self, key: Log, first: int, hashes: Sequence[bytes]) -> int:
        """How many of ``hashes`` are those held from ``first`` on."""
        if not hashes or log.hash_at(self.connection, *key, first + len(hashes) - 1) == hashes[-1]:
            return len(hashes)
        here = log.hashes_from(self.connection, *key, first, len(hashes))
        return next(at for at, (ours, theirs) in enumerate(zip(here, hashes, strict=True)) if ours != theirs)

    def _apart(self, key: Log, run: Sequence[Change], hashes: Sequence[bytes], span: Span | None) -> None:
        """Two pasts under one id, from the first of ``run`` on; without a span, from somewhere before it."""
        end = self.ends[key[0]].get(key[1])
        if end is not None and log.hash_at(self.connection, *key, end.seq) == end.hash:
            self.checked.strays += [Held(change, head, True) for change, head in zip(run, hashes, strict=True)]
        elif span is not None and (end is not None or key[1] in self.own):
            first = run[0].seq
            self.checked.replaced[key] = first
            self._take(key, run, hashes, span, log.lamport_at(self.connection, *key, first - 1))
        else:
            self.checked.forked.add(key)

    def _take(self, key: Log, fresh: Sequence[Change], hashes: Sequence[bytes], span: Span, lamport: int) -> None:
        """Take what is new; lamport rises, and by no leap that would use it up."""
        lamports = [lamport, *(change.lamport for change in fresh)]
        highest = max((head.lamport for (scope, _by), head in self.heads.items() if scope == key[0]), default=0)
        if any(b <= a for a, b in pairwise(lamports)) or lamports[-1] > highest + MAX_LEAP:
            raise _broken()
        self.checked.changes += fresh
        self.checked.hashes += hashes
        self.checked.spans.append(span)


def _hashes(span: Span, run: Sequence[Change], writer: Certificate) -> list[bytes]:
    """The chain hashes of a run, which must lead to every head that its device signed."""
    previous, hashes = span.before, []
    for change in run:
        previous = chain(previous, change)
        hashes.append(previous)
    if span.first == 1 and span.before != GENESIS:
        raise _broken()
    for head in span.heads:
        here = span.first <= head.seq <= span.last and hashes[head.seq - span.first] == head.hash
        if not here or not certificates.signed_by(
            writer.verify, head_bytes(span.scope, span.device, head.seq, head.hash), head.signature
        ):
            raise _broken()
    return hashes


def _erased(connection: Connection, changes: Sequence[Change]) -> bool:
    """Whether values are absent only where an erasure, held or in the bundle, names the change of a record."""
    absent = [change for change in changes if change.values is None]
    if not absent:
        return True
    named = {scope: log.erased_in(connection, scope) for scope in {change.scope for change in absent}}
    for change in changes:
        named.setdefault(change.scope, set()).update(log.erasure_targets(change))
    return all(log.is_among(change, named[change.scope]) for change in absent)


def _elsewhere(connection: Connection, opened: Opened, scopes: frozenset[str], checked: Checked) -> list[Missing]:
    """What the sender holds beyond this bundle and we lack: an erasure may be there, of which it thinks that we have it,
    because our disk went back, or because it is in a log that was left out."""
    brought = {(span.scope, span.device): span.last for span in checked.spans}
    heads = {key: head.seq for scope in scopes for key, head in log.heads(connection, scope).items()}
    return [
        Missing(*key, min(heads.get(key, 0), seq - 1), seq + 1)
        for key, (seq, known) in opened.header.held().items()
        if key[0] in scopes and brought.get(key, 0) < seq
        and (log.hash_at(connection, *key, seq) or b"")[: len(known)] != known
    ]  # fmt: skip


def known_records(connection: Connection, changes: Sequence[Change]) -> set[tuple[str, str, str]]:
    """Of the records in ``changes``, those that the log speaks of already: (scope, kind, id)."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for change in changes:
        wanted.setdefault((change.scope, change.kind), set()).add(change.record_id)
    c = change_table.c
    found = set()
    for (scope, kind), ids in wanted.items():
        query = select(c.record_id).where(c.kind == kind, among(connection, c.record_id, ids), c.scope == scope)
        found |= {(scope, kind, record_id) for record_id in connection.execute(query).scalars()}
    return found
