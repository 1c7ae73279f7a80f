"""Fixtures of the views of series: the desk of the counter."""

from __future__ import annotations

from tests.views.counter.conftest import counter

__all__ = ["counter"]
