"""The parts of a workbook (zipped XML), read within limits.

Nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from grader.errors import InputError, Place
from grader.sheets import limits
from grader.sheets.limits import damaged, refuse

_CHUNK = 1 << 16
_DEPTH = 200
_NAMES = 10_000
#: Of a small part. Sixty-four thousand styles are the most there are.
_ELEMENTS = 250_000
#: A name, or a tag with its attributes, is never that long; cell texts come in pieces.
_TOKEN = 1 << 20
#: All that `zipfile` raises at an archive it cannot read, each told as a fault of the file: RuntimeError
#: for a part under a password, or packed in a way that it does not know.
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


class Archive:
    """A workbook's parts by name, in whatever case it is written."""

    def __init__(self, raw: bytes, file: str) -> None:
        self.file = file
        self.unpacked = 0
        self._elements = 0
        # Before zipfile makes an object of each.
        if raw.count(b"PK\x01\x02") > limits.PART_LIMIT:
            refuse(Place(file), f"the workbook has more than {limits.PART_LIMIT:,} parts", limits.SMALLER)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except ZIP_FAULTS:
            damaged(file, "its list of parts cannot be read")
        self._names: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = plain_part(info.filename)
            if name in self._names:
                damaged(file, "a part stands in it twice")
            self._names[name] = info

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and plain_part(name) in self._names

    def has_file(self, name: str) -> bool:
        """Whether a part in any folder has this name, in lower case."""
        return any(part.rpartition("/")[2].lower() == name for part in self._names)

    def count(self) -> None:
        """Count an element of any part, for the limit."""
        self._elements += 1
        if self._elements > limits.ELEMENT_LIMIT:
            message = f"the workbook has more than {limits.ELEMENT_LIMIT:,} pieces"
            refuse(Place(self.file), message, limits.SMALLER)

    def chunks(self, name: str, limit: int) -> Iterator[bytes]:
        """A part's bytes, piece by piece."""
        info = self._names.get(plain_part(name))
        if info is None:
            damaged(self.file, f"its part {name} is missing")
        if info.flag_bits & 1:
            refuse(Place(self.file), "the workbook is locked with a password", "save it without one")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            damaged(self.file, "it is packed in a way workbooks are not")
        self._measure(info.file_size, 0, limit)  # as declared
        size = 0
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    self._measure(size, len(chunk), limit)
                    yield chunk
        except ZIP_FAULTS as error:
            if isinstance(error, InputError):
                raise
            damaged(self.file, f"its part {name} cannot be unpacked")

    def has_workbook(self) -> bool:
        """Whether one of its parts is named as that of a workbook is."""
        return any(name.endswith(("workbook.xml", "content.xml")) for name in self._names)

    def measure(self) -> None:
        """Unpack every part, and keep none, to know that another reader may."""
        for name in self._names:
            for _ in self.chunks(name, limits.UNPACKED_LIMIT):
                pass

    def _measure(self, size: int, more: int, limit: int) -> None:
        self.unpacked += more
        if size > limit or max(size, self.unpacked) > limits.UNPACKED_LIMIT:
            shown = min(limit, limits.UNPACKED_LIMIT) / 2**20
            refuse(Place(self.file), f"the workbook unpacks to more than {shown:g} MiB", limits.SMALLER)

    def parse(
        self,
        name: str,
        start: Start,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        limit: int = limits.UNPACKED_LIMIT,
    ) -> None:
        """Walk over a part's XML, which declares no entities; names lose their prefix."""
        parser = _parser(self.file, self.count, start, end, text)
        fed = 0
        try:
            for chunk in self.chunks(name, limit):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _TOKEN:
                    damaged(self.file, f"its part {name} holds a tag longer than {_TOKEN / 2**20:g} MiB")
            parser.Parse(b"", True)
        except expat.ExpatError:
            damaged(self.file, f"its part {name} is not XML")

    def elements(self, name: str) -> list[tuple[str, str, Attributes]]:
        """A small part's elements: parent, name, attributes."""
        found: list[tuple[str, str, Attributes]] = []
        around = [""]

        def start(local: str, attributes: Attributes) -> None:
            if len(found) == _ELEMENTS:
                damaged(self.file, f"its part {name} has more than {_ELEMENTS:,} elements")
            found.append((around[-1], local, attributes))
            around.append(local)

        def end(local: str) -> None:
            around.pop()

        self.parse(name, start, end, limit=limits.SMALL_PART_LIMIT)
        return found


def plain_part(name: str) -> str:
    """A part's name without differences of case and slashes."""
    return name.replace("\\", "/").removeprefix("/").casefold()


class _Locals(dict[str, str]):
    """Names without their prefix, cached."""

    def __missing__(self, name: str) -> str:
        found = name.rpartition(":")[2]
        if len(self) < _NAMES:
            self[name] = found
        return found


def _parser(
    file: str,
    count: Callable[[], None],
    start: Start,
    end: Callable[[str], None] | None,
    text: Callable[[str], None] | None,
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local = _Locals()
    depth = 0

    def opened(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        count()
        if depth > _DEPTH:
            damaged(file, f"its XML is nested deeper than {_DEPTH} levels")
        start(local[name], attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(local[name])

    def doctype(*_: object) -> None:
        message = "the workbook declares XML entities, which no spreadsheet program writes"
        refuse(Place(file), message, "open it in a spreadsheet program and save it again")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = doctype
    if text is not None:
        parser.CharacterDataHandler = text
    return parser
