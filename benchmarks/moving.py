"""What `import` of a large digest of another tool costs: processor time, memory, rows stored."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """
import resource, sys, time
from daily_papers.__main__ import main
code = main(["-q", "import", *sys.argv[1:]])
usage = resource.getrusage(resource.RUSAGE_SELF)
print(code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, file=sys.stderr)
"""
WORDS = [
    "adaptive",
    "sparse",
    "neural",
    "graph",
    "field",
    "for",
    "robust",
    "estimation",
    "of",
    "rodents",
    "in",
    "noisy",
    "scenes",
]
ABSTRACT = " ".join(WORDS * 8).capitalize() + "."


def row(number: int) -> tuple[str, str, str]:
    """An identifier, a title and a day."""
    title = " ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 3, 5, 7)).capitalize()
    month = number % 12 + 1
    return f"24{month:02}.{number:05}", title, f"2024-{month:02}-{number % 28 + 1:02}"


def publish_dates(rows: range) -> str:
    """The largest family of tables."""
    lines = ["|Publish Date|Title|Authors|PDF|Code|", "|---|---|---|---|---|"]
    for paper, title, day in map(row, rows):
        link = f"[{paper}](http://arxiv.org/abs/{paper})"
        lines.append(f"|**{day}**|**{title}**|Ann Other et.al.|{link}|null|")
    return "\n".join(lines)


def abstracts(rows: range) -> str:
    """Tables with folded abstracts."""
    lines = ["| **Title** | **Date** | **Abstract** | **Comment** |", "| --- | --- | --- | --- |"]
    for paper, title, day in map(row, rows):
        fold = f"<details><summary>Show</summary><p>{ABSTRACT}</p></details>"
        lines.append(
            f"| **[{title}](http://arxiv.org/abs/{paper}v1)** | {day} | {fold} | 9 pages |"
        )
    return "\n".join(lines)


def items(rows: range) -> str:
    """A list."""
    return "\n".join(
        f"- {day}, **{title}**, Ann Other et.al., Paper: [link](http://arxiv.org/abs/{paper})"
        for paper, title, day in map(row, rows)
    )


def main() -> None:
    """Print the table."""
    print("| files | rows | bytes | seconds of CPU | MB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, text, topics in (
        ("Publish Date, Title, Authors, PDF, Code", publish_dates, 1),
        ("the same, 20 topics", publish_dates, 20),
        ("Title, Date, Abstract, Comment, 20 topics", abstracts, 20),
        ("list, 20 topics", items, 20),
    ):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "old.md"
            each = 20_000 // topics
            parts = (text(range(n * each, n * each + each)) for n in range(topics))
            page.write_text(
                "".join(f"## rodents {n}\n\n{part}\n\n" for n, part in enumerate(parts))
            )
            size = page.stat().st_size
            run = subprocess.run(
                [sys.executable, "-c", PROGRAM, page, "--root", folder, "--today", "2026-01-20"],
                capture_output=True,
                text=True,
                check=True,
            )
        code, seconds, megabytes = run.stderr.split()[-3:]
        assert code == "0", run.stderr
        print(f"| {name} | 20,000 | {size:,} | {float(seconds):.1f} | {megabytes} |", flush=True)


if __name__ == "__main__":
    main()
