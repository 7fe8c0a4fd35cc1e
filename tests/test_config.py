"""What a right keywords.yaml comes to; and any other file is refused, whatever it holds."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from daily_papers.config import Config, ConfigError, Keyword, load_config, parse_config
from daily_papers.config.model import SCRIPTS
from daily_papers.config.reader import _READERS, _TEXTS
from daily_papers.config.slugs import slug_of
from daily_papers.query.expression import to_arxiv
from daily_papers.query.taxonomy import ARCHIVES, CATEGORIES
from tests.support.cases import for_each

SCHEMA = Path(__file__).parents[1] / "daily_papers" / "keywords.schema.json"
DOCS = Path(__file__).parents[1] / "docs" / "keywords.md"

EXAMPLE = """\
title: Medical Papers
categories: [cs, eess]
max_papers: 80
keywords:
  - magnetic resonance imaging
  - mri
  - name: Medical imaging
    slug: medical
    any: [medical imaging, medical image analysis]
    none: [survey]
    in: title or abstract
    categories: [eess.IV, cs.CV]
    max_papers: 50
  - name: Diffusion MRI
    query: '(ti:"diffusion MRI" OR abs:"diffusion MRI") ANDNOT abs:fetal'
  - author: [Francesco Di Feola, F. Di Feola]
"""


def read(text: str) -> Config:
    return parse_config(text.encode(), "keywords.yaml")


def only(text: str, *, top: str = "") -> Keyword:
    """The single keyword of these lines."""
    (keyword,) = read(f"{top}keywords:\n{text}").keywords
    return keyword


def search(text: str, *, top: str = "") -> str:
    return to_arxiv(only(text, top=top).expression)


def test_the_whole_example() -> None:
    config = read(EXAMPLE)
    assert (config.title, config.categories, config.max_papers) == (
        "Medical Papers",
        ("cs", "eess"),
        80,
    )
    assert config.warnings == ()
    told = [(key.name, key.slug, key.max_papers, key.authors, key.line) for key in config.keywords]
    assert told == [
        ("magnetic resonance imaging", "magnetic-resonance-imaging", 80, (), 5),
        ("mri", "mri", 80, (), 6),
        ("Medical imaging", "medical", 50, (), 7),
        ("Diffusion MRI", "diffusion-mri", 80, (), 14),
        (
            "Francesco Di Feola",
            "francesco-di-feola",
            80,
            ("Francesco Di Feola", "F. Di Feola"),
            16,
        ),
    ]


def test_what_is_left_out() -> None:
    config = read("keywords: [mri]")
    assert (config.title, config.categories, config.max_papers) == ("Daily Papers", (), 100)
    (keyword,) = config.keywords
    assert (keyword.categories, keyword.max_papers, keyword.authors) == ((), 100, ())


@for_each(
    ("text", "query"),
    [
        ("  - mri", '(ti:"mri" AND abs:"mri")'),
        ("  - vision-language", '(ti:"vision-language" OR abs:"vision-language")'),
        ("  - GPT‐4", '(ti:"GPT‐4" OR abs:"GPT‐4")'),
        ("  - name: x–ray", '(ti:"x–ray" OR abs:"x–ray")'),
        ("  - CI/CD", '(ti:"CI/CD" AND abs:"CI/CD")'),
        ("  - seq2seq-", '(ti:"seq2seq-" AND abs:"seq2seq-")'),
        ("  - node.js", '(ti:"node.js" AND abs:"node.js")'),
        ("  - brain  mri", '(ti:"brain mri" OR abs:"brain mri")'),
        ("  - name: mri", '(ti:"mri" AND abs:"mri")'),
        ("  - name: brain mri", '(ti:"brain mri" OR abs:"brain mri")'),
        ("  - {name: mri, in: title}", 'ti:"mri"'),
        ("  - {name: mri, in: title or abstract}", '(ti:"mri" OR abs:"mri")'),
        ("  - any: [mri]", '(ti:"mri" OR abs:"mri")'),
        ("  - any: [mri, ct]", '(ti:"mri" OR abs:"mri" OR ti:"ct" OR abs:"ct")'),
        ("  - {any: [mri, ct], in: title}", '(ti:"mri" OR ti:"ct")'),
        ("  - {any: [mri, ct], in: abstract}", '(abs:"mri" OR abs:"ct")'),
        (
            "  - {any: [mri, ct], in: title and abstract}",
            '((ti:"mri" AND abs:"mri") OR (ti:"ct" AND abs:"ct"))',
        ),
        (
            "  - {any: [mri], in: title, none: [survey, review]}",
            '(ti:"mri" ANDNOT (ti:"survey" OR abs:"survey" OR ti:"review" OR abs:"review"))',
        ),
        (
            "  - {name: mri, none: [survey]}",
            '((ti:"mri" AND abs:"mri") ANDNOT (ti:"survey" OR abs:"survey"))',
        ),
        ("  - author: Jane Roe", 'au:"Jane Roe"'),
        ("  - author: [Jane Roe, J. Roe]", '(au:"Jane Roe" OR au:"J. Roe")'),
        (
            "  - {author: Jane Roe, any: [mri], none: [ct]}",
            '((au:"Jane Roe" AND (ti:"mri" OR abs:"mri")) ANDNOT (ti:"ct" OR abs:"ct"))',
        ),
        ("  - category: cs.RO", "cat:cs.RO"),
        ("  - {name: x, category: math.IT}", "(cat:cs.IT OR cat:math.IT)"),
        (
            "  - {category: cs.ro, none: [survey]}",
            '(cat:cs.RO ANDNOT (ti:"survey" OR abs:"survey"))',
        ),
        ("  - {name: x, query: 'ti:a OR au:b'}", '(ti:"a" OR au:"b")'),
        ("  - {name: x, query: 'ti:a', categories: [cs.CV]}", '(ti:"a" AND cat:cs.CV)'),
        ("  - {any: [mri], in: title, categories: [nlin, CS.cv]}",
         '(ti:"mri" AND (cat:nlin.* OR cat:cs.CV))'),
        ("  - any: [mri, mri]", '(ti:"mri" OR abs:"mri")'),
        ("  - 'deep learning: a \"survey\"'",
         '(ti:"deep learning a survey" OR abs:"deep learning a survey")'),
    ],
)  # fmt: skip
def test_what_a_keyword_searches_for(text: str, query: str) -> None:
    assert search(text) == query


@for_each(
    ("text", "categories"),
    [
        ("  - mri", ("cs.CV",)),
        ("  - {name: mri, categories: [eess.IV]}", ("eess.IV",)),
        ("  - {name: mri, categories: []}", ()),
        ("  - author: Jane Roe", ()),
        ("  - {author: Jane Roe, categories: [stat.ML]}", ("stat.ML",)),
        ("  - {name: x, query: 'ti:a'}", ("cs.CV",)),
        ("  - {name: x, query: 'ti:a AND cat:stat.ML'}", ()),
        ("  - {name: x, query: 'ti:a AND cat:stat.ML', categories: [cs]}", ("cs",)),
        ("  - category: cs.RO", ("cs.RO",)),
        ("  - {category: math.IT, none: [survey]}", ("math.IT",)),
    ],
)
def test_which_categories_restrict_a_keyword(text: str, categories: tuple[str, ...]) -> None:
    keyword = only(text, top="categories: [cs.CV]\n")
    assert keyword.categories == categories
    for category in categories:
        assert f"cat:{category}" in to_arxiv(keyword.expression)


@for_each(
    ("text", "name"),
    [
        ("  - any: [medical imaging, mri]", "medical imaging"),
        ("  - author: [Jane Roe, J. Roe]", "Jane Roe"),
        ("  - {author: Jane Roe, any: [mri]}", "Jane Roe"),
        ("  - category: CS.ro", "cs.RO"),
        ("  - {author: Jane Roe, name: Our Jane}", "Our Jane"),
        ("  - {name: 'C++ & co', any: [mri]}", "C++ & co"),
        ("  - name: |\n      two\n      lines", "two lines"),
        ("  - name: two words # said twice", "two words"),
    ],
)
def test_the_heading(text: str, name: str) -> None:
    assert only(text).name == name


@for_each(
    ("name", "slug"),
    [
        ("Medical imaging", "medical-imaging"),
        ("  3D Gaussian   Splatting ", "3d-gaussian-splatting"),
        ("Schrödinger's équation", "schrodingers-equation"),
        ("Straße Ærø Łódź Þing", "strasse-aero-lodz-thing"),
        ("C++", "c"),
        ("ﬁne-tuning x²", "fine-tuning-x2"),
        ("医学影像", ""),
        ("AUX", "aux-papers"),
        ("Com 1", "com-1"),
        ("COM1", "com1-papers"),
        ("con artists", "con-artists"),
        ("word " * 40, "-".join(["word"] * 20)),
        ("w" * 150, "w" * 100),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=200))
def test_a_slug_is_a_file_name_everywhere(name: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug_of(name))
    assert len(slug_of(name)) <= 100


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_config(b"\xef\xbb\xbfkeywords: [mri]", "k").keywords[0].name == "mri"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028\x85\n"])
def test_lines_are_those_of_editors(ending: str) -> None:
    config = read(EXAMPLE.replace("\n", ending))
    assert [keyword.line for keyword in config.keywords] == [5, 6, 7, 14, 16]


@for_each(
    "text",
    [
        "  - brain\tmri\t\n",
        "  -\tbrain mri\n",
        "  - name:\tbrain mri\n",
        "  - name:\tbrain mri\t# said\ttwice\n",
        "\t\n  - brain mri\n \t\r\n\t# nothing\n",
        "\u00a0\n  - brain\u00a0mri\n\u00a0# nothing\n",
        "\u3000\u00a0-\u2003name:\u00a0brain mri\n",
        "  # nothing\u2028- ct\n  - brain\x85mri\n",
        "  - 'brain\tmri'\n",
    ],
)
def test_tabs_and_other_spaces_that_do_no_harm(text: str) -> None:
    keyword = only(text)
    assert keyword.name == "brain mri"
    assert to_arxiv(keyword.expression) == '(ti:"brain mri" OR abs:"brain mri")'


def test_loads_a_file(tmp_path: Path) -> None:
    (tmp_path / "keywords.yaml").write_text(EXAMPLE, encoding="utf-8")
    assert load_config(tmp_path / "keywords.yaml") == read(EXAMPLE)


def lines_of(error: ConfigError) -> str:
    assert error.exit_code == 2
    assert str(error) == "\n".join(map(str, error.problems))
    return str(error)


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "keywords.yaml"
    with pytest.raises(ConfigError) as error:
        load_config(path)
    assert lines_of(error.value) == (
        f'{path}: there is no such file; write a line "keywords:" '
        'and below it a line "  - your topic" for each topic'
    )


def test_a_file_with_the_other_ending(tmp_path: Path) -> None:
    (tmp_path / "keywords.yml").write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no such file, but a keywords\.yml; rename it"):
        load_config(tmp_path / "keywords.yaml")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path)
    assert lines_of(error.value) == (f"{tmp_path}: it is not a file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keywords.yaml")
    with pytest.raises(ConfigError, match="it is not a file"):
        load_config(tmp_path / "keywords.yaml")


@pytest.mark.skipif(os.name == "nt", reason="permissions of another kind")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "keywords.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    path.chmod(stat.S_IWUSR)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ConfigError, match="it cannot be read; change its permissions"):
        load_config(path)


# The schema that editors use


def schema() -> dict[str, object]:
    found: dict[str, object] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_schema_knows_the_same_names_as_the_loader() -> None:
    text = json.dumps(schema())
    (names,) = re.findall(r'"anyOf": \[\{"enum": (\[.*?\])', text)
    assert set(json.loads(names)) == {*ARCHIVES, *CATEGORIES}


def described(part: object) -> list[str]:
    """The properties in the schema that lack a description."""
    if not isinstance(part, dict):
        return []
    missing = [
        key
        for key, value in part.get("properties", {}).items()
        if "description" not in value and value != {"not": {}}
    ]
    return missing + [key for value in part.values() for key in described(value)]


def test_every_key_has_a_description_for_editors() -> None:
    assert described(schema()) == []


def parts_of(part: object) -> list[dict[str, Any]]:
    """Every mapping in the schema."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = [part] if isinstance(part, dict) else []
    return own + [each for value in inner for each in parts_of(value)]


def test_editors_show_our_messages_only_for_values_of_the_wrong_kind() -> None:
    """With "errorMessage", they would also show it for unknown, missing and forbidden keys."""
    with_message = [part for part in parts_of(schema()) if "errorMessage" in part]
    assert with_message
    for part in with_message:
        assert not {"additionalProperties", "required", "properties"} & part.keys()


def examples_in_docs() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", [EXAMPLE, *examples_in_docs()])
def test_examples_suit_loader_and_schema(example: str) -> None:
    assert read(example).warnings == ()
    errors = Draft202012Validator(schema()).iter_errors(yaml.safe_load(example))
    assert [error.message for error in errors] == []


# Whatever the file is

KEYS = ["title", "categories", "max_papers", "keywords", "name", "slug", "any", "none", "in",
        "author", "query", "category", "nonsense"]  # fmt: skip
scalars = st.one_of(
    st.sampled_from(["mri", "cs.CV", "C", "C++", "con", "title", "ti:a", "ti:a b", "--", "J, R"]),
    st.text(max_size=20),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=8,
)
documents = st.fixed_dictionaries(
    {"keywords": st.lists(values, max_size=4)},
    optional={"title": values, "categories": values, "max_papers": values, "nonsense": values},
)


def read_or_refused(text: bytes, *, keywords: int | None = None) -> None:
    try:
        config = parse_config(text, "keywords.yaml")
    except ConfigError as error:
        refusal = error
    else:
        assert len(config.keywords) == (keywords or len(config.keywords)) > 0
        assert len({keyword.slug for keyword in config.keywords}) == len(config.keywords)
        assert all(keyword.slug and to_arxiv(keyword.expression) for keyword in config.keywords)
        return
    assert any(problem.severity == "error" for problem in refusal.problems)
    for problem in refusal.problems:
        assert re.match(r"keywords\.yaml(:[1-9]\d*)?: \S", str(problem))
        assert str(problem).isprintable()


@given(st.binary(max_size=80))
def test_any_bytes(text: bytes) -> None:
    read_or_refused(text)


@given(st.text(st.sampled_from("ab-: \n\t[]{}'\"#&*!|>%@`?,\\<=~0Ux"), max_size=60))
def test_any_text_of_yaml_signs(text: str) -> None:
    read_or_refused(f"keywords:\n{text}".encode())


@given(documents)
def test_any_values(document: dict[str, list[object]]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace")
    read_or_refused(text, keywords=len(document["keywords"]))


@given(documents)
def test_what_the_loader_takes_suits_the_schema(document: object) -> None:
    text = yaml.safe_dump(document).encode()
    try:
        parse_config(text, "keywords.yaml")
    except ConfigError:
        return
    Draft202012Validator(schema()).validate(document)


@given(
    st.integers(0, len(EXAMPLE)),
    st.integers(0, 12),
    st.text(st.sampled_from("ab-: \n\t[]{}'\"#&*!|>%@`?,\\é\x00\x07\u2028\u00a0"), max_size=4),
)
def test_any_slip_of_the_fingers(start: int, length: int, put: str) -> None:
    read_or_refused((EXAMPLE[:start] + put + EXAMPLE[start + length :]).encode())


@pytest.mark.parametrize(
    "part",
    [
        *("[", "- ", "a: {", "(("),
        *(
            pytest.param(part, marks=pytest.mark.full)
            for part in ("{", "? ", "&a [", "'", "!", "- - - ")
        ),
    ],
)
def test_deep_nesting(part: str) -> None:
    read_or_refused((part * 20_000).encode())
    read_or_refused(f"keywords:\n  - {{name: x, query: '{part * 900}'}}".encode())


@given(documents)
def test_what_the_schema_takes_the_reader_can_read(document: object) -> None:
    """What the reader alone sees are meanings: words, queries, clashes."""
    try:
        parse_config(yaml.safe_dump(document, allow_unicode=True).encode(), "keywords.yaml")
    except ConfigError as error:
        if Draft202012Validator(schema()).is_valid(document):
            for problem in error.problems:
                assert not re.search(OF_THE_SCHEMA, problem.message)


OF_THE_SCHEMA = (
    "expected a|unknown key|nothing follows|longer than|more than"
    "|is not a number from|needs a heading|cannot be used with|is missing|YAML read"
)


def test_what_is_said_of_keys_and_languages_is_of_those_in_the_schema() -> None:
    found: Any = schema()
    summaries = found["properties"]["summaries"]["properties"]
    keys = {*found["properties"], *found["$defs"]["keyword"]["properties"], *summaries}
    assert {"", *keys} >= {*_READERS, *_TEXTS}
    assert set(summaries["language"]["enum"]) > set(SCRIPTS)


def test_limits_are_those_of_the_schema() -> None:
    found: Any = schema()
    assert found["properties"]["keywords"]["maxItems"] == 10_000
    assert found["$defs"]["max_papers"]["maximum"] == 2_000
    assert found["$defs"]["keyword"]["properties"]["papers_per_day"]["maximum"] == 100


# Limits: what is allowed takes linear work


def work_of(text: str) -> Counter[str]:
    """How often each function of the project is entered while the file is read, and difflib's."""
    entered: Counter[CodeType] = Counter()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            entered[frame.f_code] += 1

    sys.setprofile(count)
    try:
        with suppress(ConfigError):
            parse_config(text.encode(), "keywords.yaml")
    finally:
        sys.setprofile(None)
    of_ours: Counter[str] = Counter()
    for code, times in entered.items():
        if re.search("daily_papers|difflib", code.co_filename):
            of_ours[code.co_name] += times
    return of_ours


CROWDS: dict[str, Callable[[int], str]] = {
    "keywords": lambda n: "".join(f"  - some words {k}\n" for k in range(n)),
    "the same keyword": lambda n: "  - mri\n" * n,
    "near-duplicates of keys": lambda n: f"  - {{{', '.join(f'nam{k}: x' for k in range(n))}}}\n",
    "wrong categories": lambda n: "".join(
        f"  - {{name: n{k}, categories: [b{k}.{'cd' if k % 2 else 'c'}]}}\n" for k in range(n // 2)
    ),
    "new categories": lambda n: "".join(
        f"  - {{name: n{k}, categories: [cs.{chr(65 + k % 26)}{chr(65 + k // 26 % 26)}]}}\n"
        for k in range(n // 2)
    ),
    "the same page": lambda n: "".join(
        f"  - mri{'!' * (k % 140)}{'?' * (k // 140)}\n" for k in range(n)
    ),
    "no page": lambda n: "".join(f"  - {chr(0x4E00 + k)}\n" for k in range(n)),
    "small words": lambda n: "".join(f"  - the w{k}\n" for k in range(n)),
    "wrong names": lambda n: "".join(f"  - author: Jane{k} and J; D*\n" for k in range(n)),
    "slips": lambda n: "".join(f"  - name:x{k}\n" for k in range(n)),
    "anchors": lambda n: "".join(f"  - &a{k} x{k}\n" for k in range(n)),
    "categories of all": lambda n: "".join(f"  - any: [w{k}, v{k}]\n" for k in range(n)),
}


#: The likeliest to grow; `make test-all` measures the others too.
QUICK = ("near-duplicates of keys",)


@pytest.mark.parametrize(
    "crowd",
    [pytest.param(crowd, marks=() if crowd in QUICK else pytest.mark.full) for crowd in CROWDS],
)
def test_work_grows_with_the_file_and_no_faster(crowd: str) -> None:
    top = f"categories: [{', '.join(CATEGORIES)}]\nkeywords:\n"
    once, twice = (work_of(top + CROWDS[crowd](number)) for number in (150, 300))
    assert once.total() > 150
    for name, times in twice.items():
        assert times <= 2.1 * once[name] + 50, name


def test_no_more_doubts_are_looked_for_than_are_shown() -> None:
    name = "".join(
        f"  - {{name: n{k}, categories: [cs.{chr(65 + k // 26)}{chr(65 + k % 26)}]}}\n"
        for k in range(300)
    )
    assert work_of(f"keywords:\n{name}")["category_doubt"] < 150


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param(
            "keywords:\n" + "- mri\n" * 10_001,
            "keywords.yaml:1: keywords: more than 10,000 items",
            marks=pytest.mark.full,
        ),
        pytest.param(
            f"keywords: [{'a, ' * 100_000}]",
            "keywords.yaml:1: not valid YAML: more than 100,000 texts and keys; write fewer",
            marks=pytest.mark.full,
        ),
        (
            f"max_papers: {'9' * 5_000}\nkeywords: [mri]",
            "keywords.yaml:1: max_papers: expected a whole number from 1 to 2000, without quotes",
        ),
        (
            f"%YAML {'9' * 5_000}.1\n---\nkeywords: [mri]",
            "keywords.yaml:1: not valid YAML: a number in it is too large",
        ),
        (
            f"categories: [{'k' * 100_000}]\nkeywords: [mri]",
            "keywords.yaml:1: categories: longer than 200 characters",
        ),
    ],
)
def test_what_is_beyond_a_limit_is_one_line(text: str, answer: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    assert str(error.value) == answer


@pytest.mark.full
def test_as_many_keywords_as_are_allowed() -> None:
    config = read("keywords:\n" + "".join(f"- topic {number}\n" for number in range(10_000)))
    assert len(config.keywords) == 10_000


def test_reading_a_file_stays_small_enough_to_follow() -> None:
    entered = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and "daily_papers" in code.co_filename and code.co_name[0] != "<":
            entered.add((code.co_filename, code.co_qualname))

    sys.setprofile(note)
    read("keywords: [mri]")
    sys.setprofile(None)
    entered -= {each for each in entered if "tests" in each[0]}
    assert len(entered) <= 30
    assert len({file for file, _ in entered}) <= 8


@given(st.text(max_size=60))
@example("%YAML 1.1\n%YAML 1.1\n---\na")
@example('"\\UFFFFFFFF"')
@example("? [a, {b: c}]\n: - d")
def test_any_text(text: str) -> None:
    for start in ("", "keywords:\n", "keywords:\n  - name: x\n    any: "):
        read_or_refused((start + text).encode("utf-8", "surrogatepass"))
