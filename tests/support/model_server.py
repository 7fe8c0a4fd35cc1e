"""A model on the loopback: it speaks chat/completions, and says what a test lets it say."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.sandbox.loopback import UnpolledServer
from tests.support.silence import SILENCE

KEY = "sk-very-secret-0123456789"
#: The papers of a question: identifier to title and abstract.
Papers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Said:
    """An HTTP answer; one without a body is silence."""

    body: bytes | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ModelServer:
    """The running server, and what it was asked."""

    port: int
    questions: list[Papers] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The key, for this host."""
        return {"DAILY_PAPERS_MODEL_KEY": f"127.0.0.1:{self.port}={KEY}"}

    @property
    def asked(self) -> list[list[str]]:
        """The identifiers of each request."""
        return [list(papers) for papers in self.questions]


def completion(text: str, tokens: int | None = 100) -> Said:
    """What an endpoint says around a model's text."""
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    values: dict[str, Any] = {"choices": [choice]}
    if tokens is not None:
        values["usage"] = {"total_tokens": 2 * tokens}
    return Said(json.dumps(values).encode())


def sentences(papers: Papers) -> Said:
    """A good answer: a sentence of its own for each paper, with words of its title and abstract."""
    said = {}
    for id, of in papers.items():
        words = re.findall("[A-Za-z]{5,}", f"{of['title']} {of['abstract']}")[:3]
        said[id] = f"It makes number {id} quicker: {', '.join(words)}."
    return completion(json.dumps(said))


@contextmanager
def model_server(answer: Callable[[Papers], Said] = sentences) -> Iterator[ModelServer]:
    """Serve what ``answer`` makes of each question, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body go out together, or the body would wait for an acknowledgement.
        wbufsize = -1

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            papers = json.loads(body["messages"][-1]["content"])
            running.bodies.append(body)
            running.questions.append(papers)
            running.headers.append({name.lower(): text for name, text in self.headers.items()})
            said = answer(papers)
            if said.body is None:
                self.connection.sendall(SILENCE)
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *args: object) -> None:
            pass

    server = UnpolledServer(("127.0.0.1", 0), Handler)
    running = ModelServer(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
