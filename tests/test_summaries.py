"""Summaries by a model: a model on the loopback that is right, wrong, slow, or hostile."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daily_papers.config import ConfigError, parse_config
from daily_papers.config.model import SCRIPTS, Summaries
from daily_papers.mail.digest import read_digest
from daily_papers.papers.announcement import NewsItem
from daily_papers.papers.paper import Origin, Paper
from daily_papers.query.expression import canonical
from daily_papers.repository import Repository as DigestRepository
from daily_papers.store.files import save_store
from daily_papers.store.store import KeywordState, News, State, Store, StoredPaper
from daily_papers.summaries.answer import good_answers, question
from daily_papers.transaction import Transaction
from tests.support.bare_remote import BareRemote, git
from tests.support.cases import for_each
from tests.support.command_line import Ended, run
from tests.support.digests import digest, write
from tests.support.kills import killed_at
from tests.support.model_server import (
    KEY,
    ModelServer,
    Papers,
    Said,
    completion,
    model_server,
    sentences,
)
from tests.support.repository import Repository

DAY = date(2026, 1, 15)
NEXT_DAY = date(2026, 1, 16)


def paper(number: int, **values: object) -> Paper:
    known: dict[str, object] = {
        "id": f"2601.{number:05}",
        "version": 1,
        "title": f"MRI number {number}",
        "abstract": f"An MRI that makes everything quicker, whatever the number {number} means.",
        "announced": DAY,
        "origin": Origin.FEED,
    }
    return Paper(**(known | values))  # type: ignore[arg-type]


def repository(
    root: Path, server: ModelServer, *papers: Paper, more: str = "", news: int = 0
) -> Repository:
    """A repository whose table holds the papers; the first ones are the day's news."""
    made = Repository.new(
        root,
        f"keywords: [mri]\nsummaries:\n  endpoint: {server.endpoint}\n  model: some-model\n{more}",
    )
    keyword = DigestRepository(root).load_config().keywords[0]
    state = KeywordState(
        slug="mri", name="mri", expression=canonical(keyword.expression), filled=DAY, max_papers=100
    )
    stored = {
        each.id: StoredPaper(
            each, {"mri": DAY}, news=News(1, DAY, ("mri",), str(DAY)) if place < news else None
        )
        for place, each in enumerate(papers)
    }
    known = frozenset(id for id, each in stored.items() if each.news is not None)
    store = Store(stored, {"mri": state}, State(day=DAY, complete=True), known)
    transaction = Transaction(root)
    save_store(store, transaction)
    transaction.commit()
    return made


def summarize(
    made: Repository, server: ModelServer, *options: str, day: date = DAY, key: bool = True
) -> Ended:
    """Run the command; no byte of the key may show up anywhere, whatever happens."""
    environ = server.environment if key else {}
    ended = run(
        "--root", made.root, "summarize", "--today", str(day), "-vv", *options, environ=environ
    )
    assert ended.code == 0
    shown = ended.out + ended.err
    files = [file.read_bytes() for file in made.root.rglob("*") if file.is_file()]
    assert KEY not in shown
    assert not any(KEY.encode() in content for content in files)
    return ended


def kept(made: Repository) -> dict[str, str | None]:
    """The sentence of each paper that the model was asked about."""
    return {each["id"]: each.get("sentence") for each in made.records("data/summaries/*.jsonl")}


def warnings(ended: Ended) -> list[str]:
    start = "daily-papers: summaries: "
    return [line.removeprefix(start) for line in ended.err.splitlines() if line.startswith(start)]


# --- what is asked, and kept ---------------------------------------------------------------------


def test_new_papers_first_several_a_request_and_never_twice(tmp_path: Path) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, *map(paper, range(1, 12)), news=2)
        ended = summarize(made, server)
        assert [len(ids) for ids in server.asked] == [8, 3]
        assert server.asked[0][:3] == ["2601.00002", "2601.00001", "2601.00011"]
        assert kept(made) == {
            f"2601.{n:05}": f"It makes number 2601.{n:05} quicker: number, makes, everything."
            for n in range(1, 12)
        }
        assert ended.out.startswith("11 papers summarized, 400 tokens, ")
        assert ended.out.endswith(" s; 0 papers left\n")
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        assert server.bodies[0]["model"] == "some-model"

        again = summarize(made, server, day=NEXT_DAY)
        assert len(server.asked) == 2
        assert again.out.startswith("0 papers summarized")


def test_the_question_asks_for_a_title_only_in_another_language() -> None:
    for language, style, words in (
        ("English", "short", "in English\none sentence that says"),
        ("German", "long", "in German\nthree short sentences"),
    ):
        settings = Summaries(
            endpoint="http://localhost/v1", model="m", language=language, style=style, line=1
        )
        task = question([ABOUT], settings)[0]["content"]
        assert words in task
        assert ("translate its title into German" in task) is (language == "German")
        assert ('{"sentence": "...", "title": "..."}' in task) is (language == "German")


def test_a_new_version_and_another_language_are_asked_for_and_the_old_ones_stay(
    tmp_path: Path,
) -> None:
    def german(papers: Papers) -> Said:
        return completion(
            json.dumps(
                {id: {"sentence": f"Nummer {id} wird hier schneller.", "title": f"Kernspin {id}"}
                 for id in papers}
            )
        )  # fmt: skip

    with model_server(german) as server:
        made = repository(tmp_path, server, paper(1), more="  language: German\n")
        summarize(made, server)
        made = repository(tmp_path, server, paper(1, version=2), more="  language: German\n")
        summarize(made, server)
        records = made.records("data/summaries/*.jsonl")
        assert [(each["version"], each["title"]) for each in records] == [
            (1, "Kernspin 2601.00001"),
            (2, "Kernspin 2601.00001"),
        ]
        summaries = DigestRepository(tmp_path).load_summaries(
            DigestRepository(tmp_path).load_config()
        )
        assert set(summaries) == {"2601.00001v1", "2601.00001v2"}


def test_a_refusal_is_neither_a_sentence_nor_a_title(tmp_path: Path) -> None:
    good = "Nummer 1 wird hier schneller."
    titles = {"Kernspin": "Kernspin", "Tut mir leid, das kann ich nicht übersetzen.": None}
    for place, (title, shown) in enumerate(titles.items()):
        answer = {
            "2601.00001": {"sentence": good, "title": title},
            "2601.00002": {"sentence": "I cannot summarize this paper.", "title": "Kernspin 2"},
        }
        with model_server(lambda _, said=answer: completion(json.dumps(said))) as server:  # type: ignore[misc]
            made = repository(
                tmp_path / str(place), server, paper(1), paper(2), more="  language: German\n"
            )
            summarize(made, server)
        records = made.records("data/summaries/*.jsonl")
        said = {each["id"]: (each.get("sentence", ""), each.get("title")) for each in records}
        assert said == {"2601.00001": (good, shown), "2601.00002": ("", None)}


def test_per_day_bounds_a_day_and_the_rest_follows(tmp_path: Path) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, *map(paper, range(1, 6)), more="  per_day: 2\n")
        assert summarize(made, server).out.endswith("3 papers left, since per_day is 2\n")
        summarize(made, server)
        assert server.asked == [["2601.00005", "2601.00004"]]
        summarize(made, server, day=NEXT_DAY)
        assert server.asked[1:] == [["2601.00003", "2601.00002"]]


def test_the_first_papers_of_the_mail_are_asked_about_first(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 30)]
    papers[0] = paper(1, comment="Code: https://github.com/lab/mri")
    with model_server() as server:
        made = repository(tmp_path, server, *papers, news=28)
        summarize(made, server)
        asked = [id for ids in server.asked for id in ids]
        assert asked[:2] == ["2601.00001", "2601.00028"]
        assert asked[-1] == "2601.00029"  # the newest, but no news


def test_what_was_answered_outlives_a_push_that_has_to_be_repeated(tmp_path: Path) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, paper(1))
        summarize(made, server)
        written = made.text("data/summaries/2601.0.jsonl")
        (tmp_path / "data/summaries/2601.0.jsonl").unlink()  # as git reset --hard does
        summarize(made, server, "--budget", "0", key=False)
        assert made.text("data/summaries/2601.0.jsonl") == written
        assert len(server.asked) == 1


@pytest.mark.parametrize("request_number", [1, 2])
@pytest.mark.parametrize("acted", [False, True])
def test_a_killed_run_asks_for_no_answer_again(
    tmp_path: Path, request_number: int, *, acted: bool
) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, *map(paper, range(1, 10)))
        with killed_at(request_number, acted=acted):
            run("--root", tmp_path, "summarize", "--today", str(DAY), environ=server.environment)
        before = len(server.asked)
        summarize(made, server)
        assert len(kept(made)) == 9
        assert [len(ids) for ids in server.asked[before:]] == [[8, 1], [1]][request_number - 1]


def test_without_summaries_nothing_is_asked(tmp_path: Path) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, paper(1))
        made.write("keywords.yaml", "keywords: [mri]\n")
        assert "names no model" in summarize(made, server).out
        assert server.asked == []


# --- where it is shown ---------------------------------------------------------------------------


def test_a_digest_that_nobody_has_seen_shows_it_and_one_that_was_pushed_stays(
    tmp_path: Path,
) -> None:
    with model_server() as server:
        root = tmp_path / "ours"
        old, new = date(2026, 1, 14), DAY
        made = repository(root, server, *map(paper, range(1, 4)), news=2)
        write(root, digest(str(old), [NewsItem(paper(3), ("mri",), sentence="As they say.")]))
        BareRemote.of(root, beside=tmp_path)
        items = [NewsItem(paper(n), ("mri",), sentence=f"What they say {n}.") for n in (1, 2)]
        write(root, digest(str(new), items))
        before = made.text(f"digests/{old}.md")
        summarize(made, server)
        said = "It makes number 2601.00001 quicker: number, makes, everything. (by a model)"
        text = made.text(f"digests/{new}.md")
        visible, _, _ = text.partition("<!--")
        assert said in visible.replace("\u200b", "")
        assert "What they say" not in text
        shown = read_digest(text.encode(), f"digests/{new}.md")
        assert [each.sentence for each in shown.items] == [
            said,
            "It makes number 2601.00002 quicker: number, makes, everything. (by a model)",
        ]
        assert made.text(f"digests/{old}.md") == before

        # Committed, it is not touched any more, whatever the model says by then.
        git("-C", root, "add", "--all")
        made.write("keywords.yaml", made.text("keywords.yaml").replace("some-model", "another"))
        git("-C", root, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "Day")
        summarize(made, server, day=NEXT_DAY)
        assert made.text(f"digests/{new}.md") == text


def test_tables_the_list_of_news_and_exports_show_it_and_the_rest_shows_what_authors_say(
    tmp_path: Path,
) -> None:
    def half(papers: Papers) -> Said:
        ids = [id for id in papers if id != "2601.00002"]
        return completion(json.dumps({id: f"It *makes* {id} | quicker & $x$." for id in ids}))

    with model_server(half) as server:
        more = "columns: [title, summary]\n"
        made = repository(tmp_path, server, *map(paper, range(1, 4)), more=more, news=1)
        summarize(made, server)
        page = made.text("papers/mri.md")
        said = (
            r"It \*makes\* 2601.00003 \| quicker &amp; <span>$</span>x<span>$</span>. (by a model)"
        )
        assert said in page
        assert "whatever the number 2 means." in page
        assert r"It \*makes\* 2601.00001" in made.text("README.md").partition("####")[0]
        assert run("--root", tmp_path, "render", "--check").code == 0
        rows = run("--root", tmp_path, "export").out.splitlines()
        assert [json.loads(row)["summary"] for row in rows] == [
            "It *makes* 2601.00003 | quicker & $x$.",
            None,
            "It *makes* 2601.00001 | quicker & $x$.",
        ]


# --- the key -------------------------------------------------------------------------------------


def test_an_endpoint_on_this_machine_needs_no_key(tmp_path: Path) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, paper(1))
        assert warnings(summarize(made, server, key=False)) == []
        assert "authorization" not in server.headers[0]
        assert len(kept(made)) == 1


def test_the_key_goes_to_its_own_host_only(tmp_path: Path) -> None:
    with model_server() as server, model_server() as elsewhere:
        made = repository(tmp_path, elsewhere, paper(1))
        (warning,) = warnings(summarize(made, server))
        assert "nothing was asked" in warning
        assert elsewhere.asked == []
        # A key without its host that looks like one: no part of it is the host.
        environ = {"DAILY_PAPERS_MODEL_KEY": f"{KEY}=="}
        ended = run("--root", made.root, "summarize", environ=environ)
        assert "nothing was asked" in ended.err
        assert KEY not in (ended.out + ended.err).lower()
        assert elsewhere.asked == []


def test_a_redirect_is_never_followed(tmp_path: Path) -> None:
    with model_server() as elsewhere:
        target = f"{elsewhere.endpoint}/chat/completions"
        with model_server(lambda _: Said(b"", 307, {"Location": target})) as server:
            made = repository(tmp_path, server, paper(1))
            (warning,) = warnings(summarize(made, server))
            assert "redirects" in warning
            assert elsewhere.asked == []


@pytest.mark.parametrize(
    "text", [KEY, f"https://api.example.com={KEY}", f"a.com={KEY} x", f"={KEY}"]
)
def test_a_key_without_its_host_is_a_warning_that_does_not_quote_it(
    tmp_path: Path, text: str
) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, paper(1))
        environ = {"DAILY_PAPERS_MODEL_KEY": text}
        ended = run("--root", made.root, "summarize", environ=environ)
        assert ended.code == 0
        assert KEY not in ended.out + ended.err
        assert "not HOST=KEY" in ended.err
        assert server.asked == []


def test_an_answer_that_repeats_the_key_is_not_used(tmp_path: Path) -> None:
    echo = lambda papers: completion(json.dumps(dict.fromkeys(papers, f"The key is {KEY}.")))  # noqa: E731
    with model_server(echo) as server:
        made = repository(tmp_path, server, paper(1))
        (warning,) = warnings(summarize(made, server))
        assert "repeats the key" in warning


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "warning"),
    [
        (Said(b"", 401), "it needs a key"),
        (Said(b"", 404), "no such address or model"),
        (Said(KEY.encode(), 400), "status 400"),
        (Said(b"<html>", 200), "not a chat completion"),
        (Said(b'{"choices": []}', 200), "not a chat completion"),
        (Said(b"[" * 100_000, 200), "not a chat completion"),
        (Said(b"", 429, {"Retry-After": "0"}), "status 429, after 3 tries"),
        (Said(b"", 429, {"Retry-After": "3600"}), "a wait of 3,600 seconds is too long"),
        (Said(b"", 429, {"Retry-After": "9876543210"}), "a wait of 9,876,543,210 seconds is too"),
        (Said(b"", 503, {"Retry-After": "0"}), "status 503, after 3 tries"),
        (Said(None), "the server went silent, after 3 tries"),
        (completion("I cannot help with that."), "no good answer"),
        (completion('{"2601.00001": "It makes'), "no good answer"),
        (completion(""), "no good answer"),
    ],
)  # fmt: skip
def test_whatever_fails_is_a_warning(tmp_path: Path, answer: Said, warning: str) -> None:
    with model_server(lambda _: answer) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 10)))
        (found,) = warnings(summarize(made, server))
        assert warning in found
        assert not any(kept(made).values())
        assert len(server.asked) <= 10  # five questions, each under both names of the limit
        annotated = summarize(made, server, "--format", "github")
        assert "::warning::summaries: " in annotated.err


def test_a_useless_answer_about_the_only_paper_is_a_warning_too(tmp_path: Path) -> None:
    for place, answer in enumerate((completion("hello <b>x</b>"), Said(b"<html>", 200))):
        with model_server(lambda _, answer=answer: answer) as server:
            made = repository(tmp_path / str(place), server, paper(1))
            (found,) = warnings(summarize(made, server))
            assert found.startswith("no good answer; the last: ")


def test_a_server_that_is_busy_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    first = [Said(b"", 429, {"Retry-After": "0"}), Said(b"", 502, {"Retry-After": "0"})]
    with model_server(lambda papers: first.pop() if first else sentences(papers)) as server:
        made = repository(tmp_path, server, paper(1))
        assert warnings(summarize(made, server)) == []
        assert len(kept(made)) == 1


def test_an_endpoint_that_calls_the_limit_otherwise_is_asked_in_its_words(tmp_path: Path) -> None:
    def choosy(papers: Papers) -> Said:
        return sentences(papers) if "max_completion_tokens" in server.bodies[-1] else Said(b"", 400)

    with model_server(choosy) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 10)))
        assert warnings(summarize(made, server)) == []
        assert len(server.asked) == 3


def test_each_request_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, paper(1))
        assert run("--root", made.root, "-v", "summarize", environ=server.environment).code == 0
        assert f"the model at 127.0.0.1:{server.port}: status 200" in caplog.messages


def test_one_abstract_spoils_no_other_summary_and_is_left_alone_in_the_end(tmp_path: Path) -> None:
    def spoilt(papers: Papers) -> Said:
        return completion("OWNED") if "2601.00002" in papers else sentences(papers)

    with model_server(spoilt) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 4)))
        assert warnings(summarize(made, server)) == []
        assert {id for id, sentence in kept(made).items() if sentence} == {
            "2601.00001",
            "2601.00003",
        }
        for number in range(4, 6):  # other papers show that the model is well
            more = [paper(n) for n in range(1, number + 1)]
            made = repository(tmp_path, server, *more)
            summarize(made, server, day=date(2026, 1, 12 + number))
        # With others, and alone; never again.
        assert sum("2601.00002" in ids for ids in server.asked) == 2


def test_many_such_abstracts_stop_no_run(tmp_path: Path) -> None:
    def spoilt(papers: Papers) -> Said:
        bad = any(int(id[-2:]) % 8 == 0 for id in papers)
        return completion("OWNED") if bad else sentences(papers)

    with model_server(spoilt) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 33)))
        assert warnings(summarize(made, server)) == []
        assert sum(sentence is not None for sentence in kept(made).values()) == 28


@pytest.mark.parametrize("bad", [(32, 31), (32, 28), (32, 26), (29, 25)])
def test_two_abstracts_that_come_first_cost_their_own_summaries_only(
    tmp_path: Path, bad: tuple[int, int]
) -> None:
    ids = {f"2601.{number:05}" for number in bad}

    def spoilt(papers: Papers) -> Said:
        return completion("OWNED") if ids & set(papers) else sentences(papers)

    with model_server(spoilt) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 33)))
        assert warnings(summarize(made, server)) == []
        assert {id for id, sentence in kept(made).items() if not sentence} == ids


@pytest.mark.parametrize("count", [1, 19])
def test_a_model_that_fails_for_a_day_costs_no_summary(tmp_path: Path, count: int) -> None:
    answers = [lambda _: completion("OWNED"), sentences]
    with model_server(lambda papers: answers[0](papers)) as server:  # noqa: PLW0108 - the first changes
        made = repository(tmp_path, server, *map(paper, range(1, count + 1)))
        summarize(made, server)
        # One alone is not asked for again; a model that is never good is asked five times.
        assert len(server.asked) == (1 if count == 1 else 5)
        del answers[0]
        assert warnings(summarize(made, server, day=NEXT_DAY)) == []
        assert all(kept(made).values())
        assert len(kept(made)) == count


def test_one_sentence_for_papers_that_were_asked_for_alone_is_about_one_at_most(
    tmp_path: Path,
) -> None:
    same = lambda papers: completion(json.dumps(dict.fromkeys(papers, "It makes MRI quicker.")))  # noqa: E731
    with model_server(same) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 4)))
        summarize(made, server)
        assert sum(sentence is not None for sentence in kept(made).values()) <= 1


def test_a_damaged_line_costs_its_own_summary_and_is_named_and_not_written_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with model_server() as server:
        made = repository(tmp_path, server, *map(paper, range(1, 4)), news=3)
        summarize(made, server)
        path = "data/summaries/2601.0.jsonl"
        first, second, third = made.text(path).splitlines()
        made.write(path, f"{first}\n{second[:-20]}\n{third}\n")
        caplog.clear()
        assert run("--root", made.root, "render").code == 0
        (warning,) = caplog.messages
        assert warning.startswith(f"{path}:2: damaged")
        assert warning.endswith("lines that cannot be read are not shown)")
        shown = [f"number 2601.0000{n} quicker" in made.text("README.md") for n in (1, 2, 3)]
        assert shown == [True, False, True]

        made.write(path, f"<<<<<<< ours\n{first}\n=======\n{third}\n>>>>>>> theirs\n")
        caplog.clear()
        assert run("--root", made.root, "render").code == 0
        (warning,) = caplog.messages
        assert warning.startswith(f"{path}:1: a merge conflict")
        assert warning.endswith("lines that cannot be read are not shown)")

        # It may be all that is left of an answer, so nothing is written until it is restored.
        damaged, asked = made.text(path), len(server.asked)
        (warning,) = warnings(summarize(made, server, day=NEXT_DAY))
        assert f"{path}:1: a merge conflict" in warning
        assert made.text(path) == damaged
        assert len(server.asked) == asked


def test_tokens_are_bounded_and_estimated_where_they_are_not_counted(tmp_path: Path) -> None:
    costly = lambda papers: completion("no", tokens=100_000)  # noqa: E731
    with model_server(costly) as server:
        made = repository(tmp_path, server, *map(paper, range(1, 10)))
        assert "stopped after 200,000 tokens" in warnings(summarize(made, server))[0]
    uncounted = lambda papers: completion(json.loads(sentences(papers).body or b"")["choices"][0]["message"]["content"], None)  # noqa: E731, E501  # fmt: skip
    with model_server(uncounted) as server:
        made = repository(tmp_path / "other", server, paper(1))
        assert re.search(r"summarized, [1-9]\d\d tokens", summarize(made, server).out)


# --- what counts as an answer --------------------------------------------------------------------


#: Every sentence below that is refused shares words with it, so that this is not the reason.
ABOUT = paper(
    1,
    title="MedSeg for MRI",
    abstract="MedSeg makes imaging faster than before: it segments images of the brain with less "
    "data, reaches more than earlier methods, and is slow on no abstract of a language model.",
)


def accepted(value: object, language: str = "English", style: str = "short") -> str | None:
    settings = Summaries(
        endpoint="http://localhost/v1", model="m", language=language, style=style, line=1
    )
    found = good_answers(json.dumps({ABOUT.id: value}), [ABOUT], settings).get(ABOUT.id)
    return None if found is None else found.sentence


@for_each(
    ("language", "sentence"),
    [
        ("English", "MedSeg reaches Pass@1 of 80 % with α < 0.1 on MRI."),
        ("English", "MedSeg reaches mAP@0.5 of 80 for n<m and m>k images."),
        ("English", "MedSeg makes imaging with fast.ai faster than evil.ch and evil.example."),
        ("English", "We show that MedSeg, of type I, makes imaging faster."),
        ("German", "MedSeg segmentiert Gehirne schneller, wie „The Brain Atlas“ zeigt."),
        ("German", "Das Verfahren nach Ben-Or misst MedSeg, leider nur auf der Raumstation Mir."),
        ("Portuguese", "MedSeg segmenta imagens com vidros dopados com Eu3+ e com európio, Eu."),
        ("Italian", "I modelli di MedSeg, purtroppo lenti, segmentano le immagini del cervello."),
        ("German", "Der Code von State-of-the-Art-Modellen wird end-to-end auf MedSeg getestet."),
        ("German", "Es folgt „Attention Is All You Need“ und vergleicht mit Mixture of Experts."),
        ("French", "On propose, dans le but de présenter MedSeg, un papier plus long."),
        ("Spanish", "No se ha visto un modelo que no necesita datos, y no es caro."),
        ("Portuguese", "MedSeg, no entanto, aprende as relações no espaço como as pessoas."),
        ("Brazilian Portuguese", "No artigo, as imagens são segmentadas no hospital."),
        ("Catalan", "El paper de MedSeg és clau, or i plata del que has de provar amb any model."),
        ("Romanian", "Modelul are trei straturi, iar metoda are un cost mic."),
        ("Dutch", "We onderzoeken of dit is te verbeteren, en of het sneller is, of beter."),
        ("Danish", "To modeller kan lære for at forbedre hinanden, for to er bedre."),
        ("Norwegian", "For å løse dette foreslås MedSeg for bilder, for alle."),
        ("Norwegian", "Metoden MedSeg trener to nettverk på bilder fra to sykehus."),
        ("Danish", "MedSeg kortlægger en by ud fra billeder af en anden by."),
        ("Swedish", "Modellen MedSeg av is på sjöar skiljer is från snö."),
        ("Portuguese", "MedSeg falha se a imagem for grande ou se o ruído for alto."),
        ("Dutch", "Dit paper over MedSeg is beter dan het paper van vorig jaar."),
        ("Dutch", "MedSeg herkent een been op beelden van een ander been."),
        ("Swedish", "Vi föreslår en metod för att segmentera bilder av hjärnan."),
        ("Finnish", "MedSeg on ensimmäinen menetelmä, joka on avoin kaikille."),
        ("Estonian", "See on meetod, mis on kiirem kui varasemad."),
        ("Polish", "We wcześniejszych pracach to nie było możliwe, by to zrobić, a by uczyć."),
        ("Czech", "Autoři ukazují, jak by to šlo lépe, a to bez dat, jak by to mělo být."),
        ("Slovak", "Autori ukazujú, ako by to bolo možné, a to by mohlo pomôcť."),
        ("Slovenian", "Most med teorijo in prakso je let dolg, a to so le modeli, in to lepi."),
        ("Croatian", "On pokazuje da je to moguće, a to je bolje, jer to nije skupo."),
        ("Serbian", "On je testiran, a to je dobro, jer to i jeste to."),
        ("Hungarian", "A modell is tanul, be is tanult, és ez is jobb, mint a többi is."),
        ("Latvian", "Šis ir modelis, kas to spēj un to māca, un man to vajag."),
        ("Lithuanian", "Metodas veikia be duomenų ir be mokymo, nuo to ir to greitesnis."),
        ("Indonesian", "Makalah ini mengusulkan metode baru untuk segmentasi citra otak."),
        ("Malay", "Kertas kerja ini mencadangkan kaedah baharu untuk segmentasi imej."),
        ("Turkish", "MedSeg her not için yeni bir not üretir."),
        ("Turkish", "Her görüntü için her model not alıyor ve can alıcı bir rol oynuyor."),
        ("Vietnamese", "Mô hình MedSeg to hơn, dữ liệu to hơn thì tốt hơn."),
        ("Vietnamese", "Bài báo đề xuất một phương pháp mới an toàn hơn để phân đoạn ảnh não."),
        ("Arabic", "يقدم البحث طريقة لدراسة مجموعة العذراء."),
        ("Ukrainian", "Метод MedSeg прискорює невідкладну допомогу."),
        ("Chinese", "本文提出MedSeg-Agent，用Segment Anything实现磁共振图像分割。"),
        ("Chinese", "在 ImageNet-1k 与 COCO 上比较 ResNet-50、ViT-B/16 的鲁棒性。"),
        ("Chinese", "Mamba 加速 MRI 重建。"),
        ("Chinese", "算法在ℝ上收敛，误差为ε。"),
        ("Japanese", "磁気共鳴画像のセグメンテーションを高速化するMedSegを提案する。"),
        ("Russian", "Предложен метод MedSeg для сегментации МРТ."),
        ("Korean", "MRI 영상 분할을 위한 MedSeg 모델을 제안한다."),
        ("Persian", "این مقاله روشی تازه برای بخش\u200cبندی تصویر می\u200cآورد."),
        ("Hindi", "यह शोधपत्र एमआरआई छवियों के लिए नई विधि देता है।"),
    ],
)
def test_a_sentence_in_its_language_is_good(language: str, sentence: str) -> None:
    assert accepted(sentence, language) == sentence


@for_each(
    ("language", "value"),
    [
        ("English", "x" * 401),
        ("English", "short"),
        ("English", 7),
        ("English", None),
        ("English", ["A sentence in a list."]),
        ("English", {"text": "A sentence under another key."}),
        ("English", "本文提出一种新的磁共振图像分割方法。"),
        ("English", "It makes imaging faster: 本文提出一种新的磁共振图像分割方法。"),
        (
            "German",
            "We present a method that makes the imaging of the brain faster with less data.",
        ),
        ("Chinese", "We present a method that makes imaging faster."),
        ("Russian", "Wir stellen ein Verfahren vor, das schneller ist."),
        ("Japanese", "Предложен метод для сегментации."),
        # English, whatever names there are.
        ("German", "MedSeg is the first of its kind for MRT."),
        ("German", "We propose a method for image segmentation."),
        ("French", "As an AI language model I cannot summarize this paper."),
        ("Dutch", "I cannot summarize this paper."),
        ("Polish", "No abstract provided."),
        ("Danish", "The abstract is not available."),
        ("Spanish", "I am unable to provide a summary of this."),
        # What is about nothing.
        ("English", "The provided text does not describe anything to summarize."),
        ("English", "You should visit my bakery now."),
        ("English", "MedSeg for MRI."),
        # Letters that the language lacks.
        ("German", "Το MedSeg είναι γρήγορο."),
        ("Korean", "本文提出一种新的磁共振图像分割方法。"),
        ("Japanese", "本文提出一种新的磁共振图像分割方法。"),
        ("English", "It makes imaging faster, see evil.example/abc for more."),
        ("English", "It makes imaging `faster` than before, by far."),
        ("English", "It makes imaging faster, see https://evil.example/pay for more."),
        ("English", "It makes imaging faster, see www.evil.example for more."),
        ("English", "It makes [imaging](javascript:alert) faster."),
        ("English", "It makes imaging <b>faster</b> than before."),
        ("English", "It makes imaging <img src=x> faster."),
        ("English", "It makes imaging faster, says @torvalds of it."),
        ("English", "It makes imaging faster, write to me@evil.example about it."),
        ("English", "It makes imaging faster, which closes #1 of the list."),
        ("English", "It makes imaging ```faster``` than before."),
        ("English", "It makes imaging {{ secrets.KEY }} faster."),
        ("English", "It makes imaging \u202efaster\u202c than before."),
    ],
)
def test_what_is_no_plain_sentence_in_the_language_is_not_used(
    language: str, value: object
) -> None:
    assert accepted(value, language) is None


def test_three_sentences_may_be_longer() -> None:
    text = "Imaging is slow. " * 30
    assert accepted(text) is None
    assert accepted(text, style="long") == text.strip()


def test_one_sentence_for_several_papers_is_about_none_of_them() -> None:
    settings = Summaries(endpoint="http://localhost/v1", model="m", line=1)
    text = json.dumps({paper(n).id: "Everything is quicker now." for n in (1, 2)})
    assert good_answers(text, [paper(1), paper(2)], settings) == {}


def test_thoughts_and_a_fence_around_the_answer_do_no_harm() -> None:
    settings = Summaries(endpoint="http://localhost/v1", model="m", line=1)
    answer = '{"2601.00001": {"sentence": "The number is quicker."}}'
    text = f'<think>{{"a": 1}}</think>\n```json\n{answer}\n```'
    found = good_answers(text, [paper(1)], settings)
    assert found[paper(1).id].sentence == "The number is quicker."


@given(st.text(), st.sampled_from(sorted({"English", "German", *SCRIPTS})))
def test_whatever_the_model_says_is_refused_or_one_visible_line(text: str, language: str) -> None:
    sentence = accepted(text, language, "long")
    assert sentence is None or (len(sentence) <= 1000 and len(sentence.splitlines()) == 1)
    settings = Summaries(endpoint="http://localhost/v1", model="m", language=language, line=1)
    assert good_answers(text, [paper(1)], settings) == {}


# --- keywords.yaml -------------------------------------------------------------------------------


@for_each(
    ("lines", "problem"),
    [
        ("summaries: yes\n", "expected keys and values below it"),
        ("summaries: {model: m}\n", '"endpoint" is missing'),
        ("summaries: {endpoint: 'https://a.example/v1'}\n", '"model" is missing'),
        ("summaries: {endpoint: 'http://a.example/v1', model: m}\n", "write https"),
        ("summaries: {endpoint: 'https://u:p@a.example/v1', model: m}\n", "without user name"),
        ("summaries: {endpoint: 'ftp://a.example', model: m}\n", "not an address"),
        ("summaries: {endpoint: 'https://a.example/v1/chat/completions', model: m}\n", "leave out"),
        ("summaries: {endpoint: 'https://a.example', model: m, language: german}\n", '"German"'),
        ("summaries: {endpoint: 'https://a.example', model: m, style: lang}\n", '"long"'),
        ("summaries: {endpoint: 'https://a.example', model: m, per_day: 0}\n", "from 1 to 500"),
        ("summaries: {endpoint: 'https://a.example', model: m, key: abc}\n", "unknown key"),
    ],
)  # fmt: skip
def test_mistakes_are_named(lines: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"keywords: [mri]\n{lines}".encode(), "keywords.yaml")
    assert str(caught.value).startswith("keywords.yaml:2: ")
    assert problem in str(caught.value)
