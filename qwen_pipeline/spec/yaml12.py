"""YAML text -> plain data with positions, by the core schema of YAML 1.2 (section 10.3.2), from PyYAML's events.

`16:9`, `no`, `on` and dates are text, `010` is text too; numbers remember how they were written. Tags, several documents,
duplicate keys, merge keys and bombs are refused. All that can be told apart is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import SourceFloat, SourceInt

from .report import Report
from .tree import Map, Seq

MAX_BYTES = 2_000_000
MAX_NODES = 50_000
MAX_DEPTH = 60

_LOADER = getattr(yaml, "CLoader", yaml.Loader)
_NULL = frozenset({"", "null", "Null", "NULL", "~"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_OCT = re.compile(r"0o[0-7]+$")
_HEX = re.compile(r"0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$")
_MAX_DIGITS = 300


class Stop(Exception):
    """Nothing more can be read from this file."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: `data` is a Map (or what stood there instead), `raw` its bytes."""

    file: str
    data: Any
    text: str
    raw: bytes = b""


def resolve_scalar(text: str) -> Any:
    """The value of a plain scalar: None, bool, SourceInt, SourceFloat or the text itself."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _MAX_DIGITS or text[0] not in "+-.0123456789":
        return text
    for pattern, base in ((_INT, 10), (_OCT, 8), (_HEX, 16)):
        if pattern.match(text):
            number = SourceInt(int(text.replace("0o", "", 1) if base == 8 else text, base))
            number.source = text
            return number
    if _FLOAT.match(text):
        real = SourceFloat(text)
        real.source = text
        return real if abs(real) != float("inf") else text
    return text


def read_file(path: Path, name: str, report: Report, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES) -> Source:
    """Read and parse a file that exists; `name` is what messages call it. Stop if it cannot be read at all."""
    size = path.stat().st_size
    if size > max_bytes:
        report.add("too-large", f"{size:,} bytes; {max_bytes:,} are allowed", Place(name), "put long tables under data")
        raise Stop
    return parse(path.read_bytes(), name, report, max_nodes=max_nodes)


def parse(raw: bytes, name: str, report: Report, *, max_nodes: int = MAX_NODES) -> Source:
    """Parse the bytes of a YAML file; Stop (with the reason in `report`) if there is no document in it."""
    text = _decode(raw, name, report)
    if not text.strip("\ufeff \t\r\n\x00"):
        report.add("empty-file", "the file is empty", Place(name, 1, 1), "two lines will do: kind: Poster and title: Hello")
        raise Stop
    composer = _Composer(name, report, text, max_nodes)
    return Source(name, composer.document(), text, raw)


def _decode(raw: bytes, name: str, report: Report) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        guess = guess_encoding(raw)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8; the file looks like {guess}"
        report.add("not-utf8", message, Place(name, line, 1), "save the file as UTF-8")
        raise Stop from None


def guess_encoding(raw: bytes) -> str:
    """A name for bytes that are not UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "Latin-1 or binary"
    return "GB18030 (GBK)"


@dataclass
class _Composer:
    file: str
    report: Report
    text: str
    max_nodes: int
    nodes: int = 0
    depth: int = 0
    anchors: dict[str, tuple[Any, int] | None] = field(default_factory=dict)
    events: Iterator[Any] = field(default_factory=lambda: iter(()))

    def document(self) -> Any:
        try:
            self.events = yaml.parse(self.text, Loader=_LOADER)
            next(self.events)
            if isinstance(next(self.events), yaml.StreamEndEvent):
                self._refuse(
                    "empty-file", "there is nothing but comments", Place(self.file, 1, 1), "write kind: and what it needs"
                )
            data = self._node(next(self.events), "")
            next(self.events)
            end = next(self.events)
            if not isinstance(end, yaml.StreamEndEvent):
                self._refuse("yaml-documents", "a second document begins here (---)", self._at(end, ""), "one document a file")
            return data
        except yaml.reader.ReaderError as error:
            self._bad_character(error)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.YAMLError as error:
            self._refuse("yaml-syntax", str(error).splitlines()[0], Place(self.file))

    # --- nodes -----------------------------------------------------------------------------------------------------

    def _node(self, event: Any, path: str) -> Any:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            hint = "aliases count as often as they are used"
            self._refuse("yaml-bomb", f"more than {self.max_nodes:,} values", self._at(event, path), hint)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._refuse_tag(event, path)
        before, anchor = self.nodes, event.anchor
        if anchor:
            self.anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            value = resolve_scalar(event.value) if event.implicit[0] else event.value
        else:
            value = self._collection(event, path)
        if anchor:
            self.anchors[anchor] = (value, self.nodes - before + 1)
        return value

    def _collection(self, event: Any, path: str) -> Map | Seq | str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._refuse("yaml-depth", f"nested more than {MAX_DEPTH} levels deep", self._at(event, path))
        value = self._mapping(event, path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(event, path)
        self.depth -= 1
        return value

    def _alias(self, event: Any, path: str) -> Any:
        if event.anchor not in self.anchors:
            hint = f'a text that begins with * must be quoted: "*{event.anchor}"'
            self._refuse("yaml-alias", f"no anchor '&{event.anchor}' before this", self._at(event, path), hint)
        found = self.anchors[event.anchor]
        if found is None:
            self._refuse("yaml-alias", f"'*{event.anchor}' stands inside itself", self._at(event, path))
        assert found is not None
        self.nodes += found[1]
        return found[0]

    def _sequence(self, event: Any, path: str) -> Seq:
        at = self._at(event, path)
        values: list[Any] = []
        places: list[Place] = []
        for item in iter(lambda: next(self.events), None):
            if isinstance(item, yaml.SequenceEndEvent):
                return Seq.of(values, places, at)
            own = f"{path}[{len(values)}]"
            places.append(self._at(item, own))
            values.append(self._node(item, own))
        raise AssertionError("a sequence ends")

    def _mapping(self, event: Any, path: str) -> Map | str:
        out, known = Map(self._at(event, path)), len(self.report.found)
        while True:
            key_event = next(self.events)
            if isinstance(key_event, yaml.MappingEndEvent):
                meant_as_text = not out and any(d.code == "yaml-jinja" for d in self.report.found[known:])
                return "..." if meant_as_text else out
            key = self._key(key_event, path)
            own = f"{path}.{key}" if path else str(key)
            value_event = next(self.events)
            value = self._node(value_event, own)
            if key is None or key.startswith("x-"):
                continue
            if key in out:
                self._duplicate(out, key, self._at(key_event, own))
                continue
            out.put(key, value, self._value_at(value_event, key_event, own), self._at(key_event, own))

    def _key(self, event: Any, path: str) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event, path)
            if event.value == "<<" and event.implicit[0]:
                self.report.add("yaml-merge-key", "YAML 1.2 has no merge keys", self._at(event, path), "use extends or defaults")
                return None
            if event.anchor:
                self.anchors[event.anchor] = (event.value, 1)
            if event.value == "" and event.implicit[0]:
                self.report.add("yaml-key", "a key is missing before ':'", self._at(event, path))
                return None
            return str(event.value)
        self._node(event, path)
        line = self.text.splitlines()[event.start_mark.line]
        if "{{" in line:
            hint = 'quote it: "' + line[line.index("{{") :].strip().replace('"', "'") + '"'
            self.report.add("yaml-jinja", "{{ ... }} outside quotes is a map to YAML", self._at(event, path), hint)
        else:
            self.report.add("yaml-key", "a key is a word, not a list or a map", self._at(event, path))
        return None

    def _duplicate(self, out: Map, key: str, at: Place) -> None:
        first = out.keys_at[key]
        message = f"'{key}' is written twice; first in line {first.line}, column {first.column}"
        self.report.add("duplicate-key", message, at, "keep one of the two")

    def _refuse_tag(self, event: Any, path: str) -> None:
        tag = event.tag
        explicit = isinstance(event, yaml.ScalarEvent) and event.implicit == (False, False)
        if tag is not None and (explicit or not isinstance(event, yaml.ScalarEvent)):
            written = tag.replace("tag:yaml.org,2002:", "!!")
            hint = (
                f'a text that begins with ! must be quoted: "{written}"'
                if not written.startswith("!!")
                else "write the value without it"
            )
            self._refuse("yaml-tag", f"the tag {written} is not allowed", self._at(event, path), hint)

    # --- places and ends -------------------------------------------------------------------------------------------

    def _at(self, event: Any, path: str) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1, path)

    def _value_at(self, event: Any, key_event: Any, path: str) -> Place:
        """A value that is not there stands at its key."""
        start, end = event.start_mark, event.end_mark
        empty = isinstance(event, yaml.ScalarEvent) and (start.line, start.column) == (end.line, end.column)
        return self._at(key_event if empty else event, path)

    def _refuse(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self.report.add(code, message, place, hint)
        raise Stop

    def _bad_character(self, error: yaml.reader.ReaderError) -> None:
        character = error.character if isinstance(error.character, int) else ord(error.character)
        index = self.text.find(chr(character))
        line = self.text.count("\n", 0, max(index, 0)) + 1
        column = index - self.text.rfind("\n", 0, max(index, 0))
        message = f"the character U+{character:04X} is not allowed in YAML"
        self._refuse("yaml-character", message, Place(self.file, line, column), "delete it; it is invisible in most editors")

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark: Any = error.problem_mark or error.context_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
        line = next(iter(self.text.splitlines()[mark.line :]), "") if mark else ""
        code, hint = _explain(line, mark.column if mark else 0, error)
        message = " ".join(part for part in (error.problem, error.context) if part)
        context: Any = error.context_mark
        if context and mark and context.line != mark.line:
            message += f" that begins in line {context.line + 1}"
        self._refuse(code, message, place, hint)


def _explain(line: str, column: int, error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Code and hint for a syntax error, from the line it is in."""
    if "\t" in line[: column + 1]:
        return "yaml-tab", "indent with spaces, not with tabs"
    if "nesting depth" in str(error.problem):  # libyaml looks that far ahead in a line
        return "yaml-depth", ""
    if "mapping values are not allowed" in str(error.problem):
        return "yaml-syntax", "quote a text that has ': ' in it, and give the keys of one map the same indentation"
    if line[column : column + 1] in ("@", "`", "%", "|", ">"):
        return "yaml-syntax", f"quote a text that begins with {line[column]}"
    missing = "look for a bracket, a quote or a comma that is missing, or a line that is indented differently"
    return "yaml-syntax", missing if "expected" in str(error.problem) else ""
