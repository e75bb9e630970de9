"""MLflow's server and Chromium without a window, for tests and pictures that look at pages as a person would.

Debian: ``apt-get install chromium chromium-driver``; Python: ``selenium``.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eegbench.tracking.server import server_command, server_environment

PATIENCE_S = 120
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # there is a mouse, so charts show their tools only under it
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
)
SEEN_BEFORE = """
localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
"""
"""What MLflow's pages find in the browser of somebody who has closed the assistant that opens by itself once."""


def missing() -> str:
    """Return a sentence about what is not installed, or nothing."""
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    try:
        import selenium  # noqa: F401
    except ImportError:
        absent.append("selenium")
    return f"pages cannot be opened: {', '.join(absent)} not installed" if absent else ""


needs_browser = pytest.mark.skipif(bool(missing()), reason=missing() or "all is there")


class Page:
    """A browser, and what is asked of the page that it shows."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        """Open an address from an empty page: addresses of one server differ behind the # alone."""
        self.driver.get("about:blank")
        self.driver.get(address)

    @property
    def text(self) -> str:
        """All words of the page, as a person would read them."""
        return self.driver.execute_script("return document.body ? document.body.innerText : ''")

    def count(self, selector: str) -> int:
        """Return how many elements of the page a CSS selector finds."""
        return len(self.driver.find_elements("css selector", selector))

    def scroll_to(self, words: str) -> None:
        """Bring the first element of just these words to the top; pages draw charts only where they are seen."""
        found = self.driver.find_elements("xpath", f"//*[normalize-space(text())='{words}']")
        self.driver.execute_script("arguments[0].scrollIntoView()", found[0])

    def wait(self, ready: Callable[["Page"], bool], what: str) -> None:
        """Wait until the page is ready, or fail with its words."""
        ends = time.monotonic() + PATIENCE_S
        while not ready(self):
            if time.monotonic() > ends:
                raise AssertionError(f"{what} did not come within {PATIENCE_S} s; the page says:\n{self.text[:3000]}")
            time.sleep(0.2)

    def screenshot(self, path: Path) -> None:
        """Keep a picture once the page has stood still for a second."""
        before = b""
        while before != (now := self.driver.get_screenshot_as_png()):
            before = now
            time.sleep(1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(now)


@contextlib.contextmanager
def mlflow_pages(outputs: Path) -> Iterator[str]:
    """Serve the runs of an outputs folder; give the server's address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    server = subprocess.Popen(
        server_command(outputs, host="127.0.0.1", port=port),
        env=server_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a group of its own, which ends as a whole
    )
    try:
        _wait_for_answer(server, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@contextlib.contextmanager
def chromium(width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """Start a browser without a window and without a past."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        # the driver is named, or Selenium would look for one in the network
        driver = webdriver.Chrome(options=options, service=Service(executable_path=shutil.which("chromedriver")))
        try:
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SEEN_BEFORE})
            yield Page(driver)
        finally:
            driver.quit()


def _wait_for_answer(server: subprocess.Popen, address: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=10).close()
            return
        time.sleep(0.2)
    raise AssertionError(f"MLflow's server did not answer at {address}")
