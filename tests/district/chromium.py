"""A real headless Chromium, driven by plain WebDriver calls; it speaks to 127.0.0.1 only."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.district.serving import ROOT, free_port

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
    "--no-default-browser-check", "--window-size=1366,768",
)  # fmt: skip
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""Under this name WebDriver hands an element over."""
PATIENCE = 30
"""Seconds at most until a page shows what is waited for."""


@dataclass
class Chromium:
    """One browser window."""

    driver: str
    downloads: Path
    session: str = ""
    _pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """One WebDriver call in this session."""
        where = f"{self.driver}/session/{self.session}{path}" if self.session else f"{self.driver}/session{path}"
        options = {"json": body} if method == "POST" else {}
        answer = self._pool.request(method, where, retries=False, timeout=120, **options)
        value = answer.json()["value"]
        assert answer.status == 200, f"{path}: {value['message']}"
        return value

    def open(self, address: str) -> None:
        self.ask("POST", "/url", url=address)

    def _element(self, css: str) -> str:
        return f"/element/{self.ask('POST', '/element', using='css selector', value=css)[ELEMENT]}"

    def type(self, css: str, text: str) -> None:
        """Type into a field, or give a path to a file field."""
        self.ask("POST", self._element(css) + "/value", text=text)

    def press(self, css: str) -> None:
        self.ask("POST", self._element(css) + "/click")

    def follow(self, words: str) -> None:
        """Click the link with these words."""
        found = self.ask("POST", "/element", using="link text", value=words)[ELEMENT]
        self.ask("POST", f"/element/{found}/click")

    @property
    def words(self) -> str:
        """What stands on the page."""
        return " ".join(str(self.ask("GET", self._element("body") + "/text")).split())

    def until(self, words: str) -> str:
        """Wait until the page says ``words``; returns all it says."""
        return _until(lambda: found if words in (found := self.words) else "", words)

    def downloaded(self, ending: str) -> Path:
        """Wait for a download to be finished."""
        return _until(lambda: next(iter(self.downloads.glob(f"*{ending}")), None), ending)

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))


def _until(look: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(AssertionError):  # between two pages there is no body
            if found := look():
                return found
        time.sleep(0.05)
    raise AssertionError(f"the browser did not come to: {what}")


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Chromium]:
    """A fresh browser with its profile and downloads in ``folder``."""
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not browser:
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    port, downloads = free_port(), folder / "downloads"
    downloads.mkdir()
    (folder / "share").mkdir()
    (folder / "share" / "fonts").symlink_to(ROOT / "resources" / "fonts")  # a bare machine has none for Chinese
    own = {name: str(folder / where) for name, where in
           (("XDG_DATA_HOME", "share"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache"))}  # fmt: skip
    environment = {**os.environ, **own}
    process = subprocess.Popen(
        [driver, f"--port={port}"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    window, browser_process = Chromium(f"http://127.0.0.1:{port}", downloads), None
    try:
        _until(lambda: _ready(window), "chromedriver")
        options = {
            "binary": browser,
            "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"],
            "prefs": {"download.default_directory": str(downloads), "download.prompt_for_download": False},
        }
        made = window.ask("POST", "", capabilities={"alwaysMatch": {"goog:chromeOptions": options}})
        window.session, browser_process = made["sessionId"], made["capabilities"].get("goog:processID")
        window.ask("POST", "/timeouts", implicit=PATIENCE * 1000)
        yield window
    finally:
        if window.session:
            with contextlib.suppress(AssertionError, urllib3.exceptions.HTTPError):
                window.ask("DELETE", "")  # else the browser would outlive its driver
        process.terminate()
        process.wait(20)
        if browser_process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(browser_process, signal.SIGKILL)


def _ready(window: Chromium) -> bool:
    try:
        return urllib3.PoolManager().request("GET", f"{window.driver}/status", retries=False, timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False
