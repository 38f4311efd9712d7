"""XMP for all formats, and the record inside files: written by the formats, read back by `info` and `reproduce`."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qwen_pipeline.errors import QwenPipelineError
from qwen_pipeline.types import Metadata

from .xml_text import escape, quoteattr

PNG_KEY = "qwen-pipeline"
PACKAGE_XMP = "docProps/qwen-pipeline.xmp"
"""Where files that are packages (PPTX, OpenRaster) keep their XMP packet."""
NAMESPACE = "urn:qwen-pipeline:1.0/"
_PLAIN_LIMIT = 48_000
"""Bytes of JSON that stay readable in XMP; a JPEG segment holds 65,502 bytes of XMP (XMP part 3, 1.1.3)."""
_READ_LIMIT = 32 * 1024 * 1024

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class NoRecord(QwenPipelineError):
    """The file was not made by us, or lost its metadata on the way."""

    exit_code = 2
    code = "no-record"


def record_json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def make_xmp(meta: Metadata, record: dict[str, Any], source_type: str, *, media_type: str) -> bytes:
    """An XMP packet (UTF-8): title with its language, author, keywords, IPTC digital source type, and the record.

    Where the piece asks for it, the implicit label of GB 45438-2025 in the namespace of TC260-PG-20258A.
    """
    lang = quoteattr(meta.lang)
    generator = escape(record["generator"])
    parts = [
        f"<dc:format>{media_type}</dc:format>",
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_text(meta.title)}</rdf:li>'
        f"<rdf:li xml:lang={lang}>{_text(meta.title)}</rdf:li></rdf:Alt></dc:title>",
        _bag("dc:language", record["locales"]),
        f"<xmp:CreatorTool>{generator}</xmp:CreatorTool>",
        f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>",
    ]
    if meta.author:
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{_text(meta.author)}</rdf:li></rdf:Seq></dc:creator>")
    if meta.subject:
        parts.append(
            f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{_text(meta.subject)}</rdf:li></rdf:Alt></dc:description>'
        )
    if meta.keywords:
        parts.append(_bag("dc:subject", meta.keywords) + f"<pdf:Keywords>{_text(', '.join(meta.keywords))}</pdf:Keywords>")
    if media_type == "application/pdf":
        parts.append(f"<pdf:Producer>{generator}</pdf:Producer>")
    if record["drawn_by"] == "neural":
        engine = record["engine"]
        parts.append(f"<Iptc4xmpExt:AISystemUsed>{_text(engine['id'])}</Iptc4xmpExt:AISystemUsed>")
        parts.append(f"<Iptc4xmpExt:AISystemVersionUsed>{_text(engine['version'])}</Iptc4xmpExt:AISystemVersionUsed>")
    if meta.aigc:
        parts.append(f"<TC260:AIGC>{_text(json.dumps(dict(meta.aigc), ensure_ascii=False))}</TC260:AIGC>")
    parts.append(_record_element(record))
    return _PACKET.format("".join(parts)).encode()


def read(path: Path) -> dict[str, Any]:
    """The record inside a file of any of our formats; NoRecord where there is none."""
    try:
        found = _reader(path)(path)
    except (OSError, SyntaxError, ValueError) as error:
        raise NoRecord(f"{path.name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise NoRecord(
            f"{path.name} does not say how it was made",
            hint="files made by qwen-pipeline do, unless another program saved them again without metadata",
        )
    return found


def _reader(path: Path) -> Callable[[Path], Any]:
    """By the file's first bytes: its name may be anything by now."""
    with path.open("rb") as handle:
        start = handle.read(64)
    if start.startswith(b"%PDF-"):
        return _read_pdf
    if start.startswith(b"PK\x03\x04"):
        return _read_zip
    return _read_svg if start.startswith((b"<?xml", b"<svg")) else _read_image


def _read_svg(path: Path) -> Any:
    text = path.read_bytes()
    packet = re.search(rb"<x:xmpmeta.*?</x:xmpmeta>", text, re.DOTALL)
    return _from_xmp(packet[0]) if packet else None


def _read_zip(path: Path) -> Any:
    """A package (PPTX, OpenRaster) keeps the packet in a file of its own."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as package:
            info = package.getinfo(PACKAGE_XMP)
            return _from_xmp(package.read(info)) if info.file_size <= _READ_LIMIT else None
    except (KeyError, zipfile.BadZipFile):
        return None


def _read_pdf(path: Path) -> Any:
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            packet = pdf.Root.get("/Metadata")
            return _from_xmp(packet.read_bytes()) if packet is not None else None
    except pikepdf.PdfError as error:
        raise ValueError(str(error)) from error


def _read_image(path: Path) -> Any:
    from PIL import Image

    with Image.open(path) as image:
        text = getattr(image, "text", {}).get(PNG_KEY)
        if text:
            return json.loads(text)
        packet = image.info.get("xmp")
        return _from_xmp(packet) if packet else None


def _from_xmp(packet: bytes | str) -> Any:
    data = packet.encode() if isinstance(packet, str) else packet
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("the metadata holds a document type, which XMP never does")
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(data.rstrip(b"\0"))
    except ElementTree.ParseError as error:
        raise ValueError(f"the metadata is not XML: {error}") from error
    plain = root.find(f".//{{{NAMESPACE}}}record")
    if plain is not None and plain.text:
        return json.loads(plain.text)
    packed = root.find(f".//{{{NAMESPACE}}}recordDeflated")
    if packed is None or not packed.text:
        return None
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(packed.text), _READ_LIMIT)
    except zlib.error as error:
        raise ValueError(f"the record is damaged: {error}") from error
    return json.loads(unpacked)


def _record_element(record: dict[str, Any]) -> str:
    text = record_json(record)
    if len(text.encode()) <= _PLAIN_LIMIT:
        return f"<qp:record>{_text(text)}</qp:record>"
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    return f"<qp:recordDeflated>{packed}</qp:recordDeflated>"


def _bag(name: str, values: Any) -> str:
    return f"<{name}><rdf:Bag>" + "".join(f"<rdf:li>{_text(v)}</rdf:li>" for v in values) + f"</rdf:Bag></{name}>"


def _text(value: str) -> str:
    return escape(_ILLEGAL.sub("", value))


_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    f' xmlns:qp="{NAMESPACE}">{{}}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
