"""Channels against real servers on the loopback: each part of each digest to each channel, once."""

from __future__ import annotations

import itertools
import re
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from daily_papers.errors import UsageError
from daily_papers.github_actions import Addresses
from daily_papers.mail import chat, smtp
from daily_papers.mail.channels import ChannelFailed
from daily_papers.mail.delivery import read_channels, send_test
from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import (
    HTML,
    MARKDOWN,
    SLACK,
    TEXT,
    Form,
    Room,
    harmless_text,
    pages_of,
    rows_of,
)
from daily_papers.mail.issue import Mark, Marks, find_part_key
from daily_papers.mail.notify import NotifyOptions, notify
from tests.support.clock import PassingClock
from tests.support.command_line import Ended, run, run_apart
from tests.support.digests import digest, item, write
from tests.support.dripping import Dripping
from tests.support.github import TOKEN, Fault, GitHubStandIn
from tests.support.kills import killed_at
from tests.support.services import authority, serving_hook, serving_mail

SECRET = "pa55word-t0ken"


@pytest.fixture(scope="module")
def github() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as github:
        yield github


@dataclass
class Reader:
    """A digest repository with channels."""

    root: Path
    github: GitHubStandIn
    channels: str = ""
    today: date = date(2026, 11, 20)
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": self.github.repository,
            "GITHUB_API_URL": self.github.address,
            "DAILY_PAPERS_TODAY": str(self.today),
            "DAILY_PAPERS_CHANNELS": self.channels,
        }

    def test(self) -> int:
        return send_test(self.environment, self.said.append, self.warned.append)

    def notify(self, **options: object) -> int:
        return notify(
            self.root,
            self.environment,
            NotifyOptions(**options),  # type: ignore[arg-type]
            clock=PassingClock(),
            say=self.said.append,
            warn=self.warned.append,
        )

    def marks(self, issue: int = 0) -> str:
        key = find_part_key(self.github.issues[issue]["body"])
        assert key is not None
        return str(key.marks)


@pytest.fixture
def reader(tmp_path: Path, github: GitHubStandIn) -> Reader:
    github.empty()
    return Reader(tmp_path, github)


def ids(*numbers: int) -> list[str]:
    return [f"2611.{number:05}" for number in numbers]


HOSTILE = (
    "@here *a* _b_ `c` ~d~ | <!channel> <at id=all> [x](https://evil.com) evil.com"
    " https://evil.com <img> &amp; /go"
)


@pytest.fixture
def trusting(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process trust the servers of the test, and no others."""
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority().cert_pem.write_to_path(file)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


SERVICES = {
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", 3_000),
    "discord": ("discord://123456789012345678/" + "a" * 68, 2_000),
    "telegram": ("tgram://123456789:abcdefg_hijklmnop/12315544/", 4_096),
    "feishu": ("feishu://abc123", 20_000),
    "matrix": ("matrix://user:password@127.0.0.1:{port}/!room:h", 65_000),
    "json": ("json://127.0.0.1:{port}/", 32_768),
}


def texts(sent: object) -> Iterator[str]:
    """All texts in what a service was sent."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict | list):
        for each in sent.values() if isinstance(sent, dict) else sent:
            yield from texts(each)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_shows_every_paper_and_does_nothing_that_a_title_says(
    reader: Reader, trusting: None, monkeypatch: pytest.MonkeyPatch, name: str
):
    address, limit = SERVICES[name]
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)  # between two messages
    news = [item(each, title=f"{HOSTILE} {each}", sentence=HOSTILE * 3) for each in range(25)]
    write(reader.root, digest("2026-11-20", news))
    with serving_hook() as hook:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hook.port}")
        reader.channels = f"{name} = {address.format(port=hook.port)}"
        assert reader.notify() == 0, reader.warned
        assert reader.notify() == 0
    shown = [text for _, sent in hook.sent for text in texts(sent)]
    assert all(len(text.encode()) <= limit for text in shown)
    together = "\n".join(shown)
    assert sorted(re.findall(r"abs/([\d.]+\d)v", together)) == ids(*range(25))
    assert len(hook.sent) > 1
    addresses = re.findall(r"https?://[^\s|>)\"]+", together)
    assert all(re.match(r"https://(arxiv\.org/abs|github\.com/reader)/", a) for a in addresses)
    # It has no escapes: what is one elsewhere is shown.
    assert name != "slack" or "\\" not in together
    for alive in ("@here", "<!", "<at", "](https://evil", "evil.com", "<img", " /go"):
        assert alive not in together


def test_brackets_and_backslashes_in_a_title_leave_its_link_whole(
    reader: Reader, trusting: None, monkeypatch: pytest.MonkeyPatch
):
    """Apprise reads Markdown for some services once more."""
    titles = ["(0,1] and", "on [0,1)", "plain", "last [one", "x](y", "[Re] [18F](FDG)", "back\\"]
    news = [item(each, title=title) for each, title in enumerate(titles)]
    write(reader.root, digest("2026-11-20", news))
    links = {
        "slack": (SERVICES["slack"][0], r"<https://arxiv\.org/abs/2611\.0000(\d)v1\|([^\n]*)>\*"),
        "telegram": (
            f"{SERVICES['telegram'][0]}?format=markdown",
            r"\*\[([^\n]*)\]\(https://arxiv\.org/abs/2611\.0000(\d)v1\)\*",
        ),
    }
    with serving_hook() as hook:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hook.port}")
        reader.channels = "\n".join(f"{name} = {address}" for name, (address, _) in links.items())
        assert reader.notify() == 0, reader.warned
    together = "\n".join(text for _, sent in hook.sent for text in texts(sent))
    shown = together.replace("\u200b", "")
    assert {(int(a), b) for a, b in re.findall(links["slack"][1], shown)} == set(enumerate(titles))
    assert "\\](" not in together
    assert len(re.findall(links["telegram"][1], shown)) == len(titles)


def test_telegram_shows_an_empty_line_between_papers(
    reader: Reader, trusting: None, monkeypatch: pytest.MonkeyPatch
):
    write(reader.root, digest("2026-11-20", [1, 2]))
    with serving_hook() as hook:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hook.port}")
        reader.channels = f"telegram = {SERVICES['telegram'][0]}"
        assert reader.notify() == 0, reader.warned
    together = "\n".join(text for _, sent in hook.sent for text in texts(sent))
    assert re.search(r"cs\.CV\r?\n\u200b\r?\n<b><a href", together)


@pytest.mark.parametrize(
    ("server", "scheme", "mode"),
    [("ssl", "mailtos", "&mode=ssl"), ("starttls", "mailtos", ""), ("starttls", "mailto", "")],
)
def test_mail_goes_out_encrypted_to_whom_it_may_trust(
    reader: Reader, trusting: None, server: str, scheme: str, mode: str
):
    write(reader.root, digest("2026-11-20", [item(1, title=HOSTILE)]))
    with serving_mail(server) as inbox:
        reader.channels = f"m = {scheme}://127.0.0.1:{inbox.port}/?from=bot@example.org{mode}"
        assert reader.notify() == 0, reader.warned
    ((_, mail),) = inbox.mails
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "https://arxiv.org/abs/2611.00001v1" in text
    assert all(alive not in text + html for alive in ("@here", "evil.com", "<at", "<!c"))


def test_mail_does_not_go_to_a_server_that_nobody_vouches_for(reader: Reader):
    write(reader.root, digest("2026-11-20", [1]))
    with serving_mail("starttls") as inbox:
        reader.channels = f"mail = mailtos://127.0.0.1:{inbox.port}/?from=bot@example.org"
        assert reader.notify() == 3
    assert inbox.mails == []
    assert "no valid certificate" in reader.warned[0]


def test_each_digest_goes_to_each_channel_once(reader: Reader):
    with serving_hook() as hook, serving_mail() as inbox:
        reader.channels = (
            f"chat = json://reader:{SECRET}@127.0.0.1:{hook.port}/?format=markdown\n"
            f"mail = mailto://bot:@127.0.0.1:{inbox.port}/?from=bot@example.org"
            "&to=ada@example.org,emmy@example.org\n"
        )
        write(reader.root, digest("2026-11-20", range(3)))
        assert reader.notify() == 0
        assert reader.notify() == 0
    (message,) = hook.messages
    assert "[Paper number 1](https://arxiv.org/abs/2611.00001v1)" in message
    assert hook.papers() == ids(2, 1, 0)
    assert [address for address, _ in inbox.mails] == ["ada@example.org", "emmy@example.org"]
    assert reader.marks() == "since=2026-11-20 channels=chat:1/3;mail:1,2/0"
    assert len(reader.github.issues) == 1
    assert not reader.github.comments


def test_a_mail_has_both_forms_and_the_same_identity_when_it_is_repeated(reader: Reader):
    with serving_mail() as inbox:
        reader.channels = f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org"
        write(reader.root, digest("2026-11-20", [item(1, title="<b>Bold</b> & evil.com")]))
        for request in range(1, 12):
            reader.github.empty()
            with killed_at(request, acted=False):
                reader.notify()
            if inbox.mails:
                break
        reader.notify()
        reader.notify()
    (to, first), (_, again) = inbox.mails
    assert to == "bot@example.org"
    assert first["Message-ID"] == again["Message-ID"] == "<2026-11-20/1/reader/digests@github.com>"
    assert first["Subject"] == "1 new: mri · 2026-11-20"
    assert first["List-Id"] == "reader/digests <digests.reader.github.com>"
    assert first["List-Unsubscribe"] == "<mailto:bot@example.org?subject=unsubscribe>"
    text, html = (part.get_content() for part in first.iter_parts())
    assert "https://arxiv.org/abs/2611.00001v1" in text
    assert '<a href="https://arxiv.org/abs/2611.00001v1">&lt;' in html
    assert "<b>Bold" not in html
    assert "color-scheme" in html


@pytest.mark.parametrize(
    "name",
    [
        "diffusion models of all kinds for pictures of hearts",
        "öffentliche Prüfung größerer Gefäße für Ärzte, üben",
        "扩散模型 与 医学图像 分割 的 深度学习 方法 以及 临床 磁共振 成像 应用",
    ],
)
def test_a_subject_arrives_with_its_spaces_and_all_in_short_lines(reader: Reader, name: str):
    with serving_mail() as inbox:
        reader.channels = f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org"
        news = [item(1, "a", title="long " * 90), item(2, "b")]
        names = (("a", name), ("b", "pictures of the head"))
        write(reader.root, digest("2026-11-20", news, keyword_names=names))
        assert reader.notify() == 0
    ((_, mail),) = inbox.mails
    assert mail["Subject"] == f"2 new: {name} 1 … · 2026-11-20"
    lines = [*dict(mail.raw_items())["Subject"].splitlines(), *mail.as_bytes().splitlines()]
    assert max(map(len, lines)) <= 78


def test_a_refused_recipient_is_tried_again_alone_and_holds_up_nobody(reader: Reader):
    with serving_mail() as inbox:
        inbox.refused = {"ada@example.org"}
        reader.channels = (
            f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org"
            "&to=ada@example.org,emmy@example.org"
        )
        write(reader.root, digest("2026-11-20", [1]))
        assert reader.notify() == 3
        assert reader.marks().endswith("mail:2/0")
        assert "recipient 1" in reader.warned[0]
        inbox.refused = set()
        assert reader.notify() == 0
    assert [address for address, _ in inbox.mails] == ["emmy@example.org", "ada@example.org"]


def test_a_channel_that_fails_goes_on_where_it_stopped_for_seven_days(reader: Reader):
    with serving_hook() as hook:
        reader.channels = f"chat = json://127.0.0.1:{hook.port}"
        hook.status = 503
        write(reader.root, digest("2026-11-20", [1]))
        assert reader.notify() == 3
        assert len(reader.github.issues) == 1
        reader.today += timedelta(days=7)
        hook.status = 200
        write(reader.root, digest("2026-11-27", [2]))
        assert reader.notify() == 0
        assert hook.papers() == ids(1, 2)
        hook.status = 503
        write(reader.root, digest("2026-11-28", [3]))
        assert reader.notify() == 3
        reader.today += timedelta(days=8)
        hook.status = 200
        assert reader.notify() == 0
        assert hook.papers() == ids(1, 2)


@pytest.mark.parametrize(
    ("was", "made_of_it"),
    [
        (r"channels=\S+", "channels="),
        (r" since=.* -->", " -->"),
        (r" since=\S+", ""),
        (r"channels=\S+", "as I like it"),
        (r" since", "  since"),
        (r" since", "\nsince"),
    ],
)
def test_marks_that_a_person_has_changed_send_nothing_again(
    reader: Reader, was: str, made_of_it: str
):
    with serving_hook() as hook:
        reader.channels = f"chat = json://127.0.0.1:{hook.port}"
        write(reader.root, digest("2026-11-20", [1]))
        hook.status = 503
        reader.notify()
        hook.status = 200
        issue = reader.github.issues[0]
        issue["body"], changes = re.subn(was, made_of_it, issue["body"])
        assert changes == 1
        assert reader.notify() == 0
        assert (len(reader.github.issues), hook.papers()) == (1, [])


def test_an_address_that_became_wrong_is_named_before_the_next_digest(reader: Reader):
    with serving_hook() as hook:
        reader.channels = f"chat = json://127.0.0.1:{hook.port}"
        write(reader.root, digest("2026-11-20", [1]))
        assert reader.notify() == 0
        reader.channels = "chat = jsom://127.0.0.1"
        assert reader.notify() == 3
        assert reader.warned[-1].startswith("channel chat: Apprise cannot use its address")
        assert hook.papers() == ids(1)


def test_what_cannot_be_marked_is_not_sent(reader: Reader):
    with serving_hook() as hook:
        reader.channels = f"chat = json://127.0.0.1:{hook.port}"
        write(reader.root, digest("2026-11-20", [1]))
        hook.status = 503
        reader.notify()
        before = len(reader.github.requests)
        reader.notify()
        again = [request.split()[0] for request in reader.github.requests[before:]]
        hook.status = 200
        reader.github.inject(Fault.INVALID, at=again.index("PATCH") + 1)
        assert reader.notify() == 3
        assert hook.papers() == []
        assert reader.notify() == 0
        assert hook.papers() == ids(1)


DRIPPING = {
    "json": Dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "mailto": Dripping(b"220-", b"hello\r\n220-", greets=True),
}


@pytest.mark.parametrize("scheme", DRIPPING)
def test_a_server_that_never_stops_answering_holds_up_nobody(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, scheme: str
):
    for module in (chat, smtp):
        monkeypatch.setattr(module, "SECONDS_A_MESSAGE", 0.5)
    with DRIPPING[scheme] as server, serving_hook() as hook:
        address = server.address.removeprefix("http://")
        reader.channels = (
            f"slow = {scheme}://{address}/?from=a@example.org\nchat = json://127.0.0.1:{hook.port}"
        )
        write(reader.root, digest("2026-11-20", [1]))
        assert reader.notify() == 3
        assert hook.papers() == ids(1)
    (warning,) = reader.warned
    assert warning.startswith("channel slow:")


def test_a_new_channel_begins_with_the_next_digest_and_a_moved_one_repeats_nothing(reader: Reader):
    with serving_hook() as old, serving_hook() as new:
        reader.channels = f"chat = json://127.0.0.1:{old.port}"
        write(reader.root, digest("2026-11-18", [1]))
        reader.notify()
        reader.channels = f"chat = json://127.0.0.1:{new.port}\nmore = json://127.0.0.1:{old.port}"
        reader.notify()
        assert (old.papers(), new.papers()) == (ids(1), [])
        write(reader.root, digest("2026-11-19", [2]))
        reader.notify()
        assert (old.papers(), new.papers()) == (ids(1, 2), ids(2))


def test_a_name_that_changes_between_chat_and_mail_repeats_nothing(reader: Reader):
    with serving_hook() as hook, serving_mail() as inbox:
        chat_at = f"json://127.0.0.1:{hook.port}"
        mail_at = f"mailto://127.0.0.1:{inbox.port}/?from=bot@example.org&to=a@b.org,c@d.org"
        reader.channels = f"a = {chat_at}\nb = {mail_at}"
        write(reader.root, digest("2026-11-18", [1]))
        reader.notify()
        reader.channels = f"a = {mail_at}\nb = {chat_at}"
        assert reader.notify() == 0
        assert (len(hook.messages), len(inbox.mails)) == (1, 2)


def test_a_correction_keeps_the_marks(reader: Reader):
    with serving_hook() as hook:
        reader.channels = f"chat = json://127.0.0.1:{hook.port}"
        write(reader.root, digest("2026-11-20", [1, 2]))
        reader.notify()
        marks = reader.marks()
        write(reader.root, digest("2026-11-20", [1]))
        reader.notify(correct="2026-11-20")
        assert reader.marks() == marks
        reader.notify()
        assert hook.papers() == ids(2, 1)


@pytest.mark.parametrize("acted", [pytest.param(False, marks=pytest.mark.full), True])
def test_a_kill_repeats_at_most_one_part_of_one_channel(reader: Reader, acted: bool):
    title = "A title of usual length, which is about eighty characters for most papers " * 4
    news = [item(each, title=title) for each in range(1, 41)]
    finished = False
    for number in itertools.count(1):
        reader.github.empty()
        with serving_hook() as hook:
            reader.channels = f"chat = json://127.0.0.1:{hook.port}"
            write(reader.root, digest("2026-11-20", news))
            with killed_at(number, acted=acted):
                reader.notify()
                finished = True
            reader.notify()
        once = list(dict.fromkeys(hook.messages))
        assert len(once) > 1
        assert len(hook.messages) - len(once) <= 1
        assert sorted(re.findall(r"abs/([\d.]+\d)v", "".join(once))) == ids(*range(1, 41))
        assert len(reader.github.issues) == 1
        if finished:
            break


def test_no_byte_of_the_secret_is_in_any_message(reader: Reader, caplog: pytest.LogCaptureFixture):
    reader.channels = "\n".join(
        (
            f"one = json://{SECRET}:{SECRET}@127.0.0.1:1/{SECRET}",
            f"two = unknown://{SECRET}",
            f"three = mailto://{SECRET}:{SECRET}@127.0.0.1:1/?to={SECRET}@example.org",
            f"four = mailto://{SECRET}",
            f"slack://{SECRET}",
            f"one = json://{SECRET}",
            f"five = slack://{SECRET}",
        )
    )
    write(reader.root, digest("2026-11-20", [1]))
    assert reader.notify(dry_run=True) == 3
    with pytest.raises(UsageError) as wrong:
        reader.test()
    assert reader.notify() == 3
    said = (*reader.said, *reader.warned, caplog.text, str(reader.github.exchanges))
    shown = "\n".join((*said, str(wrong.value)))
    assert SECRET not in shown
    assert SECRET not in repr(read_channels({"DAILY_PAPERS_CHANNELS": reader.channels}))
    assert len(reader.github.issues) == 1


def test_the_test_sends_one_line_to_each_channel(reader: Reader):
    with pytest.raises(UsageError, match="DAILY_PAPERS_CHANNELS is not set"):
        reader.test()
    with serving_hook() as hook, serving_mail() as inbox:
        reader.channels = (
            f"chat = json://127.0.0.1:{hook.port}\n"
            f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org"
        )
        assert reader.test() == 0
    assert hook.messages == ["This channel gets the digests of reader/digests."]
    assert len(inbox.mails) == 1
    assert reader.github.issues == []


def test_a_wrong_line_is_wrong_configuration_for_the_test_alone(reader: Reader):
    write(reader.root, digest("2026-11-20", [1]))
    with serving_hook() as hook:
        reader.channels = f"slack://A/B/C\nchat = json://127.0.0.1:{hook.port}\nchat = json://x"
        ended = run("notify", "--test", environ={"DAILY_PAPERS_CHANNELS": reader.channels})
        assert reader.notify() == 3
    first = "DAILY_PAPERS_CHANNELS, line 1: not of the form `name = address`, with a name of up to"
    assert ended.code == 2
    assert ended.out == "channel chat: sent a test\n"
    assert ended.err.startswith(f"daily-papers: {first}")
    assert "DAILY_PAPERS_CHANNELS, line 3: a second channel with this name" in ended.err
    assert reader.warned[0].startswith(first)
    assert hook.papers() == ids(1)


def test_a_dry_run_shows_what_would_go_where(reader: Reader):
    reader.channels = f"team = discord://123456789012345678/{SECRET * 5}\nmail = mailto://a@b.org"
    write(reader.root, digest("2026-11-20", [1]))
    assert reader.notify(dry_run=True) == 0
    assert "digest 2026-11-20: would go to channel team" in reader.said
    assert "digest 2026-11-20: would go to channel mail" in reader.said


def test_a_dry_run_shows_what_channels_still_lack(reader: Reader):
    with serving_hook() as hook, serving_mail() as inbox:
        reader.channels = (
            f"chat = json://127.0.0.1:{hook.port}\n"
            f"mail = mailto://127.0.0.1:{inbox.port}/?from=bot@example.org&to=a@b.org,c@d.org"
        )
        hook.status, inbox.refused = 503, {"a@b.org"}
        write(reader.root, digest("2026-11-20", [1]))
        assert reader.notify() == 3
        hook.status, inbox.refused = 200, set()
        reader.said.clear()
        assert reader.notify(dry_run=True) == 0
        assert "digest 2026-11-20: would go to channel chat" in reader.said
        assert "digest 2026-11-20: would go to channel mail" in reader.said
        assert reader.notify() == 0
        reader.said.clear()
        assert reader.notify(dry_run=True) == 0
    assert not [line for line in reader.said if "channel" in line]


def test_without_issues_there_are_no_channels(reader: Reader):
    reader.channels = "mail = mailto://a@b.org"
    write(reader.root, digest("2026-11-20", [1]))
    with pytest.raises(UsageError):
        notify(
            reader.root,
            {"DAILY_PAPERS_CHANNELS": reader.channels},
            NotifyOptions(),
            clock=PassingClock(),
            say=reader.said.append,
            warn=reader.warned.append,
        )
    assert "without issues" in reader.warned[0]


@pytest.mark.parametrize("form", [MARKDOWN, HTML, TEXT, SLACK], ids=["md", "html", "text", "slack"])
@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <!everyone> <@U123> <users/all>",
        "@everyone @here @room @all",
        '<at user_id="all">x</at>',
        "[x](https://evil.com) evil.com www.evil.com https://evil.com 1.2.3.4",
        "&#64;everyone &lt;!channel&gt;",
        "/start <script>alert(1)</script> ||x||",
    ],
)
def test_hostile_text_is_harmless_in_every_form(text: str, form: Form):
    shown = harmless_text(text, 500, form)
    escapes = "lt;|gt;|amp;|quot;|#x27;"
    alive = rf"<[!@a-z/]|@\w|\w\.(?:com|2\.3)|https?:/|\]\(|&(?!{escapes})[#\w]|(?:^| )/\w"
    assert not re.search(alive, shown)


def test_every_part_is_below_the_limit_and_nothing_is_lost():
    papers = [item(each, title="量" * 300, sentence="x&" * 400) for each in range(1, 30)]
    mail = Mail((digest("2026-11-20", papers),))
    for limit in (150, 900, 5000):
        room = Room(limit, lambda text: len(text.encode()))
        parts = list(chat.unsent_parts(mail, Addresses("reader/digests"), MARKDOWN, room, Mark()))
        assert all(len(part.body.encode()) <= limit for part in parts)
        found = re.findall(r"abs/([\d.]+\d)v", "".join(part.body for part in parts))
        assert sorted(found) == ids(*range(1, 30))
        # From any mark, the rest is the same.
        middle = parts[len(parts) // 2].mark
        rest = chat.unsent_parts(mail, Addresses("reader/digests"), MARKDOWN, room, middle)
        assert [part.mark for part in rest] == [part.mark for part in parts[len(parts) // 2 + 1 :]]


def test_what_goes_on_with_a_section_says_so_and_does_not_count_again():
    mail = Mail((digest("2026-11-20", range(1, 40)),))
    rows = rows_of(mail, TEXT)
    pages = [text for text, _ in pages_of(rows, Room(900, len), TEXT)]
    assert pages[0].startswith("mri (39)\n\n")
    assert pages[1].startswith("mri (continued)\n\n")
    assert "".join(pages).count("mri (39)") == 1
    assert "".join(pages).count("mri: 14 more, by title") == 1
    # A message that failed is made again from its first paper.
    for first, heading in (20, "mri (continued)"), (25, "mri: 14 more, by title"):
        text, _ = next(iter(pages_of(rows, Room(900, len), TEXT, first=first)))
        assert text.startswith(f"{heading}\n\n")


def test_marks_are_read_as_they_were_written_and_never_otherwise():
    marks = Marks(date(2026, 11, 20), {"a-b": Mark(frozenset({1, 2, 3, 5}), 57), "c": Mark()})
    assert str(marks) == "since=2026-11-20 channels=a-b:1,2,3,5/57;c:/0"
    assert Marks.parse(str(marks)) == marks
    for wrong in ("since=x channels=a:/0", "since=2026-11-20 channels=a", "channels=a:/0"):
        assert Marks.parse(wrong) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("mailto://u@h.org?to=a@b.org&mode=tls", "no such mode"),
        ("mailto://127.0.0.1?to=a@b.org", "no sender (add from=digest@example.org)"),
        ("mailto://u@h.org?to=a@b.org;c@d.org", "put a comma between two"),
        ("mailto://u@h.org?to=a@b.org,nobody", "a recipient in to is not an email address"),
        ("mailto://u@h.org?to=a@b.org&cc=c@d.org", "write all recipients into to"),
        ("mailtos://u@h.org:p@h.org?from=a@b.org&to=a@b.org", "write @ in the user and"),
        ("json://127.0.0.1:{port}", "JSON did not accept the message (status 404)"),
        ("slack://one", "a part is missing"),
        ('"json://127.0.0.1"', "quotes around it"),
    ],
)
def test_what_is_wrong_with_a_channel_is_said(reader: Reader, address: str, reason: str):
    with serving_hook() as hook:
        hook.status = 404
        reader.channels = f"a = {address.format(port=hook.port)}"
        assert reader.test() == 3
    (warning,) = reader.warned
    assert reason in warning


NOT_TAKEN = "did not accept the message; check the address and the network"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (
            "json://127.0.0.1:1",
            "JSON did not accept the message; check the address and the network",
        ),
        (
            "ntfy://127.0.0.1:1/a",
            "ntfy did not accept the message; check the address and the network",
        ),
        (
            "mailto://127.0.0.1:1/?from=a@b.org",
            "no answer from the mail server (Connection refused); check its name and the network",
        ),
        (
            "mailto://u:p@b.org/?smtp=a..b.org&from=a@b.org",
            "an invalid character in the mail server's name, the user or the password",
        ),
    ],
)
def test_a_channel_without_an_answer_is_told_in_plain_words(address: str, reason: str):
    lines = f"a = {address}"
    ended = run("notify", "--test", environ={"DAILY_PAPERS_CHANNELS": lines})
    assert ended == Ended(3, "", f"daily-papers: channel a: {reason}\n")


def test_a_mail_server_that_closes_the_connection_is_told_in_plain_words():
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        lines = f"a = mailto://127.0.0.1:{server.server_address[1]}/?from=a@b.org"
        ended = run("notify", "--test", environ={"DAILY_PAPERS_CHANNELS": lines})
        thread.join()
    said = "daily-papers: channel a: the mail server closed the connection\n"
    assert ended == Ended(3, "", said)


def test_the_status_of_a_refused_message_is_told_whatever_is_logged():
    with serving_hook() as hook:
        hook.status = 404
        lines = f"a = json://127.0.0.1:{hook.port}"
        ended = run_apart("notify", "--test", environ={"DAILY_PAPERS_CHANNELS": lines})
    assert "did not accept the message (status 404); check the address" in ended.err


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (requests.ConnectionError(SECRET), "JSON did not accept the message; check the address"),
        (ValueError(SECRET), "JSON did not accept the message; check the address"),
    ],
)
def test_an_error_of_a_services_code_shows_no_name_of_pythons(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
):
    channel = chat.Chat("a", "json://127.0.0.1:1")

    def fail(**_: object) -> bool:
        raise error

    monkeypatch.setattr(channel.server, "notify", fail)
    with pytest.raises(ChannelFailed) as failed:
        channel.send_message("title", "body")
    assert str(failed.value).startswith(f"channel a: {reason}")
    assert "Error" not in str(failed.value)


def test_lines_of_the_secret_that_are_wrong_are_named_by_number():
    channels, problems = read_channels(
        {"DAILY_PAPERS_CHANNELS": "# ours\nA = json://x\n\nslack://y\na = json://z\n"}
    )
    assert channels == (chat.Chat("a", "json://x"),)
    assert [problem.split(":")[0] for problem in problems] == [
        "DAILY_PAPERS_CHANNELS, line 4",
        "DAILY_PAPERS_CHANNELS, line 5",
    ]


def test_channels_beyond_the_twentieth_are_named_and_left_out():
    lines = [f"c{number} = json://x" for number in range(1, 23)]
    channels, problems = read_channels({"DAILY_PAPERS_CHANNELS": "\n".join(lines)})
    assert [channel.name for channel in channels] == [f"c{number}" for number in range(1, 21)]
    assert [problem.split(":")[0] for problem in problems] == [
        "DAILY_PAPERS_CHANNELS, line 21",
        "DAILY_PAPERS_CHANNELS, line 22",
    ]
