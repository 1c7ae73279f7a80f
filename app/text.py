"""Visible text: Chinese message ids, translated by gettext where another language is chosen."""

from __future__ import annotations

import errno
import gettext
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from app.paths import resource

LANGUAGES = {"zh": "中文", "en": "English"}
_IN_USE = (32, 33)
"""Windows: another program holds the file, or a part of it."""


class _Language:
    """The one language of this process; set once at the start by :func:`use`."""

    translations: gettext.NullTranslations = gettext.NullTranslations()
    code: str = "zh"


def use(code: str) -> None:
    """Choose the language of all visible text: ``zh`` (the message ids themselves) or ``en``."""
    if code == "zh":
        _Language.translations = gettext.NullTranslations()
    else:
        _Language.translations = _catalogue(code)
    _Language.code = code


def language() -> str:
    """The code of the language in use, ``zh`` or ``en``."""
    return _Language.code


def _(message: str, /, **values: object) -> str:
    """Translate ``message`` and fill ``{named}`` places from ``values``.

    The message id must be a literal: an f-string would be extracted and never match.
    """
    text = _Language.translations.gettext(message) if message else ""
    return text.format(**values) if values else text


def in_language(message: str, code: str) -> str:
    """``message`` in the language ``code``, whichever is in use: a table may come from either."""
    if code == "zh" or not message:
        return message
    return _catalogue(code).gettext(message)


@lru_cache(maxsize=4)
def _catalogue(code: str) -> gettext.NullTranslations:
    with (Path(resource("locale")) / f"{code}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def reason(error: OSError) -> str:
    """Why the system refused, in plain words; a reason that the program itself gave stands."""
    known = {
        errno.ENOSPC: _("磁盘已满"), errno.EDQUOT: _("磁盘配额已用完"), errno.EFBIG: _("文件太大"), errno.EROFS: _("磁盘是只读的"),
        errno.EACCES: _("没有权限"), errno.EPERM: _("没有权限"), errno.ENOENT: _("没有这个文件或文件夹"),
        errno.ENOTDIR: _("路径中有一段不是文件夹"), errno.EISDIR: _("它是文件夹，不是文件"), errno.EEXIST: _("已经有同名的文件"),
        errno.ENAMETOOLONG: _("文件名或路径太长"), errno.EIO: _("磁盘读写出错"), errno.EBUSY: _("正被另一个程序使用"),
        errno.ENODEV: _("磁盘或U盘不在了"), errno.ENXIO: _("磁盘或U盘不在了"), errno.ELOOP: _("链接绕成了圈"),
    }  # fmt: skip
    if getattr(error, "winerror", None) in _IN_USE:
        return known[errno.EBUSY]
    said = error.strerror or str(error)
    by_system = error.errno is not None and said == os.strerror(error.errno)
    return known.get(error.errno or 0, said) if by_system else said


def listed(words: Iterable[str]) -> str:
    """Words one after another, with the language's separator."""
    return _("、").join(words)
