"""Direct mail by Python's smtplib: one mail a recipient, as HTML and as text.

Addresses have Apprise's form: ``mailtos://user:password@example.org?to=a@example.com,b@example.com``.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import parse_qs, quote, unquote, urlsplit

from daily_papers.clock import time_limit
from daily_papers.mail.channels import MOST_RECIPIENTS, SECONDS_A_MESSAGE, Channel, Mark
from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import HTML, TEXT, whole_text
from daily_papers.mail.issue import Links, channel_lead, issue_title

_SECONDS = 60.0
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", re.ASCII)
#: Where providers take mail, and that they want the whole address as the user.
_PROVIDERS = {
    "gmail.com": ("smtp.gmail.com", 587),
    "googlemail.com": ("smtp.gmail.com", 587),
    "fastmail.com": ("smtp.fastmail.com", 465),
    "icloud.com": ("smtp.mail.me.com", 587),
    "yahoo.com": ("smtp.mail.yahoo.com", 465),
    "qq.com": ("smtp.qq.com", 465),
    "foxmail.com": ("smtp.qq.com", 465),
    "163.com": ("smtp.163.com", 465),
    "126.com": ("smtp.126.com", 465),
}
#: What may come after the ``?``; and what Apprise knows there, which means nothing here.
_OPTIONS = ("to", "cc", "bcc", "from", "name", "smtp", "mode", "user", "pass")
_IGNORED = ("format", "overflow", "verify", "rto", "cto", "tz", "emojis")


@dataclass(frozen=True, repr=False)
class MailAccount:
    """Who sends mail, through which server, to whom. Everything in it is secret."""

    channel: Channel
    server: str
    port: int
    #: How the connection is encrypted; empty: by STARTTLS, if the server offers it.
    mode: str
    user: str
    password: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]

    @classmethod
    def open(cls, channel: Channel) -> MailAccount:
        """Read the address of a channel; asks nobody. Raises ChannelFailed."""
        try:
            return _parse(channel)
        except _Wrong as error:
            raise channel.failed(f"its address is wrong: {error}") from None
        except ValueError:
            raise channel.failed(
                "its address is not of the form mailtos://user:password@host?to=reader@example.org"
                " (write other signs in a password as %40)"
            ) from None

    def lacks(self, _: Mail, mark: Mark) -> bool:
        """Whether a recipient lacks a mail.

        If the address was that of a chat when it got a part, nothing is repeated.
        """
        return not mark.papers and bool(self._missing(mark))

    def _missing(self, mark: Mark) -> list[int]:
        return [each for each in range(1, len(self.recipients) + 1) if each not in mark.parts]

    def send(self, mail: Mail, links: Links, mark: Mark) -> Generator[tuple[int, Mark], None, None]:
        """Send it to those who lack it; yield each, as a part, when it is sent, with the new mark.

        Sent again, it is the same mail.
        """
        text, html = (
            whole_text(mail, form, form.paragraph.join(channel_lead(mail, links, form)))
            for form in (TEXT, HTML)
        )
        host = urlsplit(links.server).hostname or "github.com"
        owner, name = links.repository.split("/")
        # Dots may not follow one another there.
        local = f"{mail.keys[0]}/1/{owner}/{name}".replace(".", "=2E")
        message = self._message(issue_title(mail), text, html)
        message["Message-ID"] = f"<{local}@{host}>"
        message["List-Id"] = f"{links.repository} <{name.replace('.', '-')}.{owner}.{host}>"
        with closing(self._send_all(message, self._missing(mark))) as sent:
            for each in sent:
                mark = Mark(mark.parts | {each})
                yield each, mark

    def preview(self, mail: Mail, links: Links, mark: Mark) -> Iterator[str]:  # noqa: ARG002
        """The lines of what it would send: the title alone."""
        missing = len(self._missing(mark))
        yield f"would send a mail to channel {self.channel.name}, recipients: {missing}"
        yield f"| {issue_title(mail)}"

    def send_message(self, title: str, line: str) -> None:
        """Send one line to each recipient."""
        list(self._send_all(self._message(title, line, line), self._missing(Mark())))

    def _send_all(
        self, message: EmailMessage, recipients: Sequence[int]
    ) -> Generator[int, None, None]:
        """Send a message to each recipient alone, from 1; yield those who got it.

        Raises ChannelFailed, at the end if only some recipients were refused.
        """
        refused = []
        with self._errors_without_secrets(), self._connection() as connection:
            for number in recipients:
                del message["To"]
                message["To"] = self.recipients[number - 1]
                try:
                    with time_limit(SECONDS_A_MESSAGE):
                        connection.send_message(message)
                except smtplib.SMTPRecipientsRefused:
                    refused.append(f"recipient {number}")
                except smtplib.SMTPDataError as error:
                    refused.append(f"the mail to recipient {number} (status {error.smtp_code})")
                else:
                    yield number
        if refused:
            raise self.channel.failed(
                f"the mail server refused {', '.join(refused)} (counted as in the secret)"
            )

    def _message(self, title: str, text: str, html: str) -> EmailMessage:
        """A mail to nobody yet, as text and as HTML."""
        message = EmailMessage()
        message["From"] = formataddr((self.sender_name, self.sender))
        message["Subject"] = title
        message["Date"] = format_datetime(datetime.now(UTC))
        message["List-Unsubscribe"] = f"<mailto:{quote(self.sender, safe='@')}?subject=unsubscribe>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(_PAGE.format(html), subtype="html", cte="quoted-printable")
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        with time_limit(SECONDS_A_MESSAGE):
            connection = self._connect()
        try:
            yield connection
            with time_limit(SECONDS_A_MESSAGE), suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.mode == "ssl":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.server, self.port, timeout=_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(self.server, self.port, timeout=_SECONDS)
        connection.ehlo_or_helo_if_needed()
        if self.mode == "starttls" or (not self.mode and connection.has_extn("starttls")):
            connection.starttls(context=context)
        if self.password:
            connection.login(self.user, self.password)
        return connection

    @contextmanager
    def _errors_without_secrets(self) -> Iterator[None]:
        """Servers repeat addresses in their errors, so only the kind and the status are shown."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            reason = f"the mail server refused user or password (status {error.smtp_code})"
        except smtplib.SMTPResponseException as error:
            reason = f"the mail server refused (status {error.smtp_code})"
        except smtplib.SMTPNotSupportedError:
            reason = "the mail server offers no encryption or login; set mode=ssl or mode=insecure"
        except ssl.SSLError:
            reason = (
                "the mail server has no valid certificate, or wants another mode (ssl, starttls)"
            )
        except (smtplib.SMTPException, OSError) as error:
            reason = f"no connection to the mail server ({type(error).__name__})"
        else:
            return
        raise self.channel.failed(reason) from None


#: Without colours of its own, a mail is readable in the dark, too.
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>:root {{ color-scheme: light dark; }}</style>
</head>
<body style="font-family: sans-serif; line-height: 1.4; max-width: 44em">
{}
</body>
</html>
"""


class _Wrong(ValueError):
    """What is wrong with an address, without a word of it."""


def _parse(channel: Channel) -> MailAccount:
    """Read an address. Raises _Wrong, or ValueError if it is not of the form."""
    parts = urlsplit(channel.address)
    given = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
    host = parts.hostname
    if not host or (parts.path.strip("/") and "@" not in unquote(parts.path)):
        raise ValueError
    if given.keys() - {*_OPTIONS, *_IGNORED}:
        raise _Wrong(f"after the ? it has something that is none of {', '.join(_OPTIONS)}")
    is_secure = parts.scheme.lower() == "mailtos"
    mode = given.get("mode", "starttls" if is_secure else "").lower()
    user = unquote(parts.username or "")
    provider = _PROVIDERS.get(host.lower()) if "smtp" not in given else None
    server, port = given.get("smtp", host), parts.port
    if provider:
        server, standard = provider
        port = port or standard
        mode = "ssl" if port == 465 else "starttls"
    if mode not in ("", "ssl", "starttls", "insecure"):
        raise _Wrong("mode= is none of ssl, starttls, insecure")
    port = port or {"ssl": 465, "starttls": 587}.get(mode, 25)
    own = user if "@" in user else f"{user}@{host}"
    name, sender = _named(given.get("from", ""), own)
    wanted = [*unquote(parts.path).split("/"), *_listed(given, ("to", "cc", "bcc"))]
    recipients = tuple(dict.fromkeys(filter(None, map(str.strip, wanted)))) or (sender,)
    if len(recipients) > MOST_RECIPIENTS:
        raise _Wrong(f"it has more than {MOST_RECIPIENTS} recipients; use a mailing list")
    for place, each in (
        ("the sender", sender),
        *((f"recipient {number}", each) for number, each in enumerate(recipients, 1)),
    ):
        if not _ADDRESS.fullmatch(each):
            raise _Wrong(f"{place} is not a mail address")
    login = given.get("user") or (own if provider else user)
    password = unquote(parts.password or "") or given.get("pass", "")
    return MailAccount(
        channel=channel,
        server=server,
        port=port,
        mode=mode,
        user=login,
        password=password,
        sender=sender,
        sender_name=given.get("name", name) or "Daily Papers",
        recipients=recipients,
    )


def _named(text: str, own: str) -> tuple[str, str]:
    """The name and the address that ``from`` gives: either may be missing."""
    name, address = parseaddr(text)
    return (name, address) if "@" in address else (text, own)


def _listed(given: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [each for name in names for each in re.split(r"[,;\s]+", given.get(name, ""))]
