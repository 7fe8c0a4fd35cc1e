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
WIDTH, HEIGHT = 960, 829

_PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 28px 36px; background: #fff; color: #1f2328;
  font: 15px/1.5 "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif; }}
h1, h2 {{ padding-bottom: .3em; border-bottom: 1px solid #d1d9e0b3; font-weight: 600;
  line-height: 1.25; margin: 20px 0 14px; }}
h1 {{ font-size: 2em; margin-top: 0; }} h2 {{ font-size: 1.5em; }}
p, ul {{ margin: 0 0 14px; }} ul {{ padding-left: 2em; }}
a {{ color: #0969da; text-decoration: none; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; vertical-align: top; }}
td:nth-child(2) {{ white-space: nowrap; }}
td:nth-child(3) {{ min-width: 5em; }}
td:nth-child(4) {{ min-width: 6em; }}
tr:nth-child(2n) {{ background: #f6f8fa; }}
details p {{ margin: 6px 0; }}
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
