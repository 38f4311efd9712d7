"""Content credentials (C2PA 2.1): delivered files signed with the user's certificate, offline, after everything else is written.

A signature holds a random number, so two builds from nothing differ in it; what is built once is kept and never signed again.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Refused
from qwen_pipeline.types import Artifact

from .files import artifact, replacing
from .format import Delivery
from .record import SourceTypes

SIGNED_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/svg+xml", "application/pdf"})
"""Kinds of files that are signed; the others carry XMP alone."""
_ALGORITHMS = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs. `certificates`: PEM, the signing one first; `key`: its private key, PEM."""

    certificates: Path | None
    key: Path | None


def check_signatory(who: Signatory) -> None:
    """Refused where files cannot be signed: before any work, and without showing what is in the key."""
    if importlib.util.find_spec("c2pa") is None or importlib.util.find_spec("cryptography") is None:
        hint = 'pip install "qwen-pipeline[provenance]"'
        raise Refused("disclose.c2pa needs packages that are not installed", hint=hint, code="no-signing-package")
    for name, path in (("QWEN_PIPELINE_C2PA_CERTIFICATES", who.certificates), ("QWEN_PIPELINE_C2PA_KEY", who.key)):
        if path is None or not path.is_file():
            found = "names no file" if path else "is not set"
            raise Refused(f"disclose.c2pa: {name} {found}", hint="it is the path of a PEM file", code="no-signing-key")
    _algorithm(who)


def sign(made: Artifact, delivery: Delivery, folder: Path, who: Signatory) -> Artifact:
    """The file with its signed manifest; kinds of files that cannot be signed come back as they are."""
    if made.media_type not in SIGNED_TYPES:
        return made
    import c2pa

    assert who.certificates is not None
    assert who.key is not None
    info = c2pa.C2paSignerInfo(_algorithm(who), who.certificates.read_bytes(), who.key.read_bytes(), None)
    path = folder / made.path
    try:
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(_manifest(made, delivery)) as builder,
            replacing(path) as signed,
            path.open("rb") as source,
            signed.open("w+b") as target,
        ):
            builder.sign(signer, made.media_type, source, target)
    except c2pa.C2paError as error:
        hint = "the certificate needs the key usage digitalSignature, and must not be a root"
        raise Refused(f"{made.path} cannot be signed: {error}", hint=hint, code="not-signed") from error
    return artifact(folder, made.path, media_type=made.media_type, piece=made.piece, format_id=made.format, pages=made.pages)


def _manifest(made: Artifact, delivery: Delivery) -> str:
    sources = SourceTypes(delivery)
    for page in delivery.pages:
        sources.add(page)
    name, _, version = delivery.generator.partition(" ")
    agent = {"name": name, "version": version}
    created = {"action": "c2pa.created", "digitalSourceType": sources.value(), "softwareAgent": agent}
    return json.dumps({
        "claim_generator_info": [agent],
        "title": delivery.piece.metadata.title,
        "format": made.media_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }, ensure_ascii=False)  # fmt: skip


def _algorithm(who: Signatory) -> str:
    """The signing algorithm that the key is for. Refused for a key that is none, or of another kind."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    assert who.key is not None
    try:
        key: Any = load_pem_private_key(who.key.read_bytes(), None)
    except (OSError, TypeError, ValueError) as error:
        raise _bad_key("cannot be read", "PEM, not encrypted") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _ALGORITHMS:
        return _ALGORITHMS[key.curve.name]
    raise _bad_key("is of an unknown kind", "P-256, P-384, P-521 or Ed25519")


def _bad_key(why: str, hint: str) -> Refused:
    return Refused(f"disclose.c2pa: the private key {why}", hint=hint, code="no-signing-key")
