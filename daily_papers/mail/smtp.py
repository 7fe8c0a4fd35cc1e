"""Direct mail by Python's smtplib: one mail a recipient, as HTML and as text."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import cached_property
from urllib.parse import parse_qs, quote, urlsplit

from daily_papers.clock import time_limit
from daily_papers.github_actions import Addresses
from daily_papers.mail.channels import SECONDS_A_MESSAGE, Channel, Sending
from daily_papers.mail.digest import Mail
from daily_papers.mail.entries import HTML, TEXT, whole_text
from daily_papers.mail.issue import Mark, channel_lead, issue_title

#: With so many, the marks always fit into an issue.
MOST_RECIPIENTS = 25
_SECONDS = 60.0


class MailAccount(Channel):
    """Who sends mail, through which server, to whom."""

    _unusable = (
        "its address is wrong: it has no sender (add from=digest@example.org), no server or no"
        " such mode, or there are quotes around it"
    )

    @cached_property
    def recipients(self) -> Sequence[str]:
        """Each once; asks nobody. Raises ChannelFailed if anything in the address is wrong."""
        server = self.server
        recipients = list(dict.fromkeys(address for _, address in server.targets))
        wrong = None
        if not server.smtp_host:
            wrong = "it names no server; write @ in the user and the password as %40"
        elif len(re.findall("[^,;]+", self._given.get("to", [""])[-1])) > len(server.targets):
            # Apprise would leave it out without a word.
            wrong = "a recipient in to is not an email address; put a comma between two"
        elif server.cc or server.bcc:
            wrong = "it has cc or bcc; write all recipients into to, since each gets an email alone"
        elif len(recipients) > MOST_RECIPIENTS:
            wrong = f"it has more than {MOST_RECIPIENTS} recipients; use a mailing list"
        if wrong:
            raise self.failed(f"its address is wrong: {wrong}")
        return recipients

    @property
    def _given(self) -> dict[str, list[str]]:
        """The parameters of the address."""
        return parse_qs(self.address.partition("?")[2])

    def lacks(self, _: Mail, mark: Mark) -> bool:
        """Whether a recipient lacks a mail.

        If the address was that of a chat when it got a part, nothing is repeated.
        """
        return not mark.papers and bool(self._missing(mark))

    def _missing(self, mark: Mark) -> list[int]:
        return [each for each in range(1, len(self.recipients) + 1) if each not in mark.parts]

    def send(self, mail: Mail, here: Addresses, mark: Mark) -> Sending:
        """Send it to those who lack it; yield each, as a part, when it is sent, with the new mark.

        Sent again, it is the same mail.
        """
        text, html = (
            whole_text(mail, form, form.paragraph.join(channel_lead(mail, here, form)))
            for form in (TEXT, HTML)
        )
        host = urlsplit(here.server).hostname or "github.com"
        owner, name = here.repository.split("/")
        # Dots may not follow one another there.
        local = f"{mail.keys[0]}/1/{owner}/{name}".replace(".", "=2E")
        message = self._message(issue_title(mail), text, html)
        message["Message-ID"] = f"<{local}@{host}>"
        message["List-Id"] = f"{here.repository} <{name.replace('.', '-')}.{owner}.{host}>"
        yield from self._send_to_each(message, mark)

    def send_message(self, title: str, line: str) -> None:
        """Send one line to each recipient."""
        list(self._send_to_each(self._message(title, line, line), Mark()))

    def _send_to_each(self, message: EmailMessage, mark: Mark) -> Sending:
        """Send a message to each recipient who lacks it, alone.

        Raises ChannelFailed, at the end if only some recipients were refused.
        """
        missing, refused = self._missing(mark), []
        with self._errors_without_secrets(), self._connection() as connection:
            for number in missing:
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
                    mark = Mark(mark.parts | {number})
                    yield number, mark
        if refused:
            raise self.failed(
                f"the mail server refused {', '.join(refused)} (counted as in the secret)"
            )

    def _message(self, title: str, text: str, html: str) -> EmailMessage:
        """A mail to nobody yet, as text and as HTML."""
        message = EmailMessage()
        name, sender = self.server.from_addr
        message["From"] = formataddr((name or "Daily Papers", sender))
        # Python's newer way loses spaces between encoded words, or makes them too long for mail.
        message.set_raw("Subject", Header(title, header_name="Subject").encode())
        message["Date"] = format_datetime(datetime.now(UTC))
        message["List-Unsubscribe"] = f"<mailto:{quote(sender, safe='@')}?subject=unsubscribe>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(_PAGE.format(html), subtype="html", cte="quoted-printable")
        # Python folds headers so that spaces between encoded words are lost; the limit is SMTP's.
        message.policy = message.policy.clone(max_line_length=998)
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        host, port = self.server.smtp_host, self.server.port
        mode = self.server.secure_mode
        # Without a mode in the address: by STARTTLS, if the server offers it.
        is_open = mode == "insecure" and "mode" not in self._given
        with time_limit(SECONDS_A_MESSAGE):
            if mode == "ssl":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, timeout=_SECONDS, context=context
                )
            else:
                connection = smtplib.SMTP(host, port, timeout=_SECONDS)
            connection.ehlo_or_helo_if_needed()
            if mode == "starttls" or (is_open and connection.has_extn("starttls")):
                connection.starttls(context=context)
            if self.server.password:
                connection.login(self.server.user, self.server.password)
        try:
            yield connection
            with time_limit(SECONDS_A_MESSAGE), suppress(OSError):
                connection.quit()
        finally:
            connection.close()

    @contextmanager
    def _errors_without_secrets(self) -> Iterator[None]:
        """Servers repeat addresses in their errors, so only the kind and the status are shown."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            reason = f"the mail server refused user, password or sender (status {error.smtp_code})"
        except smtplib.SMTPServerDisconnected:
            reason = "the mail server closed the connection"
        except smtplib.SMTPException:
            reason = "the mail server offers no encryption or login; set mode=ssl or mode=insecure"
        except ssl.SSLError:
            reason = (
                "the mail server has no valid certificate, or needs another mode (ssl, starttls)"
            )
        except UnicodeError:
            reason = "an invalid character in the mail server's name, the user or the password"
        except OSError as error:
            # The system's own words, which name no address.
            why = error.strerror or "it took too long"
            reason = f"no answer from the mail server ({why}); check its name and the network"
        else:
            return
        raise self.failed(reason) from None


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
