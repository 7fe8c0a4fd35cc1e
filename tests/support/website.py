"""Digest repositories with papers of a test's own, and the website that is built from them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from daily_papers.config import parse_config
from daily_papers.mail.digest import Digest
from daily_papers.mail.issue import digest_file
from daily_papers.mail.morning import news_items, people_of
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.expression import canonical
from daily_papers.store.files import load_store, save_store
from daily_papers.store.store import Draft, KeywordState, News, State, Store
from daily_papers.transaction import Transaction
from tests.sandbox.loopback import UnpolledServer
from tests.support.command_line import Ended, run
from tests.support.repository import Repository

DAY = date(2026, 3, 20)

KEYWORDS = """\
title: Papers & <b>People</b>
max_papers: 2000
keywords:
  - name: Medical imaging
    any: [medical imaging, mri]
  - name: 'Nets: <script>alert(0)</script> "quoted"'
    slug: nets
    any: [graph neural networks]
  - name: Nothing yet
    any: [a phrase that nobody writes]
  - author: [José Núñez, J. Núñez]
"""

#: Title, abstract and comment are each of these; none may come to life, all are shown as text.
HOSTILE = (
    "<script>alert(1)</script> in MRI",
    "MRI </script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)> MRI',
    "javascript:alert(4) MRI",
    "MRI' onmouseover='alert(5)' \"",
    "MRI </textarea></title></style><svg onload=alert(6)>",
    r"MRI $\text{<script>alert(7)</script>}$ and $\href{javascript:alert(8)}{x}$",
    r"MRI $\style{background:url(//evil.example)}{y}$ $\text{<img src=x onerror=alert(9)>}$",
    "MRI {{ 7*7 }} {% raw %} ${8*8} <%= 9 %>",
    "MRI ]]> <!-- --> &lt;b&gt; &amp; <![CDATA[ x",
    "MRI a\u2028b\u2029c\u0085d",
    "MRI \u202eevil\u202c\ufffe\uffff",
    "<math><mtext><script>alert(10)</script></mtext></math> MRI",
    "[MRI](javascript:alert(11)) `x` | @everyone #1",
    'https://github.com/evil/repo"onclick=alert(12) MRI',
    r"MRI $\sum " + "x_{1}+" * 60 + "y$",
    r"MRI $\hspace{999cm}x$",
    r"MRI $\href{https://example.org/" + "long/" * 20 + "}{here}$",
)


def paper(number: int, title: str = "", **fields: object) -> Paper:
    """A paper about MRI; a higher number is a newer one."""
    submitted = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(hours=number)
    plain = Paper(
        id=f"2603.{number:05d}",
        version=1,
        title=title or f"Study {number} of MRI",
        authors=("Ada Abramsson", "Bo Chen"),
        abstract="We look at MRI of the head, and at what it shows.",
        primary_category="eess.IV",
        categories=("eess.IV", "cs.CV"),
        published=submitted,
        updated=submitted,
        origin=Origin.SEARCH,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def hostile_papers() -> list[Paper]:
    """Each hostile text as title, abstract, comment and author's name at once."""
    return [
        paper(500 + place, text, abstract=text, comment=text, authors=(text, "Bo", "Chi", text))
        for place, text in enumerate(HOSTILE)
    ]


@dataclass(frozen=True)
class Website:
    """A repository, and the folder of its website."""

    repository: Repository

    @property
    def folder(self) -> Path:
        """Where the website is built."""
        return self.repository.root / "site"

    @classmethod
    def new(
        cls,
        root: Path,
        tables: Mapping[str, Iterable[Paper]],
        *,
        keywords: str = KEYWORDS,
        news: Mapping[str, News] | None = None,
    ) -> Website:
        """Make a repository whose store holds these tables, by slug."""
        website = cls(Repository.new(root, keywords))
        store = Draft(Store())
        store.state = State(day=DAY, complete=True, day_line="2 new papers.")
        for keyword in parse_config(keywords.encode(), "keywords.yaml").keywords:
            store.keywords[keyword.slug] = KeywordState(
                slug=keyword.slug,
                name=keyword.name,
                expression=canonical(keyword.expression),
                filled=DAY,
                last_success=DAY,
                max_papers=2000,
            )
        for slug, papers in tables.items():
            store.take(slug, papers, DAY)
        for id, item in (news or {}).items():
            store.papers[id] = replace(store.papers[id], news=item)
        website.save(store.finish())
        return website

    def save(self, store: Store) -> None:
        """Let this be what the repository knows."""
        transaction = Transaction(self.repository.root)
        save_store(store, transaction)
        transaction.commit()

    def store(self) -> Store:
        """What the repository knows."""
        return load_store(self.repository.root)

    def add_digest(self, key: str, items: Iterable[tuple[Paper, tuple[str, ...]]]) -> None:
        """Put a digest under digests/."""
        keywords = parse_config(self.repository.text("keywords.yaml").encode(), "k").keywords
        news = news_items(list(items), keywords)
        slugs = dict.fromkeys(slug for item in news for slug in item.keywords)
        names = tuple((slug, slug.replace("-", " ").title()) for slug in slugs)
        digest = Digest(key, "owner/papers", news, names, people_of(keywords))
        self.repository.write(f"digests/{key}.md", digest_file(digest))

    def build(self, *options: str | Path, environ: Mapping[str, str] | None = None) -> Ended:
        """Run `daily-papers site`."""
        return run("--root", self.repository.root, "site", *options, environ=environ)

    def built(self) -> Website:
        """Build, which has to succeed."""
        ended = self.build()
        assert ended.code == 0, ended.err
        return self

    def files(self) -> dict[str, bytes]:
        """Every file of the website that is not hidden."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    def text(self, path: str) -> str:
        """One file's text."""
        return (self.folder / path).read_bytes().decode()


def example(root: Path) -> Website:
    """A website with a bit of everything: long lists, maths, code, people, news, hostile texts."""
    ordinary = [
        paper(
            1,
            r"Fr\'echet means of MRI with $O(n \log n)$ steps and $\unknowncommand{x}$",
            comment="12 pages. Code: https://github.com/lab/means",
            published=datetime(2024, 3, 25, tzinfo=UTC),
            updated=datetime(2026, 2, 4, tzinfo=UTC),
            version=3,
        ),
        paper(2, "Imaging hearts by MRI", authors=("A", "B", "C", "D", "E")),
        paper(3, "Segmenting MRI images", comment="See https://lab.github.io/page"),
        paper(4, "MRI in high energy physics", primary_category="hep-th", categories=("hep-th",)),
        paper(5, "0", abstract="MRI costs $35,000 or $40,000."),
        *hostile_papers(),
    ]
    nets = [paper(20, "Graph neural networks for MRI", authors=("JOSE NUNEZ", "Bo Chen"))]
    person = [paper(21, "Random coding", authors=("Ada Abramsson", "Josè Nuñéz"), abstract="No.")]
    news = {
        "2603.00002": News(1, DAY, ("medical-imaging",), "2026-03-20"),
        "2603.00020": News(1, DAY, ("nets", "medical-imaging"), "2026-03-20"),
        "2603.00003": News(1, DAY - timedelta(days=2), ("medical-imaging",), "2026-03-18"),
    }
    tables = {"medical-imaging": [*ordinary, *nets], "nets": nets, "jose-nunez": person}
    website = Website.new(root, tables, news=news)
    website.add_digest(
        "2026-03-20",
        [(ordinary[1], ("medical-imaging",)), (nets[0], ("nets", "medical-imaging"))],
    )
    gone = paper(
        30,
        "MRI that has left every table <b>long ago</b>",
        abstract="We propose a quicker way to scan knees. Our code: https://gitlab.com/lab/long-gone",
    )
    website.add_digest(
        "2026-03-18",
        [(ordinary[2], ("medical-imaging",)), (gone, ("a-keyword-that-is-gone",))]
        + [(one, ("medical-imaging",)) for one in hostile_papers()],
    )
    return website


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback; gives its address, with a slash at its end."""
    server = UnpolledServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
