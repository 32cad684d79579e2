"""The widget in real kernels of two generations: no callback waits, and nothing is starved."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

TARGET = "ml-model-workbench"
OTHER = "ipykernel==6.30.1"


@pytest.fixture(scope="module", params=["installed", OTHER])
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with another ipykernel in it, or none; it comes from the package index."""
    if request.param == "installed":
        return ""
    folder = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
    done = subprocess.run([*command, OTHER], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{OTHER} cannot be had here: {done.stderr.strip()[-120:]}")
    return str(folder)


@pytest.fixture
def kernel(packages: str, tmp_path: Path) -> Iterator[Any]:
    own = {"XDG_STATE_HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, **own, "PYTHONPATH": packages}, cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def until(client: Any, wanted: Any, seconds: float = 60) -> dict[str, Any]:
    """Wait for a message on the kernel's public channel."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        message = client.get_iopub_msg(timeout=max(0.01, end - time.monotonic()))
        if message["msg_type"] == "error":
            raise AssertionError("\n".join(message["content"]["traceback"]))
        if wanted(message):
            return message
    raise AssertionError("it did not come")


def idle(number: str) -> Any:
    return lambda m: (
        m["parent_header"].get("msg_id") == number and m["content"].get("execution_state") == "idle"
    )


@pytest.mark.slow
def test_a_busy_cell_starves_nothing_and_the_page_is_heard(kernel: Any, packages: str) -> None:
    kernel.execute("import ipykernel; print('version', ipykernel.__version__)")
    told = until(kernel, lambda m: m["msg_type"] == "stream")["content"]["text"]
    assert ("6.30" in told) == bool(packages)

    kernel.execute("from workbench.widgets import Workbench\ndesk = Workbench()")
    opened = until(kernel, lambda m: m["content"].get("target_name") == TARGET)
    number = kernel.execute(
        "desk.spec.yaml.value = 'name: Net\\ntext: a net\\n'\nimport time\ntime.sleep(3)"
    )
    shown = until(kernel, lambda m: "✓ valid" in str(m["content"].get("data", "")))
    assert shown["msg_type"] == "comm_msg"
    until(kernel, idle(number))  # it came while the cell was running

    here = {"event": "here", "path": "a.ipynb", "session": "", "cells": {}}
    content = {"comm_id": opened["content"]["comm_id"], "data": here}
    kernel.shell_channel.send(kernel.session.msg("comm_msg", content))
    number = kernel.execute("assert desk.cells.page.here\ndesk.close()")
    until(kernel, idle(number))


@pytest.mark.slow
def test_the_magics_check_cells_without_a_widget(kernel: Any, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text("")
    commit = "git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm a"
    subprocess.run(["sh", "-c", commit], cwd=tmp_path, check=True)
    spec = (
        "name: Scale\nkind: layer\ntext: Scales each feature.\noptions: {features: 6}\n"
        'sizes: {batch: 0..8}\ninputs: {x: float "batch features"}\n'
        'outputs: {y: float "batch features"}\nrequires: [parameters == features]\n'
    )
    module = (
        "import torch\nfrom torch import Tensor, nn\n\n\nclass Scale(nn.Module):\n"
        "    def __init__(self, features: int = 6) -> None:\n        super().__init__()\n"
        "        self.weight = nn.Parameter(torch.ones(features))\n\n"
        "    def forward(self, x: Tensor) -> Tensor:\n        return x * self.weight\n"
    )
    kernel.execute("%load_ext workbench")
    kernel.execute(f"%%spec --repo .\n{spec}")
    until(kernel, lambda m: "R1 parameters" in str(m["content"].get("data", {}).get("text/plain")))
    kernel.execute(f"%%module\n{module}")
    shown = until(kernel, lambda m: "passed" in str(m["content"].get("data", {}).get("text/plain")))
    assert "failed" not in shown["content"]["data"]["text/plain"]
    number = kernel.execute("assert 'Scale' not in globals()")
    until(kernel, idle(number))
    kernel.execute(f"%%module\n{module.replace('x * self', 'x.sum() * self')}")
    until(kernel, lambda m: "failed" in str(m["content"].get("data", {}).get("text/plain")))
    kernel.execute("%check lively")
    said = until(kernel, lambda m: m["msg_type"] == "display_data")
    assert "invalid choice" in said["content"]["data"]["text/plain"]
