"""Record: one declaration per kind, over SQLAlchemy 2 mappings (design.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from app.models.fields import PUBLIC, Field

metadata = MetaData()

_TYPES = {"integer": BigInteger, "boolean": Boolean}


def column(field: Field) -> Any:
    """A mapped column that carries its :class:`Field` declaration."""
    return mapped_column(_TYPES.get(field.type, String)(), nullable=True, info={"field": field})


def text(label: str, **options: Any) -> Any:
    """A line of text."""
    return column(Field(label, "text", **options))


def note(label: str, **options: Any) -> Any:
    """Text of several lines, up to 4,000 characters unless told otherwise."""
    options.setdefault("max_length", 4000)
    return column(Field(label, "note", **options))


def integer(label: str, **options: Any) -> Any:
    """A whole number of at most 64 bits."""
    return column(Field(label, "integer", **options))


def decimal(label: str, **options: Any) -> Any:
    """An exact decimal number, stored as its plain text."""
    return column(Field(label, "decimal", **options))


def day(label: str, **options: Any) -> Any:
    """A date, stored as ``2026-11-24``."""
    return column(Field(label, "date", **options))


def moment(label: str, **options: Any) -> Any:
    """A local date and time to the minute, stored as ``2026-11-24T09:00``."""
    return column(Field(label, "datetime", **options))


def boolean(label: str, **options: Any) -> Any:
    """Yes, no or not said."""
    return column(Field(label, "boolean", **options))


def choice(label: str, choices: tuple[tuple[str, str], ...], **options: Any) -> Any:
    """One of ``choices``, pairs of (code, label)."""
    return column(Field(label, "choice", choices=choices, **options))


def link(label: str, *targets: str, **options: Any) -> Any:
    """A link to a record of one of the kinds ``targets``."""
    return column(Field(label, "link", targets=targets, **options))


@dataclass(frozen=True)
class Kind:
    """What the program knows of one kind of record, read off its class."""

    name: str
    label: str
    fields: dict[str, Field]
    """Declared fields in the order of the paper form; the system fields come last."""
    groups: dict[str, tuple[str, ...]]
    """Fields that make sense only together: one value in the log, {group: fields}."""
    number: str
    """Letters of its numbers on paper, or an empty text."""
    title: tuple[str, ...]
    """Fields that name a record to people, joined by a blank."""
    order: str
    descending: bool
    icon: str
    model: type[Record]
    internal: bool = False
    """Kept by the program and not offered in the navigation."""
    help: str = ""

    def log_field(self, name: str) -> str:
        """The log's name for a field: its group's, or its own."""
        return next((group for group, members in self.groups.items() if name in members), name)

    def personal(self, name: str, value: Any) -> bool:
        """Whether ``value`` of the log field ``name`` says something personal or sensitive."""
        members = self.groups.get(name, (name,))
        beside = value if name in self.groups and isinstance(value, Mapping) else {}
        return any(self.fields[member].hides(beside) for member in members if member in self.fields)

    @property
    def named_by(self) -> tuple[str, ...]:
        """The fields :meth:`called` reads."""
        beside = [one.personal_if[0] for name in self.title if (one := self.fields[name]).personal_if]
        return tuple(dict.fromkeys((*self.title, "number", *beside)))

    def called(self, values: Mapping[str, Any]) -> str:
        """How people call the record of ``values``, personal parts masked; its number, or nothing, where it has no
        name."""
        parts = [str(self.fields[name].mask(value, values)) for name in self.title if (value := values.get(name))]
        return " ".join(parts) or values.get("number") or ""

    @cached_property
    def typed(self) -> tuple[Field, ...]:
        """The fields that people fill in."""
        return tuple(field for field in self.fields.values() if not field.system)

    @cached_property
    def links(self) -> dict[str, Field]:
        """The fields that link to another record."""
        return {name: field for name, field in self.fields.items() if field.type == "link"}

    @cached_property
    def blank(self) -> dict[str, Any]:
        """What a new record holds in each field before anything is said."""
        return {name: field.default for name, field in self.fields.items()}


class Record(DeclarativeBase):
    """Base of every kind. Keyed (owner, id); carries no other constraint, so two offline PCs may both be right."""

    __abstract__ = True
    metadata = metadata
    kind: ClassVar[Kind]

    owner: Mapped[str] = mapped_column(String, primary_key=True)
    id: Mapped[str] = mapped_column(String, primary_key=True)
    number: Mapped[str | None] = column(Field("编号", "text", system=True, privacy=PUBLIC, search=True, listed=True))
    deleted: Mapped[bool] = mapped_column(
        Boolean(), default=False, info={"field": Field("已删除", "boolean", system=True, default=False, privacy=PUBLIC)}
    )
    merged_into: Mapped[str | None] = column(Field("并入", "link", system=True, privacy=PUBLIC))
    heads: Mapped[bytes] = mapped_column(LargeBinary)
    conflicts: Mapped[int] = mapped_column(BigInteger, default=0)

    def __init_subclass__(
        cls,
        label: str,
        number: str = "",
        title: tuple[str, ...] = ("name",),
        order: str = "",
        descending: bool = False,
        icon: str = "file-text",
        groups: dict[str, tuple[str, ...]] | None = None,
        internal: bool = False,
    ) -> None:
        name = _snake(cls.__name__)
        cls.__tablename__ = name
        own = {k: v for k, v in cls.__dict__.items() if isinstance(v, MappedColumn)}
        declared = {k: v.column.info["field"] for k, v in own.items()}
        system = {k: Record.__dict__[k].column.info["field"] for k in ("number", "deleted", "merged_into")}
        fields = {k: replace(f, name=k) for k, f in {**declared, **system}.items()}
        super().__init_subclass__()
        cls.kind = Kind(
            name, label, fields, groups or {}, number, title, order or title[0], descending, icon, cls, internal,
            (cls.__doc__ or "").strip(),
        )  # fmt: skip


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
