"""Zetkin's email blocks as HTML for the preview: text, headings, buttons, links; nothing that runs or loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from markupsafe import Markup

_LEVELS = range(1, 5)
_DEEP = 8


def as_html(blocks: Iterable[Mapping[str, Any]]) -> Markup:
    """What an email will look like, without Zetkin's frame around it. Unknown blocks are left out."""
    return Markup("\n".join(_block(b.get("kind"), b.get("data") or {}) for b in blocks))  # noqa: S704 - escaped below


def _block(kind: Any, data: Mapping[str, Any]) -> str:
    match kind:
        case "header":
            level = data.get("level")
            level = level if level in _LEVELS else 2
            return f"<h{level}>{_inline(data.get('content', ()))}</h{level}>"
        case "paragraph":
            return f"<p>{_inline(data.get('content', ()))}</p>"
        case "button":
            return f'<p class="button" title="{_attribute(data.get("href"))}">{_text(data.get("text"))}</p>'
        case "image":
            return f"<p>[{_text(data.get('alt'))}]</p>"
        case _:
            return ""


def _inline(nodes: Iterable[Any], depth: int = 0) -> str:
    if depth > _DEEP:
        return ""
    return "".join(_node(node, depth) for node in nodes if isinstance(node, Mapping))


def _node(node: Mapping[str, Any], depth: int) -> str:
    content = node.get("content", ())
    match node.get("kind"):
        case "string":
            return _text(node.get("value"))
        case "bold":
            return f"<strong>{_inline(content, depth + 1)}</strong>"
        case "italic":
            return f"<em>{_inline(content, depth + 1)}</em>"
        case "link":
            return f'<u title="{_attribute(node.get("href"))}">{_inline(content, depth + 1)}</u>'
        case "lineBreak":
            return "<br>"
        case "variable":
            return f"<mark>{_text(node.get('name'))}</mark>"
        case _:
            return ""


def _text(value: Any) -> str:
    return escape(str(value if value is not None else ""), quote=False)


def _attribute(value: Any) -> str:
    return escape(str(value if value is not None else ""), quote=True)
