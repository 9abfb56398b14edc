"""Files handed out: always to be saved, never shown in a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

MEDIA = {
    "yaml": "application/yaml",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}


def document_answer(content: bytes, name: str, media: str = "application/octet-stream") -> Response:
    """A file to be saved under a name."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        # Where somebody opens it all the same, it may do nothing.
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    return Response(content, media_type=media, headers=headers)


def file_answer(content: bytes, stem: str, ending: str) -> Response:
    """A file of a kind we write."""
    return document_answer(content, f"{stem}.{ending}", MEDIA[ending])
