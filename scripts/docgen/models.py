"""Models as documentation: fields with their types in words, defaults and docstrings, read from the source."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

WORDS = {
    "str": "string",
    "bool": "true or false",
    "Bool": "true or false",
    "int": "integer",
    "float": "number",
    "Float": "number",
    "Ratio": "number, 1 to 21",
    "Any": "any value",
    "LengthField": "[size](#scalars)",
    "TextField": "[text](#scalars)",
    "ColorField": "[colour](#scalars)",
    "LocaleTag": "[locale](#scalars)",
    "LocaleSet": "[locale or pair](#scalars)",
    "Expression": "[expression](#expressions)",
    "Identifier": "id",
    "Seed": "integer, 0 to 2^63 - 1",
    "LevelWord": "`error`, `warn` or `off`",
    "SlotType": "`text`, `list`, `items`, `group`, `image`, `qr`, `chart`, `icon` or `note`",
    "BoxSpec": "[x, y, width, height]",
    "Pixels": "integer, 16 to 16384",
    "PageRange": "`all` or ranges",
    "ImageMode": "`jpeg` or `lossless`",
    "PaintSpec": "[colour](#scalars) or [gradient](#gradientspec)",
    "CanvasField": "[canvas](#canvasspec)",
    "SceneField": "[scene](#scenespec), a string (its subject) or `none`",
    "LayerSpec": "[layer](#layers)",
}
"""Names of types -> words for people."""


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """One key of a model."""

    name: str
    type: str
    default: str
    """`required`, the value in code type, or "" for none."""
    doc: str


@dataclass(frozen=True, slots=True)
class ModelDoc:
    """One model: its own keys, without those of its bases."""

    name: str
    doc: str
    bases: tuple[str, ...]
    fields: tuple[FieldDoc, ...]


def read_models(path: Path) -> dict[str, ModelDoc]:
    """All classes of a module, or of a package's modules, by name."""
    sources = sorted(path.glob("*.py")) if path.is_dir() else [path]
    trees = (ast.parse(source.read_text(encoding="utf-8")) for source in sources)
    return {node.name: _model(node) for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}


def _model(node: ast.ClassDef) -> ModelDoc:
    fields = []
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            fields.append(_field(statement, _string(after)))
    bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
    return ModelDoc(node.name, ast.get_docstring(node) or "", bases, tuple(fields))


def _field(node: ast.AnnAssign, doc: str) -> FieldDoc:
    assert isinstance(node.target, ast.Name)
    name, default = node.target.id.rstrip("_"), node.value
    if isinstance(default, ast.Call) and _name(default.func) == "Field":
        given = {keyword.arg: keyword.value for keyword in default.keywords}
        alias = given.get("alias")
        name = alias.value if isinstance(alias, ast.Constant) else name
        default = default.args[0] if default.args else ast.Constant(None) if "default_factory" in given else None
    return FieldDoc(str(name), type_words(_unquoted(node.annotation)), _default(default), doc)


def _unquoted(annotation: ast.expr) -> ast.expr:
    """The annotation of a class that stands within itself is a text."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _string(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _default(node: ast.expr | None) -> str:
    """A default as it would be written in a spec."""
    if node is None:
        return "required"
    if isinstance(node, ast.Call):
        if _name(node.func) == "Length":
            value, unit = (ast.literal_eval(argument) for argument in node.args)
            return f"`{value:g}{unit}`" if value else "`0`"
        return ""
    if isinstance(node, ast.Tuple):
        parts = [_default(item).strip("`") for item in node.elts]
        return f"`[{', '.join(parts)}]`" if parts else ""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            return f"`{str(node.value).lower()}`"
        return "" if node.value in (None, "") else f"`{node.value}`"
    return f"`{ast.unparse(node)}`" if not isinstance(node, ast.Name) else {"API_VERSION": "`design/v1`"}.get(node.id, "")


def type_words(node: ast.expr) -> str:
    """An annotation in words: `tuple[str, ...] | None` is "list of string"."""
    if isinstance(node, ast.BinOp):
        parts = [type_words(side) for side in _alternatives(node)]
        return " or ".join(part for part in parts if part)
    if isinstance(node, ast.Constant):
        return "" if node.value is None else f"`{node.value}`"
    if isinstance(node, ast.Subscript):
        return _subscript(node)
    name = _name(node)
    return WORDS.get(name) or (f"[{name}](#{name.lower()})" if name else ast.unparse(node))


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _subscript(node: ast.Subscript) -> str:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    match _name(node.value):
        case "Literal":
            words = [f"`{item.value}`" for item in items if isinstance(item, ast.Constant)]
            return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
        case "Annotated":
            return type_words(items[0]) + _limits(items[1:])
        case "tuple" if len(items) == 2 and isinstance(items[1], ast.Constant):
            return f"list of {type_words(items[0])}"
        case "tuple":
            return f"[{', '.join(type_words(item) for item in items)}]"
        case "dict":
            return f"map of {type_words(items[0])} to {type_words(items[1])}"
    return ast.unparse(node)


def _limits(marks: list[ast.expr]) -> str:
    """Bounds from `Field(ge=1, le=16)`."""
    found = {}
    for mark in marks:
        if isinstance(mark, ast.Call) and _name(mark.func) == "Field":
            found.update({keyword.arg: ast.unparse(keyword.value) for keyword in mark.keywords})
    low, high = found.get("ge"), found.get("le")
    if low is not None and high is not None:
        return f", {low} to {high}"
    words = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
    words += [f"more than {found['gt']}" if "gt" in found else "", f"less than {found['lt']}" if "lt" in found else ""]
    words += [f"{found['min_length']} or more" if "min_length" in found else ""]
    words += [f"{found['max_length']} or fewer" if "max_length" in found else ""]
    text = ", ".join(word for word in words if word)
    return f", {text}" if text else ""
