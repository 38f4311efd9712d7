"""The keys that a kind's documents and pages have, beside slots."""

from __future__ import annotations

from qwen_pipeline.types.spec import AssetKind, Document, PageSpec

from .shape import keys

ONE_PAGE_KEYS = ("scene", "regions", "layers", "background", "notes")
"""Keys of a page where the whole spec is one page; the others would say nothing there."""
_PAGED_ONLY = ("defaults", "consistency")


def page_keys(kind: AssetKind) -> tuple[str, ...]:
    """The keys of a page of this kind."""
    return keys(PageSpec) if kind.pages else ONE_PAGE_KEYS


def document_keys(kind: AssetKind) -> tuple[str, ...]:
    """The keys that every document of a kind has, beside its pages or its page's."""
    return tuple(key for key in keys(Document) if kind.pages or key not in _PAGED_ONLY)


def slot_keys_taken(kind: AssetKind) -> tuple[str, ...]:
    """Names that no slot of this kind can have, since they are keys where slots are filled in."""
    return page_keys(kind) if kind.pages else (*document_keys(kind), *page_keys(kind), kind.layout_key)
