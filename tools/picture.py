"""The picture of README.md: the demo's tables as GitHub shows them, in headless Chromium.

Run it after ``make demo``, in the test environment: ``.venv/bin/python tools/picture.py``.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "tables.png"
#: The width that a README has on a repository's page, beside "About".
WIDTH, HEIGHT = 894, 1480

# What GitHub's own stylesheet (primer/css, `markdown-body`) says of what is in these tables.
_PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 32px; background: #fff; color: #1f2328; overflow-wrap: break-word;
  font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial,
  sans-serif; }}
h1, h2, h3 {{ margin: 24px 0 16px; font-weight: 600; line-height: 1.25; }}
h1, h2 {{ padding-bottom: .3em; border-bottom: 1px solid #d1d9e0b3; }}
h1 {{ font-size: 2em; margin-top: 0; }} h2 {{ font-size: 1.5em; }} h3 {{ font-size: 1.25em; }}
p, ul, table, details {{ margin: 0 0 16px; }} ul {{ padding-left: 2em; }}
li + li {{ margin-top: .25em; }}
a {{ color: #0969da; text-decoration: underline; text-underline-offset: .2rem; }}
table {{ display: block; width: max-content; max-width: 100%; overflow: auto;
  border-collapse: collapse; }}
th {{ font-weight: 600; }}
th, td {{ padding: 6px 13px; border: 1px solid #d1d9e0; }}
tr {{ background: #fff; border-top: 1px solid #d1d9e0b3; }}
tr:nth-child(2n) {{ background: #f6f8fa; }}
td details, td p:last-child {{ margin-bottom: 0; }}
</style>{body}
"""


def page(readme: str) -> str:
    """The README as a page, with its first abstract unfolded."""
    options = Options.CMARK_OPT_UNSAFE
    body = cmarkgfm.github_flavored_markdown_to_html(readme, options)
    return _PAGE.format(body=body.replace("<details>", "<details open>", 1))


def take(readme: Path, picture: Path) -> None:
    """Let Chromium take it; without network, since nothing in the page asks for any."""
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "page.html"
        html.write_text(page(readme.read_text(encoding="utf-8")), encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-background-networking",
                f"--user-data-dir={folder}/profile",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={picture}",
                html.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> None:
    """Take it of the demo's README, or of another one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "readme", nargs="?", type=Path, default=Path("daily-papers-demo") / "README.md"
    )
    parser.add_argument("--to", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    take(arguments.readme, arguments.to.resolve())


if __name__ == "__main__":
    main()
