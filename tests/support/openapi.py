"""GitHub's OpenAPI description, and whether requests and answers are of its form.

The description comes from the npm package @octokit/openapi in the version that
tests/openapi/package.json names. It is fetched once and kept under .cache/.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.github import Exchange

_PROJECT = Path(__file__).parents[2]
_PACKAGE = _PROJECT / "tests" / "openapi" / "package.json"
_CACHE = _PROJECT / ".cache" / "openapi"


class NotAvailable(Exception):
    """The description cannot be had here; the text says why."""


def description() -> Mapping[str, Any]:
    """Read the description of api.github.com. Raises NotAvailable where npm cannot bring it."""
    version = json.loads(_PACKAGE.read_bytes())["devDependencies"]["@octokit/openapi"]
    kept = _CACHE / f"api.github.com-{version}.json"
    if not kept.is_file():
        _fetch(kept)
    read: Mapping[str, Any] = json.loads(kept.read_bytes())
    return read


def _fetch(kept: Path) -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotAvailable("needs Node.js and npm, for GitHub's OpenAPI description")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(_CACHE / "lock"), tempfile.TemporaryDirectory(dir=_CACHE) as folder:
        if kept.is_file():
            return
        shutil.copy(_PACKAGE, folder)
        options = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
        done = subprocess.run(
            ["npm", "install", *options], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            problem = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NotAvailable(f"npm cannot fetch @octokit/openapi: {problem}")
        generated = Path(folder) / "node_modules" / "@octokit" / "openapi" / "generated"
        shutil.move(generated / "api.github.com.json", kept)


class Contract:
    """What GitHub says of its API."""

    def __init__(self, api: Mapping[str, Any]) -> None:
        self._api = api
        self._schema = cache(self._converted)

    def problems(self, exchange: Exchange) -> list[str]:
        """Tell how an exchange differs from the description."""
        path, _, query = exchange.target.partition("?")
        operation = self._operation(exchange.method, path)
        return [
            f"{exchange.method} {exchange.target}: {problem}"
            for problem in (
                *self._query_problems(operation, query),
                *self._content_problems(operation, exchange.content),
                *self._answer_problems(operation, exchange),
            )
        ]

    def changes(self, exchange: Exchange, version: str) -> set[str]:
        """Name what a version of the API changes in the answer to a request."""
        operation = self._operation(exchange.method, exchange.target.partition("?")[0])
        found: set[str] = set()
        for reached in self._reached(operation, set()):
            for change in reached.get("x-github-breaking-changes") or ():
                if change["version"] == version:
                    found.add(change["changeset"])
        return found

    def _operation(self, method: str, path: str) -> Mapping[str, Any]:
        named = [
            template
            for template, operations in self._api["paths"].items()
            if method.lower() in operations
            and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
        ]
        # The path with the fewest blanks: /issues/comments/{id} is no /issues/{number}/...
        best = min(named, key=lambda template: template.count("{"))
        operation: Mapping[str, Any] = self._api["paths"][best][method.lower()]
        return operation

    def _query_problems(self, operation: Mapping[str, Any], query: str) -> Iterator[str]:
        parameters = {
            known["name"]: known for known in map(self._resolved, operation["parameters"])
        }
        for name, _, value in (pair.partition("=") for pair in query.split("&") if pair):
            if name not in parameters:
                yield f"{name}: not a parameter"
                continue
            schema = parameters[name]["schema"]
            sent = int(value) if schema["type"] == "integer" else value
            yield from self._differences(schema, sent)

    def _content_problems(self, operation: Mapping[str, Any], content: Any) -> Iterator[str]:
        if content is None:
            return
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        yield from self._differences(schema, content)
        for name in set(content) - set(schema["properties"]):
            yield f"{name}: not part of the request"

    def _answer_problems(self, operation: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
        assert exchange.answer is not None
        response = operation["responses"].get(str(exchange.answer.status))
        if response is None:
            yield f"{exchange.answer.status}: not an answer"
            return
        schema = self._resolved(response)["content"]["application/json"]["schema"]
        # As the client saw it: the stand-in may have changed its own things since.
        yield from self._differences(schema, json.loads(json.dumps(exchange.answer.content)))

    def _differences(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        known = json.dumps(schema, sort_keys=True)
        validator = Draft202012Validator(self._schema(known), format_checker=FormatChecker())
        for error in validator.iter_errors(value):
            yield f"{error.json_path}: {error.message[:200]}"

    def _converted(self, schema: str) -> Mapping[str, Any]:
        """Make a JSON Schema of a schema of OpenAPI 3.0, with all that it refers to."""
        root = json.loads(schema)
        components: dict[str, dict[str, Any]] = {}
        waiting = [root]
        while waiting:
            for section, name in _references(waiting.pop()):
                if name not in components.setdefault(section, {}):
                    components[section][name] = self._api["components"][section][name]
                    waiting.append(components[section][name])
        plain = json.loads(json.dumps({**root, "components": components}), object_hook=_nullable)
        assert isinstance(plain, dict)
        return plain

    def _reached(self, thing: Any, seen: set[str]) -> Iterator[Mapping[str, Any]]:
        if isinstance(thing, list):
            for each in thing:
                yield from self._reached(each, seen)
        if isinstance(thing, dict):
            yield thing
            reference = thing.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                yield from self._reached(self._resolved(thing), seen)
            for name, each in thing.items():
                if name != "x-github-breaking-changes":
                    yield from self._reached(each, seen)

    def _resolved(self, thing: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in thing:
            return thing
        _, _, section, name = thing["$ref"].split("/")
        resolved: Mapping[str, Any] = self._api["components"][section][name]
        return resolved


def _references(thing: Any) -> Iterator[tuple[str, str]]:
    if isinstance(thing, list):
        for each in thing:
            yield from _references(each)
    if isinstance(thing, dict):
        if isinstance(thing.get("$ref"), str):
            _, _, section, name = thing["$ref"].split("/")
            yield section, name
        for each in thing.values():
            yield from _references(each)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Say in JSON Schema's way that null is allowed."""
    if schema.get("nullable") is not True:
        return schema
    rest = {name: value for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [rest, {"type": "null"}]}
