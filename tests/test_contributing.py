"""What CONTRIBUTING.md says to paste works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import PROJECT, environment, run
from tests.support.repository import Repository


@pytest.mark.skipif(sys.platform == "win32", reason="pastes into a POSIX shell")
def test_the_sandbox_by_itself_answers_an_update(tmp_path: Path):
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (pasted,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert ".venv/bin/python" in pasted
    with subprocess.Popen(
        ["/bin/sh", "-c", pasted.replace(".venv/bin/python", shlex.quote(sys.executable))],
        cwd=PROJECT,
        env=environment(None),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as sandbox:
        assert sandbox.stdin is not None
        assert sandbox.stdout is not None
        exports = {}
        while "DAILY_PAPERS_TODAY" not in exports and (line := sandbox.stdout.readline()):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value
        repository = Repository.new(tmp_path, "keywords: [magnetic resonance imaging]\n")
        ended = run("update", "--root", repository.root, environ=exports)
        sandbox.stdin.write("\n")
        sandbox.stdin.close()
        assert sandbox.wait(timeout=60) == 0
    assert exports["DAILY_PAPERS_API_URL"].startswith("http://127.0.0.1:")
    assert ended.code == 0
    assert repository.records("data/papers/*.jsonl")
