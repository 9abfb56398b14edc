"""Whatever a user wrote enters the report as text: never as markup, a template, a style or a link."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.render.content.words import visible, web_address
from grader.render.html.page import css_string

HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script><style>",
    "</title></head><body onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!-- --><details open ontoggle=alert(1)>",
    "]]><script>alert(1)</script>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}{# x #}",
    "{{ proposal.__class__.__mro__ }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "javascript:alert(1)",
    "&lt;script&gt; &#60;script&#62; &amp;",
    "$\\frac{1}{0}$ \\(x\\)",
    'a"; } * { background: url(https://evil.example/x) } @top-left { content: "',
    "\\22 ; } body { display: none",
]


def _everywhere(data: dict[str, Any], text: str) -> dict[str, Any]:
    """The inspection with the text wherever a user's words go."""
    data = copy.deepcopy(data)
    data["inspection"]["body"] = text
    data["sources"]["s"] |= {"title": text, "url": text}
    for item in data["evidence"]:
        item |= {"statement": text, "locator": text}
    data["evidence"].append(
        {
            "id": "M",
            "characteristics": ["responding.2c"],
            "assessment": "meets",
            "statement": text,
            "basis": "data",
            "source": "s",
            "measure": {"name": "other", "value": 1.0, "unit": text},
        }
    )
    for finding in [*data["findings"], *data["previous"]]:
        finding |= {"statement": text, "recommendations": [text], "source": "s"}
    return data


def _decisions(text: str) -> dict[str, Any]:
    decided = {"grade": "good", "rationale": text, "source": text, "programme": text, "decided_by": text}
    return {"decisions": {"inspection": "full", "decided_by": text}, "grades": {"responding": decided}}


def _shape(tree: Any) -> list[Any]:
    """Elements and attributes, without what they say; charts aside, which hold none of the user's words."""
    return [
        (n.tag, sorted(n.attributes), n.attributes.get("class"), n.attributes.get("href")) for n in tree.all()
    ]


@pytest.fixture(scope="module")
def plain(html_of: Callable[..., str], full_data: dict[str, Any], parse: Callable[[str], Any]) -> Any:
    """The report with harmless words wherever hostile ones may stand."""
    return parse(html_of(_everywhere(full_data, "plain words"), _decisions("plain words")))


# Three at a time, each beginning with another: they are hostile alone, and more than one stands in a page.
@pytest.mark.parametrize("texts", [HOSTILE[i : i + 3] for i in range(0, len(HOSTILE), 3)])
def test_hostile_text_shows_and_does_nothing(
    texts: list[str],
    plain: Any,
    full: dict[str, Any],
    html_of: Callable[..., str],
    parse: Callable[[str], Any],
) -> None:
    text = " ".join(texts)
    tree = parse(html_of(_everywhere(full, text), _decisions(text)))
    assert _shape(plain) == _shape(tree)
    assert plain.text.count("plain words") == tree.text.count(text)


def test_hostile_ids_name_no_element(
    full: dict[str, Any], full_tree: Any, html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    expected = _shape(full_tree)
    for i, item in enumerate(full["evidence"]):
        item["id"] = f'{item["id"]}" onclick="{i}'
    assert expected == _shape(parse(html_of(full)))


def test_what_hides_or_reorders_text_is_written_out(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    full["evidence"][0]["statement"] = "paid \u202e001\u202c and \u200bno\u00adthing"
    html = html_of(full)
    assert "paid \\u202e001\\u202c and \\u200bno\\xadthing" in parse(html).text
    assert "\u202e" not in html


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/relative",
        "https:evil",
        "https://",
        "https://user:secret@evil.example/",
        "https://a.example\\@evil.example/",
        "https://[::1",
        "https://a.example/\u202egpj.exe",
    ],
)
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    assert web_address(url) is None


def test_what_is_no_web_address_stands_as_text(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    full["sources"] = {"s": {"title": "Notes", "url": "javascript:alert(1)"}}
    tree = parse(html_of(full))
    assert [] == [n for n in tree.all("a") if not n.attributes["href"].startswith("#")]
    assert "Notes: javascript:alert(1)" in tree.text


def test_a_web_address_becomes_a_link_that_gives_nothing_away(
    full: dict[str, Any], html_of: Callable[..., str], parse: Callable[[str], Any]
) -> None:
    full["sources"]["s"]["url"] = 'https://example.org/a?b=1&c="2"'
    (link,) = (n for n in parse(html_of(full)).all("a") if not n.attributes["href"].startswith("#"))
    assert 'https://example.org/a?b=1&c="2"' == link.attributes["href"]
    assert "noopener noreferrer nofollow" == link.attributes["rel"]


@given(st.text())
def test_a_css_string_holds_escapes_and_ascii_letters_and_digits_alone(text: str) -> None:
    assert re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9a-f]{6} )*"', css_string(text))


@given(st.text())
def test_an_address_is_linked_as_it_is_or_not_at_all(text: str) -> None:
    assert web_address(text) in (None, text)
    assert web_address(f"javascript:{text}") is None


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L"])))
def test_visible_text_steers_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert not set(visible(text)) & {"\u202e", "\u2028", "\x00", "\x1b", "\u200b", "\ufeff"}


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip))
def test_any_text_leaves_the_page_as_it_was(
    html_of: Callable[..., str], parse: Callable[[str], Any], plain: Any, full_data: dict[str, Any], text: str
) -> None:
    assert _shape(plain) == _shape(parse(html_of(_everywhere(full_data, text), _decisions(text))))
