"""Whether a text is a plain table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

#: So many bytes are looked at together.
BLOCK = 8 * 2**20
_QUOTE, _LINE, _RETURN = b'"\n\r'


def is_plain(body: bytes, delimiter: str, width: int) -> bool:
    """Whether every row has `width` cells and proper quotes.

    Lines end in LF or CRLF. Other tables are read with more care.
    """
    if b"\0" in body or body.count(b"\r") != body.count(b"\r\n"):
        return False
    if body and not body.endswith(b"\n"):
        body += b"\n"
    return all(_steady(cells, width) for cells in _rows(body, ord(delimiter)))


def _steady(cells: np.ndarray | None, width: int) -> bool:
    return cells is not None and bool((cells == width).all())


def _rows(body: bytes, sign: int) -> Iterator[np.ndarray | None]:
    """Each row's number of cells; None for a misplaced quote."""
    every = np.frombuffer(body, dtype=np.uint8)
    quoted, before = False, 0
    for start in range(0, len(every), BLOCK):
        block = every[start : start + BLOCK]
        quotes, signs, ends = (np.flatnonzero(block == each) for each in (_QUOTE, sign, _LINE))
        if len(quotes) or quoted:
            if not _in_place(every, quotes + start, quoted, sign):
                yield None
                return
            signs, ends = (at[np.searchsorted(quotes, at) % 2 == quoted] for at in (signs, ends))
            quoted ^= bool(len(quotes) % 2)
        seen = np.searchsorted(signs, ends)
        yield np.diff(seen, prepend=-before) + 1
        before = len(signs) - int(seen[-1]) if len(ends) else before + len(signs)
    if quoted:
        yield None


def _in_place(every: np.ndarray, quotes: np.ndarray, quoted: bool, sign: int) -> bool:
    """Whether quotes open after, and close before, a delimiter or line end."""
    opening, closing = (quotes[1::2], quotes[::2]) if quoted else (quotes[::2], quotes[1::2])
    before = every[opening - 1]
    first = opening == 0
    opened = first | (before == sign) | (before == _LINE) | (before == _QUOTE)
    after = every[np.minimum(closing + 1, len(every) - 1)]
    closed = (after == sign) | (after == _LINE) | (after == _RETURN) | (after == _QUOTE)
    return bool(opened.all() and closed.all())
