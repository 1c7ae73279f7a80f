"""Starts the desktop, or a command."""

from __future__ import annotations


def main() -> None:
    """The ``shuniu`` script."""
    from app.commands.main import run

    run()


if __name__ == "__main__":
    main()
