"""Pairs, data sources, facts and metadata as written."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .scalars import ColorField, Expression, Strict, TextField, _aliases


class PairSpec(Strict):
    """How the second language of a bilingual piece stands to the first."""

    ratio: Annotated[float, Field(strict=True, ge=0.3, le=1)] = 0.6
    """The second language's size, as a share of the first's."""
    color: ColorField | None = None
    """Of the second language."""
    weight: Annotated[int, Field(strict=True, ge=100, le=900)] | None = None
    """Of the second language."""
    gap: Annotated[float, Field(strict=True, ge=0, le=3)] = 0.25
    """In em of the second language's size."""


class DataSource(Strict):
    """A table from a file beside the spec. The key that names the file is its format: an id of `spec/readers`."""

    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=_aliases, populate_by_name=True)
    csv: str | None = None
    tsv: str | None = None
    json_: str | None = Field(None, alias="json")
    yaml: str | None = None
    xlsx: str | None = None
    sheet: str | None = None
    """Of a workbook; default: the first."""
    key: str | None = None
    """The column that names a row: in output names, in reports and in expressions (`q3.on_time`)."""
    where: Expression | None = None
    """Only rows for which this holds; columns are names."""
    encoding: str = "auto"
    """auto finds UTF-8, UTF-16 and GB18030, and says which."""
    types: dict[str, Literal["text", "int", "float", "date", "bool"]] = Field(default_factory=dict)
    """Column -> type; default: text, and numbers as they are in JSON, YAML and XLSX."""


class FactSpec(Strict):
    """A number or word that may stand on a page: a Jinja expression over `data` and `vars`."""

    query: Expression
    """`q3.on_time`, `water | mean('ph') | round(2)`, `2025`: without braces."""
    cite: str = ""
    """Where it comes from."""


class MetaSpec(Strict):
    title: TextField | None = None
    """Of the delivered files; default: the title slot, else the name."""
    author: str = ""
    subject: TextField | None = None
    keywords: tuple[str, ...] = ()
