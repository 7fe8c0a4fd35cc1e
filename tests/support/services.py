"""Chat services and mail servers on the loopback, which keep what they are sent.

Services with a fixed name are asked through a proxy, which answers for them with a certificate of
an authority that only the test trusts.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any

import trustme
from aiosmtpd.controller import Controller

from tests.sandbox.loopback import UnpolledServer

#: What each service answers if all is well; others take anything for that.
_WELL = {"hooks.slack.com": b"ok"}
_MATRIX = {"access_token": "x", "user_id": "@bot:h", "home_server": "h", "room_id": "!room:h"}
_ANSWER = json.dumps({"ok": True, "code": 0, "event_id": "$1", "joined_rooms": [], **_MATRIX})


@dataclass
class Hook:
    """Services: what they were sent, and whether they work."""

    port: int = 0
    #: The host's name and what it was sent.
    sent: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    #: Whether it keeps what it answers with an error.
    acts: bool = False

    @property
    def messages(self) -> list[str]:
        """Those of the form ``json://``."""
        return [sent["message"] for _, sent in self.sent if "message" in sent]

    def papers(self) -> list[str]:
        return re.findall(r"arxiv\.org/abs/([\d.]+\d)v", "".join(self.messages))


@cache
def authority() -> trustme.CA:
    """The one that the servers' certificates are of."""
    return trustme.CA()


@cache
def _server_context(name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority().issue_cert(name).configure_cert(context)
    return context


@contextmanager
def serving_hook() -> Iterator[Hook]:
    """Serve every service: directly, and as a proxy for HTTPS."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        name = ""

        def do_CONNECT(self) -> None:
            """Be the server that is asked for."""
            name = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            kind = type("Inside", (Handler,), {"name": name})
            with suppress(OSError):
                with _server_context(name).wrap_socket(self.connection, server_side=True) as inside:
                    kind(inside, self.client_address, self.server)
            self.close_connection = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or "{}")
            works = hook.status == 200
            if works or hook.acts:
                hook.sent.append((self.name, body))
            answer = _WELL.get(self.name, _ANSWER.encode()) if works else b""
            self.send_response(hook.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_GET = do_POST  # noqa: N815 - the base class calls them

        def log_message(self, *args: object) -> None:
            pass

    server = UnpolledServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Inbox:
    """A mail server: what it took, and whom it refuses."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused:
            return f"550 no {address} here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"


class _AtFreePort(Controller):
    """Port 0 means any free one, which only the socket knows."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving_mail(encryption: str = "") -> Iterator[Inbox]:
    """Serve mail, with ``ssl`` or ``starttls`` to none who does not encrypt."""
    inbox = Inbox()
    options: dict[str, Any] = {}
    if encryption:
        options["ssl_context" if encryption == "ssl" else "tls_context"] = _server_context(
            "127.0.0.1"
        )
        options["require_starttls"] = encryption == "starttls"
    controller = _AtFreePort(inbox, hostname="127.0.0.1", port=0, ready_timeout=60, **options)
    controller.start()
    inbox.port = controller.port
    try:
        yield inbox
    finally:
        controller.stop()
