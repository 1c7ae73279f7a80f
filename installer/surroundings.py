"""Runs in the bundle before the program: whatever it starts (a file manager, dbus-send) shall load the system's own
libraries and not those of the bundle, on which the bundle's start has put its search path."""

import os

before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before is not None:
    os.environ["LD_LIBRARY_PATH"] = before
