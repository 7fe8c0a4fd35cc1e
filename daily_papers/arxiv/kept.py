"""The answers of one listing day, kept outside git so that a second run asks nothing again."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from datetime import date
from pathlib import Path

logger = logging.getLogger(__name__)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class KeptAnswers:
    """Checked answers of one listing day, one file an answer, in a folder of the day.

    A file is the SHA-256 of its answer, a line feed, and the answer: one that was cut or damaged
    is as if it were not there. That an answer cannot be kept is never a reason to stop a run.
    """

    def __init__(self, folder: Path, day: date) -> None:
        """Open ``folder`` (``.daily-papers/answers``) for the day; other days' answers go."""
        self._day = folder / day.isoformat()
        for other in _folders_of_days(folder):
            if other != self._day:
                shutil.rmtree(other, ignore_errors=True)

    def read(self, url: str) -> bytes | None:
        """Read the answer that was kept for this address; None where there is no whole one."""
        try:
            digest, _, body = self._file(url).read_bytes().partition(b"\n")
        except OSError:
            return None
        return body if digest == _digest(body) else None

    def keep(self, url: str, body: bytes) -> None:
        """Keep a checked answer; the file is replaced as a whole or not at all."""
        file = self._file(url)
        partial = file.with_suffix(".partial")
        try:
            self._day.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(_digest(body) + b"\n" + body)
            partial.replace(file)
        except OSError as error:
            logger.info("an answer could not be kept: %s", error)

    def discard(self, url: str) -> None:
        """Forget an answer that was refused after its check."""
        try:
            self._file(url).unlink(missing_ok=True)
        except OSError as error:
            logger.info("a kept answer could not be removed: %s", error)

    def _file(self, url: str) -> Path:
        return self._day / f"{hashlib.sha256(url.encode()).hexdigest()[:40]}.answer"


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _folders_of_days(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if _DAY.fullmatch(path.name)]
    except OSError:
        return []
