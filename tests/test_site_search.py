"""The website's search: its JavaScript finds what the matcher finds. Needs Node.js."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import product
from typing import Any

import pytest

from daily_papers.papers.authors import name_key, same_name
from daily_papers.papers.paper import Paper
from daily_papers.query.expression import Field, Phrase, any_of
from daily_papers.query.fulltext import indexed
from daily_papers.query.matching import Matches
from daily_papers.render.templates import bundled_templates
from tests.support.website import paper

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js (node)"),
]

Ask = Callable[[str, Any], Any]

BEGINNINGS = (
    "a y by sky cry try dy hy toy yes hop hopp fil fail conflat siz troubl fall hiss fizz "
    "fish sens rat re adopt formal oper relat condition ration valenc hesitanc digit "
    "conform radic differ vile analog viet predic feudal decis hopeful callous sensit "
    "sensibil triplic electr good reviv allow infer airlin gyroscop adjust defens irrit "
    "replac depend communi homolog activ angular effect bowdler prob ceas contr roll mri "
    "imag segment univers graph net hypoth "
    "fréchet schröd naïv γ 中文 e\u0301t x2 2d a1"
)
ENDINGS = (
    " s es ies sses ss ed eed ing ings ational ational's tional enci anci izer bli abli "
    "alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti "
    "biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant "
    "ement ment ent sion tion ion ou ism ate iti ous ive ize e ee ll lle y ay ied ying "
    "ated atings bled izing"
)

TEXTS = (
    "Diffusion-weighted MRI/CT of T2*-maps: a state-of-the-art review (2nd ed.)",
    "AmazUtah_NLP uses e.g. 3.14, U.S.A., don't, Alzheimer's and O'Neill’s",
    r"Where $\gamma$-rays and $\Gamma(x)$ meet $\alpha\beta$ in $x_\mu$",
    "Fréchet, Schrödinger, Łukasiewicz, İstanbul, STRASSE ΣΙΣΥΦΟΣ Σίσυφος ϕϑϵ straße \u1e9e",
    "中文字 ①½² Å µm",
    "русский Σίσυφος",
    r"$\mathcal{O}(n \log n)$ and $2\times2$ to $\gamma\to\infty$",
    "a\u2028b\u00a0c\u200bd\u00ade \ufeff x\u0301y 100% #tag @name",
)
SCRIPT = """
import { readFileSync } from "node:fs";
import { nameWords, stem, words } from "./words.js";
import { Papers, find } from "./papers.js";
const { task, data } = JSON.parse(readFileSync(0, "utf8"));
// Stems are bytes; as text again, so that they can be compared.
const told = (word) => Buffer.from(stem(word), "latin1").toString("utf8");
const tasks = {
  stems: () => data.map((text) => words(text).map(told)),
  names: () => data.map((name) => nameWords(name).join(" ")),
  // Two parts, the newer papers first.
  find: () => {
    const half = Math.ceil(data.papers.length / 2);
    const parts = [data.papers.slice(0, half), data.papers.slice(half)].map((records) => {
      const part = new Papers();
      for (const record of records) part.add(record);
      part.finish();
      return part;
    });
    return data.questions.map((question) => {
      const { papers, unfinished, nowhere } = find(parts, question, () => true);
      return { ids: papers.map((paper) => paper.id), unfinished, nowhere };
    });
  },
};
console.log(JSON.stringify(tasks[task]()));
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Ask the website's scripts, in Node.js."""
    folder = tmp_path_factory.mktemp("scripts")
    for name in ("words.js", "papers.js"):
        shutil.copy(bundled_templates() / "site" / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "ask.js").write_text(SCRIPT)

    def asked(task: str, data: Any) -> Any:
        done = subprocess.run(
            ["node", "ask.js"],
            input=json.dumps({"task": task, "data": data}).encode(),
            cwd=folder,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return asked


def stems_of_sqlite(texts: list[str]) -> list[list[str]]:
    """What the matcher's full-text index makes of each text, in its order."""
    with closing(sqlite3.connect(":memory:")) as index:
        index.executescript(
            """CREATE VIRTUAL TABLE t USING fts5(
                   text, content='', tokenize='porter unicode61 remove_diacritics 0');
               CREATE VIRTUAL TABLE v USING fts5vocab(t, instance);"""
        )
        rows = ((place, indexed(text)) for place, text in enumerate(texts))
        index.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", rows)
        found: list[list[str]] = [[] for _ in texts]
        for place, term in index.execute("SELECT doc, term FROM v ORDER BY doc, offset"):
            found[place].append(term)
    return found


def test_words_have_the_stems_of_the_matcher(ask: Ask) -> None:
    words = [begin + end for begin, end in product(BEGINNINGS.split(" "), ENDINGS.split(" "))]
    assert len(words) > 5000
    assert ask("stems", words) == stems_of_sqlite(words)


def test_texts_have_the_words_of_the_matcher(ask: Ask) -> None:
    texts = [*TEXTS, "x" * 63, "x" * 64 + "s", "ab" * 31 + "ed"]
    assert ask("stems", texts) == stems_of_sqlite(texts)


def test_names_are_folded_as_the_matcher_folds_them(ask: Ask) -> None:
    names = [
        *("José Núñez", "JOSE NUNEZ", "Jean-Paul O'Neill", "Jean Paul O’NEILL"),
        *(
            "Łukasz Østergaard",
            "Straße Æsir",
            "Þor İnce ışık",
            "F.Di Feola Jr.",
        ),
        *(
            "Nguyễn Văn",
            "张伟",
            "The CMS & LHCb Collaborations",
            "Đức ħ",
            "X_Y 2nd",
        ),
    ]
    assert ask("names", names) == [name_key(name) for name in names]


PAPERS = [
    paper(1, "Graph neural networks for images", abstract="We image hearts.", comment="Workshop"),
    paper(2, "Images of graphs", abstract="Neural networking of graph-neural networks."),
    paper(3, "Universal segmentation", abstract="University hearts, segmented by MRI."),
    paper(
        4,
        r"$\gamma$-rays",
        abstract="Fréchet regression",
        authors=("José Núñez", "Wei Li"),
    ),
    paper(5, "MRI", abstract="mri", authors=("Jun Wei", "Li Na")),
]


def found(ask: Ask, questions: Iterable[str]) -> dict[str, list[int]]:
    """The numbers of the papers that each question finds, in their order."""
    papers = [
        [one.id, one.title, one.authors, one.comment or "", "", [], "", "", 0, one.abstract]
        for one in reversed(PAPERS)
    ]
    asked = list(questions)
    answers = ask("find", {"papers": papers, "questions": asked})
    return {
        question: [int(id[5:]) for id in answer["ids"]]
        for question, answer in zip(asked, answers, strict=True)
    }


def newest_first(papers: Iterable[Paper]) -> list[int]:
    return sorted((int(one.id[5:]) for one in papers), reverse=True)


PHRASES = (
    "graph neural network",
    "images",
    "imaging",
    "neural networks",
    "graph",
    "network of graph",
    "hearts segmented",
    "universal",
    "university",
    "mri",
    "graph-neural",
    "fréchet",
    "γ-ray",
    "of",
    "we image hearts university",
    "images we",
    "networks for imaging",
)


def test_phrases_find_what_the_matcher_finds(ask: Ask) -> None:
    expected = {}
    for phrase in PHRASES:
        either = any_of(Phrase(Field.TITLE, phrase), Phrase(Field.ABSTRACT, phrase))
        expected[f'"{phrase}" '] = newest_first(Matches({"": either}, PAPERS).of(""))
    assert found(ask, expected) == expected
    assert sum(map(bool, expected.values())) > 10


def test_accents_may_be_left_out_but_count_if_they_are_typed(ask: Ask) -> None:
    titles = ("On Poincaré's and Łukasiewicz's maps", "On Poincare maps", "On Poincàre maps")
    records = [
        [str(place), each, [], "", "", [], "", "", 0, ""] for place, each in enumerate(titles)
    ]
    expected = {
        "poincare ": ["0", "1", "2"],
        "poincaré ": ["0"],
        '"poincare maps" ': ["1", "2"],
        '"poincare and lukasiewicz" ': ["0"],
        "luka": ["0"],
    }
    answers = ask("find", {"papers": records, "questions": list(expected)})
    assert {
        question: sorted(answer["ids"]) for question, answer in zip(expected, answers, strict=True)
    } == expected


def test_words_are_found_as_they_look_and_as_they_are_in_tex(ask: Ask) -> None:
    titles = (r"$\mu$KE and un$^2$CLIP", r"$\mathbf{\texttt{D}}$ual-head optimization, $A^TA$")
    records = [
        [str(place), each, [], "", "", [], "", "", 0, ""] for place, each in enumerate(titles)
    ]
    expected = {
        "μKE ": ["0"],
        "un^2CLIP ": ["0"],
        r"$\mu$KE ": ["0"],
        '"dual-head optimization" ': ["1"],
        "A^TA ": ["1"],
        r"$\mathbf{\texttt{D}}$ual ": ["1"],
    }
    answers = ask("find", {"papers": records, "questions": list(expected)})
    assert {
        question: answer["ids"] for question, answer in zip(expected, answers, strict=True)
    } == expected


def test_names_are_found_within_one_name_whatever_case_and_accents(ask: Ask) -> None:
    names = ("jose nunez", "Wei Li", "NÚÑEZ", "wei", "li", "nunez wei")
    expected = {
        f'"{name}" ': newest_first(
            one for one in PAPERS if any(same_name(name, author) for author in one.authors or ())
        )
        for name in names
    }
    assert found(ask, expected) == expected


def test_questions(ask: Ask) -> None:
    expected = {
        "": [5, 4, 3, 2, 1],
        "graph hearts": [1],
        "hearts graph": [1],
        "heart nunez": [],
        "workshop": [1],
        'neural "images of"': [2],
        '"images of" neural': [2],
        '"neural network': [2, 1],
        "“neural network”": [2, 1],
        "graph-neural": [2, 1],
        # What nobody wrote may be the begin of a word, as long as it is the last one.
        "works": [1],
        "worksh": [1],
        "worksh ": [],
        "worksh graph": [],
        "graph worksh": [1],
        '"': [5, 4, 3, 2, 1],
        "- , .": [5, 4, 3, 2, 1],
        "__proto__ constructor": [],
        # Either, and what must not occur.
        "universal OR workshop": [3, 1],
        "hearts workshop OR university": [3, 1],
        "hearts -workshop": [3],
        '-"images of" graph': [1],
        "-graph": [5, 4, 3],
        "OR workshop": [1],
        "workshop OR": [1],
        "OR": [5, 4, 3, 2, 1],
        "graph-hearts": [],
        # Identifiers, as people paste them.
        "2603.00003": [3],
        "2603.00003v2": [3],
        "https://arxiv.org/abs/2603.00003v1": [3],
        "arXiv:2603.00003": [3],
    }
    assert found(ask, expected) == expected


def test_what_is_nowhere_is_named(ask: Ask) -> None:
    records = [["1", "A title", [], "", "", [], "", "", 0, ""]]
    (answer,) = ask("find", {"papers": records, "questions": ["title nobody -wrote "]})
    assert answer["nowhere"] == ["nobody"]


def test_a_models_translation_is_found_also_without_spaces_between_words(ask: Ask) -> None:
    translated = [
        ["2", "A title", [], "", "", [], "", "", 0, "", "使用扩散模型生成图像", "Нейронные сети"],
        ["1", "A title", [], "", "", [], "", "", 0, "", "Die Größe von Herzen", ""],
    ]
    questions = [
        "扩散模型",
        "散模 ",
        "模扩",
        "größe ",
        "сети",
        "нейронн",
        "扩 -herzen",
        "扩 OR herzen",
    ]
    answers = ask("find", {"papers": translated, "questions": questions})
    ids = ["".join(answer["ids"]) for answer in answers]
    assert ids == ["2", "2", "", "1", "2", "2", "2", "21"]
