"""Forty wordings as people write them into lists of keywords: what check and preview say of each."""

# ruff: noqa: E501 - what is said is on one line, as people see it

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.sandbox import Change, Record, SandboxArxiv, Service, Universe
from tests.sandbox.calendar import ListingCalendar
from tests.sandbox.record import Person, Words
from tests.support.command_line import run
from tests.support.repository import Repository

DAY = date(2026, 2, 9)
#: What arXiv has: so many papers with this title and this abstract, in this category.
PAPERS = (
    (14, "A vision-language-action model", "A vision language action model.", "cs.CV"),
    (15, "Acting on words", "We train a vision-language-action policy.", "cs.CV"),
    (6, "SLAM for drones", "Maps are made while they fly.", "cs.RO"),
    (4, "RAG for law", "With RAG.", "cs.CL"),
    (12, "Asking documents", "We use RAG.", "cs.CL"),
    (8, "Neural rendering of hair", "A renderer.", "cs.GR"),
    (6, "LLM agents", "LLMs that plan.", "cs.CL"),
    (2, "Planning", "With an LLM.", "cs.CL"),
    (5, "Federated learning at home", "Phones learn together.", "cs.LG"),
    (7, "Multimodal retrieval", "Of texts and pictures.", "cs.IR"),
    (6, "Pre-training once more", "On the web.", "cs.LG"),
    (5, "Graph neural networks in chemistry", "For molecules.", "cs.LG"),
    (4, "3D Gaussian splatting", "Of rooms.", "cs.CV"),
    (9, "Reinforcement learning of gaits", "For legs.", "cs.RO"),
    (1, "Reinforcemnt learning", "With a slip.", "cs.LG"),
    (3, "Text-to-image models", "Of cats.", "cs.CV"),
    (4, "A point cloud of trees", "From above.", "cs.CV"),
    (3, "LiDAR in snow", "LiDAR sees flakes.", "cs.RO"),
    (7, "Snow", "A lidar sees flakes.", "cs.RO"),
    (4, "Examining GPT-4", "At school.", "cs.CL"),
    (3, "Of bones", "In an X-ray.", "eess.IV"),
    (3, "CI/CD of models", "With CI/CD.", "cs.SE"),
    (6, "Visual localization indoors", "In malls.", "cs.CV"),
    (2, "Tumor segmentation", "Of livers.", "eess.IV"),
    (6, "Tumour segmentation", "Of brains.", "eess.IV"),
    (8, "Medical imaging of hands", "Medical imaging in radiology is old.", "eess.IV"),
    (3, "Sim-to-real transfer", "For grasping.", "cs.RO"),
    (3, "A policy for cities", "The policy of parks.", "cs.CY"),
    (2, "Compilers", "Of C.", "cs.PL"),
)  # fmt: skip

SIDE_BY_SIDE = "must be side by side; write several as any (or none): [a, b]"
#: Each wording; what check says of it; and what preview says in its place, or at the end.
WORDINGS = (
    ("vision-language-action", None, "29 papers on arXiv"),
    ("SLAM", None, "Narrow: 0 in title and abstract, 6 in either"),
    ("RAG", None, "Narrow: 4 in title and abstract, 16 in either"),
    ("LLM", None, "6 in title and abstract, 8 in either"),
    ("LiDAR", None, "Narrow: 3 in title and abstract, 10 in either"),
    ("CI/CD", None, "3 papers on arXiv"),
    ("GPT-4", None, "4 papers on arXiv"),
    ("x-ray", None, "3 papers on arXiv"),
    ("text-to-image", None, "3 papers on arXiv"),
    ("point-clouds", None, "4 papers on arXiv"),
    ("3D Gaussian Splatting", None, "4 papers on arXiv"),
    ("Graph Neural Networks", None, "5 papers on arXiv"),
    ("graph neural network", 'finds the same as "Graph Neural Networks" on line', "5 of the newest 5 are in Graph Neural Networks, too"),
    ("llms", 'finds the same as "LLM" on line', "6 of the newest 6 are in LLM, too"),
    ("neural rendring", None, 'has no hits; close to it: "neural rendering" (8 papers)'),
    ("reinforcemnt learning", None, 'is in 1 paper; close to it: "reinforcement learning" (9 papers)'),
    ("visual localisation", None, 'has no hits; close to it: "visual localization" (6 papers)'),
    ("tumor segmentation", None, 'is in 2 papers; close to it: "tumour segmentation" (6 papers)'),
    ("multi modal", None, 'has no hits; close to it: "multimodal" (7 papers)'),
    ("pretraining", None, 'has no hits; close to it: "pre training" (6 papers)'),
    ("sim2real", None, "No hits: nothing on arXiv matches"),
    ("deep learning, computer vision", SIDE_BY_SIDE, "No hits"),
    ("image/video generation", SIDE_BY_SIDE, "No hits"),
    ("zero-shot or few-shot", SIDE_BY_SIDE, "No hits"),
    ("vision + language", SIDE_BY_SIDE, "29 papers on arXiv"),
    ("SfM | MVS", SIDE_BY_SIDE, "No hits"),
    ("GAN -survey", 'excludes nothing; write what to exclude below "none"', "No hits"),
    ("robot learning not survey", 'excludes nothing; write what to exclude below "none"', "No hits"),
    ("'\"federated learning\"'", "leave out the quotes", "5 papers on arXiv"),
    ("cs.CV", 'write "category: cs.CV"', "No hits"),
    ("https://arxiv.org/list/cs.RO/recent", "is an address, which no paper contains", "No hits"),
    ("arXiv:2401.00001", "names a single paper", "No hits"),
    ("ti:transformer", 'arXiv\'s syntax below "query"', "No hits"),
    ("object AND detection", 'operators need a "query"', "No hits"),
    ("C++", "is the word C to a search", "Narrow: 0 in title and abstract, 2 in either"),
    ("on-policy", 'ignores "on" at the start', "No hits: none of the newest papers that arXiv finds"),
    ("category: cs.RO", None, "28 papers on arXiv"),
    ("author: Ada Abramsson", None, "with Bo Berg ("),
    ("medical imaging", None, "8 papers on arXiv"),
    ("radiology", None, "Narrow: 0 in title and abstract, 8 in either"),
)  # fmt: skip


def universe() -> Universe:
    calendar = ListingCalendar(frozenset())
    kinds = [kind for count, *kind in PAPERS for _ in range(count)]
    return Universe(
        [(record(number, *kind),) for number, kind in enumerate(kinds, start=1)], calendar
    )


def record(number: int, title: str, abstract: str, category: str) -> Record:
    submitted = datetime(DAY.year, DAY.month, DAY.day, 9, number % 60, tzinfo=UTC)
    authors = ("Ada Abramsson", "Bo Berg") if number % 9 == 0 else ("Cy Corr",)
    return Record(
        id=f"2602.{number:05}",
        submissions=(submitted - timedelta(days=1 + number % 5),),
        change=Change.NEW,
        day=DAY,
        categories=(category,),
        listed_in=(category,),
        draw=lambda: Words(
            title=title, abstract=abstract, authors=tuple(Person(name) for name in authors)
        ),
    )


def test_what_check_and_preview_say_of_each_wording(tmp_path: Path) -> None:
    items = "".join(f"  - {wording}\n" for wording, *_ in WORDINGS)
    repository = Repository.new(tmp_path, f"keywords:\n{items}")
    checked = run("check", "--root", repository.root)
    assert checked.code == 0, checked.out
    warnings = re.findall(r"^\S+keywords\.yaml:(\d+): warning: (.*)$", checked.out, re.MULTILINE)
    with SandboxArxiv(universe(), today=DAY) as arxiv:
        previewed = run("preview", "--root", repository.root, environ=arxiv.environment())
    searches = [request for request in arxiv.requests if request.service is Service.QUERY]
    assert len(searches) == len(WORDINGS) == 40
    assert previewed.code == 0, previewed.err

    doubts = {int(line): text for line, text in warnings}
    *sections, of_all = previewed.out.split("\n\n", len(WORDINGS))
    for line, (section, (wording, doubt, found)) in enumerate(
        zip(sections, WORDINGS, strict=True), start=2
    ):
        assert (line in doubts) == (doubt is not None), wording
        assert (doubt or "") in doubts.get(line, ""), wording
        if "close to it" in found:
            assert f'"{wording}" {found}' in of_all
        else:
            assert found in re.sub(r" \([^()]* days?\)", "", section), wording
