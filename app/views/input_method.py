"""Chinese input under X: Qt has a plugin for ibus alone, which fcitx5 answers too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def prepare_input_method() -> None:
    """Chinese input under X with fcitx5: Qt's ibus plugin through the portal, where that is on the session bus."""
    if not sys.platform.startswith("linux") or "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        return
    if os.environ.get("QT_IM_MODULE") == "ibus" and "IBUS_USE_PORTAL" in os.environ:
        return
    sender = shutil.which("dbus-send")
    if sender is None:
        return
    question = [
        sender, "--session", "--dest=org.freedesktop.DBus", "--type=method_call", "--print-reply", "--reply-timeout=300",
        "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.portal.IBus",
    ]  # fmt: skip
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=1, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return
    if "boolean true" in answer:
        os.environ["QT_IM_MODULE"] = "ibus"
        os.environ["IBUS_USE_PORTAL"] = "1"
