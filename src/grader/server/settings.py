"""What a server is told: where its data lies, who may reach it, its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from grader.errors import InputError, Place, Problem

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MEGABYTE = 1024 * 1024


class Limits(BaseModel):
    """Bounds on what one request, one worker and one person may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: Annotated[int, Field(ge=1024, le=256 * MEGABYTE)] = 1 * MEGABYTE
    """Bytes of a request that carries no file."""
    upload: Annotated[int, Field(ge=1024, le=256 * MEGABYTE)] = 20 * MEGABYTE
    """Bytes of a request that carries one."""
    page: Annotated[int, Field(ge=1, le=1000)] = 50
    """Rows a page of a list holds where nobody asks for another number."""
    page_most: Annotated[int, Field(ge=1, le=1000)] = 200
    evidence: Annotated[int, Field(ge=1, le=20_000)] = 5_000
    """Items of evidence an inspection may hold."""
    documents: Annotated[int, Field(ge=0)] = 200 * MEGABYTE
    """Bytes of documents an inspection may hold."""
    documents_of_owner: Annotated[int, Field(ge=0)] = 2048 * MEGABYTE
    """Bytes of documents that all inspections of one owner may hold."""
    challenges: Annotated[int, Field(ge=1, le=10_000)] = 200
    """Challenges the body may make of one draft."""
    several: Annotated[int, Field(ge=1, le=1000)] = 500
    """Items that may be tagged in one act."""

    at_once: Annotated[int, Field(ge=1, le=1000)] = 8
    """Requests of one person that are answered at a time; the rest of theirs wait."""
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    worker_memory: Annotated[int, Field(ge=256 * MEGABYTE, le=16 * 1024 * MEGABYTE)] = 1024 * MEGABYTE
    """Bytes of address space a worker may take."""
    worker_cpu: Annotated[int, Field(ge=1, le=600)] = 20
    """Seconds of processor time for one job."""
    worker_wall: Annotated[float, Field(ge=0.1, le=3600)] = 60
    """Seconds by the clock for one job, after which its worker is killed."""
    worker_wait: Annotated[float, Field(ge=0.1, le=600)] = 30
    """Seconds a request waits for a worker to be free."""
    worker_jobs: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Jobs after which a worker is replaced, so that nothing it keeps grows for ever."""
    cache: Annotated[int, Field(ge=0, le=4096 * MEGABYTE)] = 64 * MEGABYTE
    """Bytes of proposals and explanations kept in memory, compressed."""

    sign_in_person: str = "10 per 15 minutes"
    """Attempts to sign in to one account."""
    sign_in_address: str = "100 per 15 minutes"
    """Attempts to sign in from one address."""

    unknown_people: str = "20 per hour"
    """Addresses without an account that one person may try to give a part to."""

    session_idle: Annotated[int, Field(ge=MINUTE, le=30 * DAY)] = 8 * HOUR
    """Seconds after which a session that nobody uses ends."""
    session_whole: Annotated[int, Field(ge=MINUTE, le=90 * DAY)] = 7 * DAY
    """Seconds after which a session ends however much it is used."""
    link: Annotated[int, Field(ge=MINUTE, le=7 * DAY)] = HOUR
    """Seconds for which a one-time sign-in link is good."""
    invitation: Annotated[int, Field(ge=HOUR, le=180 * DAY)] = 21 * DAY
    """Seconds for which the invitation of the body inspected is good where nobody says."""
    retention: Annotated[int, Field(ge=0, le=36_500)] = 365
    """Days after it was closed for which an inspection is kept before it may be erased."""


class Passwords(BaseModel):
    """The cost of checking a password, argon2's by default, and its least length."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shortest: Annotated[int, Field(ge=8, le=64)] = 12
    time_cost: Annotated[int, Field(ge=1, le=20)] = 3
    memory_cost: Annotated[int, Field(ge=8, le=4 * 1024 * 1024)] = 65_536
    """Kibibytes."""
    parallelism: Annotated[int, Field(ge=1, le=16)] = 4


class SingleSignOn(BaseModel):
    """An OpenID Connect provider; accounts are linked only by an e-mail it says is verified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str
    client_secret: SecretStr
    name: str = "single sign-on"
    """What the button is called."""
    create: bool = False
    """Whether a person who has no account here is given one; they see no inspection until invited to it."""


class Settings(BaseModel):
    """Everything a server is told.

    Attributes
    ----------
    data : Path
        Folder of the embedded database, and of what workers and backups need.
    database : str
        An SQLAlchemy URL, `sqlite:///FILE` or `postgresql://...`; by default a file in `data`.
    host, port
        Where to listen: this machine alone by default.
    public_url : str
        The address people use, before a proxy: links and cookies follow it.
    trust_proxy : bool
        Whether `X-Forwarded-For` is believed, which only one's own proxy may say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""
    trust_proxy: bool = False
    single_sign_on: SingleSignOn | None = None
    passwords: Passwords = Passwords()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.netloc or address.path not in ("", "/"):
            raise ValueError("public_url is not an address such as https://grader.example.org")
        return self

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'grader.sqlite3'}"

    @property
    def url(self) -> str:
        """The address people use, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people reach the server by https, so that cookies are sent by nothing else."""
        return self.url.startswith("https://")


def settings_of(**given: object) -> Settings:
    """Settings as given; raises InputError with every fault in the user's words."""
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise InputError(map(_problem, error.errors(include_url=False, include_input=False))) from error


def _problem(fault: Any) -> Problem:
    said = str(fault["msg"]).removeprefix("Value error, ")
    name = str(fault["loc"][-1]) if fault["loc"] else "public_url"
    place = Place("--" + name.replace("_", "-"))
    return Problem(said[:1].lower() + said[1:], place, "grader serve --help says what it may be")
