"""The API as its own description has it, tried on requests made up by Schemathesis.

Checked of each: no error of ours (5xx), a status and a content type that are described, an answer that is as
described, no answer to one without a token, and no method that is not described.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.importorskip("schemathesis")

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
#: After these another inspection is needed: they change what all others rest on.
ENDING = ("/state", "/file", "/members/{account}", "/disagreements")


@dataclass
class Caller:
    """Sends cases as an owner who is a site admin, to things that are there in half of them."""

    served: Any
    drawn: random.Random
    name: str = "cases owner"
    names: dict[str, Any] = field(default_factory=dict)
    answered: Counter[int] = field(default_factory=Counter)
    cases: int = 0

    def __post_init__(self) -> None:
        self.owner = self.served.person(self.name, admin=True)
        browser = self.served.signed_in(self.name, admin=True)
        made = browser.post(
            "/api/v1/tokens", json={"name": "cases", "scopes": ["read", "write", "decide", "manage"]}
        )
        self.client = self.served.client()
        self.client.headers["Authorization"] = f"Bearer {made.json()['token']}"
        self.nobody = self.served.client()
        self.anew()

    def anew(self) -> None:
        """Another inspection, with something in it."""
        from grader.server import sources

        key = self.served.inspection(self.owner)
        document = sources.attach(self.served.bench, self.owner, key, "report", "a.txt", b"a").number
        self.names = {
            "key": key,
            "item": "E001",
            "source": "report",
            "area": "responding",
            "grade": "good",
            "finding": "F001",
            "account": self.owner.account_id,
            "number": document,
        }

    def send(self, case: Any) -> None:
        """Send a case, and hold what is answered against the description."""
        self.cases += 1
        given = dict(case.path_parameters or {})
        case.path_parameters = {
            name: self.names[name] if name in self.names and self.drawn.random() < 0.7 else value
            for name, value in given.items()
        }
        if self.drawn.random() < 0.5 and case.method not in ("GET", "HEAD"):
            case.headers["If-Match"] = self.drawn.choice(['"1"', '"0"', '"r1"', '"2"'])
        request = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
        for name in ("cookies", "verify", "timeout", "cert"):
            request.pop(name, None)
        headers = {
            k: v for k, v in (request.pop("headers", None) or {}).items() if k.lower() != "authorization"
        }
        if request.get("files"):
            request["files"] = [(str(name), as_sent(value)) for name, value in pairs(request["files"])]
        built = self.client.build_request(**request, headers=headers)
        built.read()  # a file as well, for the report of a fault
        answer = self.client.send(built)
        self.answered[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        if self.cases % 5 == 0:
            for client, more in ((self.nobody, {}), (self.nobody, {"Authorization": "Bearer none"})):
                refused = client.request(**request, headers={**headers, **more})
                assert refused.status_code in (400, 401), f"answered without a token: {refused.status_code}"


def pairs(files: Any) -> list[tuple[Any, Any]]:
    return list(files.items() if isinstance(files, dict) else files)


def as_sent(value: Any) -> Any:
    """A file as bytes, whatever was made up for one."""
    if isinstance(value, tuple):
        return (value[0], as_sent(value[1]), *value[2:])
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def operations(app: Any) -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
        yield found.ok()


@pytest.mark.parametrize("cases", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_the_api_answers_as_it_is_described(served: Any, cases: int) -> None:
    known = list(operations(served.app))
    caller = Caller(served, random.Random(19))
    each = -(-cases // len(known))
    faults: dict[str, str] = {}
    for operation in known:

        @seed(19)
        @settings(
            max_examples=each,
            database=None,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=[p for p in settings().phases if p.name in ("explicit", "generate")],
        )
        @given(case=operation.as_strategy())
        def tried(case: Any) -> None:
            caller.send(case)

        try:
            tried()
        except Exception as error:
            faults[operation.label] = str(error)[:600]
        if operation.method.upper() == "DELETE" or operation.path.endswith(ENDING):
            caller.anew()
    assert {} == faults
    assert cases <= caller.cases
    # Not all were turned away at the door.
    assert caller.answered[200] + caller.answered[201] + caller.answered[204] > cases // 10, caller.answered


def of_form(path: str, form: str) -> bool:
    """Whether a path is one of those that another stands for."""
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", form), path) is not None


def test_a_method_that_is_not_described_is_not_allowed(served: Any) -> None:
    client = Caller(served, random.Random(19), "methods owner").client
    described: dict[str, set[str]] = {}
    for operation in operations(served.app):
        described.setdefault(operation.path, set()).add(operation.method.upper())
    answers = {
        (method, path): client.request(method, path.replace("{", "").replace("}", "")).status_code
        for path, methods in described.items()
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods
        # `/inspections/import` has the form of an inspection's own path as well.
        if not any(method in others and of_form(path, form) for form, others in described.items())
    }
    assert {405: len(answers)} == Counter(answers.values()), [a for a, s in answers.items() if s != 405]


def test_every_change_says_in_the_description_that_it_needs_a_version(served: Any) -> None:
    described = served.app.openapi()
    without = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            names = {p["name"].lower() for p in operation.get("parameters", [])}
            assert operation["security"], (method, path)
            if method in ("put", "delete") and "if-match" not in names:
                without.add(f"{method} {path}")
    # A token is withdrawn whatever it is: it is never changed.
    assert {"delete /api/v1/tokens/{number}"} == without
