"""The program as people install it: a wheel, unpacked, which has no checkout beside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.command_line import PROJECT


def unpacked_wheel(folder: Path) -> Path:
    """Build the wheel with the build tool that the environment has, and unpack it."""
    built = folder / "wheel"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, PROJECT],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = built.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"
