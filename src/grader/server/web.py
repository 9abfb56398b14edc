"""What routes ask of a request: the workbench, the caller, the version a change is on."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Header, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from grader.server import sessions, tokens
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.handed_out import same
from grader.server.problems import etag
from grader.server.refusals import NotAllowed, NotSignedIn, VersionNeeded
from grader.server.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def bench_of(request: Request) -> Workbench:
    bench: Workbench = request.app.state.bench
    return bench


Bench = Annotated[Workbench, Depends(bench_of)]


def address_of(request: Request) -> str:
    """The address a request came from, as limits count it."""
    if bench_of(request).settings.trust_proxy:
        # A proxy adds to the header, or adds another one: what the nearest said is last, and counts alone.
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()[:60]
    return request.client.host if request.client is not None else "unknown"


# Who asks -------------------------------------------------------------------------------------------------


def cookie_name(settings: Settings) -> str:
    """The session cookie's name; browsers keep this prefix to this host and to https."""
    return "__Host-grader" if settings.secure else "grader"


def maybe_caller(request: Request, bench: Bench) -> Caller | None:
    """Who asks, by a token or session cookie; None where nobody is signed in."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        found = tokens.caller_of(bench, secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise NotSignedIn("this token is not good", help="make a new one, or sign in")
        return found
    cookie = request.cookies.get(cookie_name(bench.settings))
    return sessions.caller_of(bench, cookie) if cookie else None


def caller_of(request: Request, found: Annotated[Caller | None, Depends(maybe_caller)]) -> Caller:
    """Who asks; raises NotSignedIn. Changes by cookie need the session's CSRF token too."""
    if found is None:
        raise NotSignedIn
    request.state.caller = found
    return found


def api_caller(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """As `caller_of`, for the API: with a cookie, a change needs the header X-CSRF-Token."""
    if request.method not in _SAFE and caller.scopes is None:
        refuse_other_origins(request)
        check_csrf(caller, request.headers.get("x-csrf-token", ""))
    return caller


MaybeCaller = Annotated[Caller | None, Depends(maybe_caller)]
SignedInCaller = Annotated[Caller, Depends(caller_of)]
ApiCaller = Annotated[Caller, Depends(api_caller)]


def check_csrf(caller: Caller, said: str) -> None:
    """Raise NotAllowed where a change is not from a page shown to the person signed in."""
    if not caller.csrf or not same(said, caller.csrf):
        raise NotAllowed(
            "this did not come from a page of yours", help="open the page again, and send it from there"
        )


def refuse_other_origins(request: Request) -> None:
    """Raise NotAllowed for what a browser says was sent by a page of somebody else."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site is not None and site not in ("same-origin", "none")
    settings = bench_of(request).settings
    if origin is not None and origin != "null":
        said = urlsplit(origin)
        # Behind a proxy `Host` may name this process alone; browsers know it by its public address.
        ours = (request.headers.get("host", ""), urlsplit(settings.url).netloc)
        foreign = foreign or said.netloc not in ours
        # What comes without encryption may have been written by anybody on the way.
        foreign = foreign or (settings.secure and said.scheme != "https")
    if foreign or origin == "null":
        raise NotAllowed("this was sent by another site", help="open the page here, and send it from there")


def whole_number(text: str) -> int | None:
    """A whole number that somebody typed, from 0 to 999,999,999; None where it is none."""
    plain = text.strip()
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


# Forms ----------------------------------------------------------------------------------------------------


class Posted:
    """The fields of a form that was sent."""

    def __init__(self, form: FormData) -> None:
        self._form = form

    def text(self, name: str, default: str = "") -> str:
        """A field's text, line ends as LF; the default where it is not there."""
        value = self._form.get(name, default)
        return value.replace("\r\n", "\n") if isinstance(value, str) else default

    def maybe(self, name: str) -> str | None:
        """A field's text, or None where it is empty or not there."""
        return self.text(name).strip() or None

    def many(self, name: str) -> list[str]:
        """All texts sent under a name."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)]

    def whole(self, name: str) -> int:
        """A whole number, such as the hidden field `version`; raises VersionNeeded where it is none."""
        text = self.text(name)
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise VersionNeeded
        return int(text)

    def upload(self, name: str) -> UploadFile | None:
        """A file, or None where none was chosen."""
        value = self._form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    @property
    def names(self) -> list[str]:
        return list(self._form.keys())


async def posted_of(request: Request) -> Posted:
    """A form of our own pages, however sent; it checks where it came from, not who sent it."""
    refuse_other_origins(request)
    limits = bench_of(request).settings.limits
    form = await request.form(max_files=5, max_fields=5_000, max_part_size=limits.body)
    return Posted(form)


def page_form(caller: SignedInCaller, posted: Annotated[Posted, Depends(posted_of)]) -> Posted:
    """The form of somebody signed in; its hidden field `csrf` is their session's."""
    check_csrf(caller, posted.text("csrf"))
    return posted


AnyForm = Annotated[Posted, Depends(posted_of)]
PageForm = Annotated[Posted, Depends(page_form)]


# Versions and lists ---------------------------------------------------------------------------------------


def if_match(
    said: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of what is changed, as it was read.")
    ] = None,
) -> str:
    """The version in If-Match; raises VersionNeeded where there is none."""
    said = (said or "").strip()
    if not said or said == "*":
        raise VersionNeeded
    return said.removeprefix("W/").strip('"')[:100]


def if_match_number(said: Annotated[str, Depends(if_match)]) -> int:
    """As `if_match`, of a count; what is no number was never a version."""
    return int(said) if re.fullmatch(r"\d{1,18}", said, re.ASCII) else -1


def if_match_revision(said: Annotated[str, Depends(if_match)]) -> int:
    """As `if_match_number`, of the revision of all an inspection holds: `r12`, so that no other fits."""
    return int(said[1:]) if re.fullmatch(r"r\d{1,18}", said, re.ASCII) else -1


IfMatch = Annotated[str, Depends(if_match)]
IfMatchNumber = Annotated[int, Depends(if_match_number)]
IfMatchRevision = Annotated[int, Depends(if_match_revision)]


def tag_answer(response: Response, version: object) -> None:
    """Say which version an answer holds."""
    response.headers["ETag"] = etag(version)


def tag_revision(response: Response, revision: int) -> None:
    """Say which revision of the whole inspection an answer holds."""
    tag_answer(response, f"r{revision}")


def _page_number(page: Annotated[int, Query(ge=1, le=1_000_000, description="Counted from 1.")] = 1) -> int:
    return page


def _per_page(
    bench: Bench, per_page: Annotated[int | None, Query(ge=1, le=200, description="Rows a page.")] = None
) -> int:
    return min(per_page or bench.settings.limits.page, bench.settings.limits.page_most)


PageNumber = Annotated[int, Depends(_page_number)]
PerPage = Annotated[int, Depends(_per_page)]


# Addresses ------------------------------------------------------------------------------------------------


def safe_next(text: str | None) -> str:
    """Where to go after signing in: a path here, and never another site."""
    if (
        not text
        or not text.startswith("/")
        or text.startswith("//")
        or "\\" in text
        or not text.isprintable()
    ):
        return "/"
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc and len(text) <= 500 else "/"


def sign_in_address(request: Request) -> str:
    """The sign-in page that leads back to what was asked for."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" + (f"?next={quote(here, safe='/')}" if here != "/" else "")
