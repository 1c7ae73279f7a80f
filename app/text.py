"""Visible text: Chinese message ids, translated by gettext where another language is chosen."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from app.paths import resource

LANGUAGES = {"zh": "中文", "en": "English"}


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


def listed(words: Iterable[str]) -> str:
    """Words one after another, with the language's separator."""
    return _("、").join(words)
