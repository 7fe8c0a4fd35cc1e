"""What `check` takes for files as large as it accepts, made to give it as much work as possible.

A pull request may hold any keywords.yaml and any templates. The goal: under 10 seconds and 200 MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from daily_papers.config.yaml_text import MOST_BYTES
from daily_papers.query.taxonomy import CATEGORIES
from daily_papers.template_check import MOST_BYTES as MOST_TEMPLATE_BYTES
from daily_papers.template_check import MOST_BYTES_TOGETHER

PROGRAM = """
import resource, sys
from daily_papers.__main__ import main
main(["--root", sys.argv[1], "check", "--format", "github"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr)
"""
ALL = f"categories: [{', '.join(CATEGORIES)}]\n"


def letters(number: int) -> str:
    """Three letters, others for each number."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


#: By name, what comes in front of the keywords, and the keyword of each number.
KEYWORDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "ordinary phrases": ("", lambda n: f"topic number {n}"),
    "lists of phrases": ("", lambda n: f"{{name: n{n}, any: [a{n}, b{n}, c{n}]}}"),
    "in all categories": (ALL, lambda n: f"topic number {n}"),
    "people": ("", lambda n: f"author: [Jane Roe{n}, J. Roe{n}]"),
    "unknown categories": (
        "",
        lambda n: f"{{name: n{n}, categories: [{letters(2 * n)}.ab, {letters(2 * n + 1)}.ab]}}",
    ),
    "new categories": (
        "",
        lambda n: f"{{name: n{n}, categories: [cs.{letters(n)[:2]}, math.{letters(n)[:2]}]}}",
    ),
    "misspelt keys": ("", lambda n: f"{{nam{n}: x, ani: [y]}}"),
    "one page for all": ("", lambda n: f"mri{'!' * (n % 140)}{'?' * (n // 140)}"),
    "names without a letter": ("", lambda n: chr(0x4E00 + n)),
    "small words": ("", lambda n: f"the number {n}"),
}
TEMPLATES = {
    "text only": "x",
    "mistakes": "{{ papr.x | nothing }}\n",
    "words in tags": "{{ paper.title }} ",
    "includes of nothing": "{% include 'none' %}",
    "tags and text": "{{ papr }}" + "x" * 2_000,
}


def main() -> None:
    """Print the table."""
    print("| files | bytes | seconds of CPU | MB |\n| --- | ---: | ---: | ---: |")
    for name, (start, keyword) in KEYWORDS.items():
        lines, size = [f"{start}keywords:\n"], len(start) + 10
        for number in range(10_000):
            line = f"  - {keyword(number)}\n"
            size += len(line.encode())
            if size > MOST_BYTES:
                break
            lines.append(line)
        measure(f"keywords.yaml: {name}", {"keywords.yaml": "".join(lines)})
    flow = f"keywords: [{'a,' * (MOST_BYTES // 2 - 10)}]"
    measure("keywords.yaml: one list", {"keywords.yaml": flow})
    for name, part in TEMPLATES.items():
        text = part * (MOST_TEMPLATE_BYTES // len(part))
        files = {
            f"templates/{'row.md' if number == 0 else number}.jinja": text
            for number in range(MOST_BYTES_TOGETHER // len(text))
        }
        measure(f"templates: {name}", {"keywords.yaml": "keywords: [mri]\n", **files})


def measure(name: str, files: dict[str, str]) -> None:
    """Check the files in a process of their own, and print what that took."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder) / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, folder], capture_output=True, text=True, check=True
        )
    seconds, megabytes = run.stderr.split()
    size = sum(len(text.encode()) for text in files.values())
    print(f"| {name} | {size:,} | {float(seconds):.1f} | {megabytes} |", flush=True)


if __name__ == "__main__":
    main()
