"""Files handed out: as downloads, never as something a browser opens here."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response


def download(content: bytes, file_name: str, media_type: str = "application/octet-stream") -> Response:
    """A file to keep, under a name that cannot break out of its header."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file_name) or "file"
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": said})
