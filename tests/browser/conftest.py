"""A real JupyterLab with a real kernel, driven by Debian's Chromium.

The server runs on copies of the notebooks, with settings, workspaces and sessions of its own. It
is started once for all tests; each test gets a fresh browser context.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_desk import Desk, Lab

sys.path.append(str(Path(__file__).parents[1] / "implementers" / "agent"))  # the endpoint

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOUSE = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="Chromium is missing: apt-get install chromium")
                )


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@contextlib.contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """Run a JupyterLab on copies of the notebooks."""
    _lay(folder)
    port = _free_port()
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_arguments(folder, port)],
            env=_environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
        try:
            _wait_until_it_answers(
                f"http://127.0.0.1:{port}/api/status", server, folder / "lab.log"
            )
            sessions = folder / "state" / "workbench" / "sessions"
            yield Lab(f"http://127.0.0.1:{port}", folder, sessions)
        finally:
            _end(server)


def _lay(folder: Path) -> None:
    """Lay fresh notebooks and specs, and forget every session that was kept."""
    for name in ("notebooks", "specs", "state"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(HOUSE / "notebooks", folder / "notebooks")
    shutil.copytree(HOUSE / "specs", folder / "specs")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser for one file of tests; its driver keeps the thread's event loop busy."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # a busy machine is no fault of the page
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(lab: Lab, chromium: Any) -> Iterator[Desk]:
    _lay(lab.folder)  # a notebook that was saved with a draft's cells would reopen their session
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    made = Desk(page, lab)
    page.on("request", lambda request: made.requests.append(request.url))
    page.on("websocket", lambda websocket: made.requests.append(websocket.url))
    page.on("pageerror", lambda error: made.faults.append(str(error)))
    yield made
    page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()


@pytest.fixture
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for screenshots that outlives the test; SCREENSHOTS names another one."""
    named = os.environ.get("SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _arguments(folder: Path, port: int) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
    ]


def _environment(folder: Path) -> dict[str, str]:
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    own = {
        "JUPYTER_PATH": HOUSE / "src" / "workbench" / "front_end",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
        "XDG_STATE_HOME": folder / "state",
        "ANTHROPIC_API_KEY": "sk-ant-canary-0123456789abcdefghij",  # for an endpoint on loopback
    }
    return {**os.environ, **{name: str(path) for name, path in own.items()}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab does not answer:\n{log.read_text(errors='replace')[-2000:]}")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
