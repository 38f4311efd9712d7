"""What delivered files say about having been made by a machine, read back by programs that are not ours."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from qwen_pipeline.assemble import read
from qwen_pipeline.errors import Refused
from qwen_pipeline.pipeline import Order, build, make_plan
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest, Piece, TextLayer

SPEC = """\
kind: Poster
name: tea
extends: hero-left
canvas: A5
locales: [zh-CN+en-GB]
scene: {style: ink-wash, subject: a teapot}
title: {zh-CN: 春茶市集, en-GB: Spring Tea Fair}
disclose: DISCLOSE
outputs:
  - {format: png, width: 420, name: tea.png}
  - {format: jpeg, width: 420, name: tea.jpg}
  - {format: pdf, name: tea.pdf}
"""
AIGC = "aigc: {producer: 001191330106MA2CFLDG4R, propagator: 西湖茶社}"
FIELDS = ["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"]


def write(folder: Path, disclose: str) -> Path:
    path = folder / "tea.yaml"
    path.write_text(SPEC.replace("DISCLOSE", disclose), "utf-8")
    return path


def made(folder: Path, disclose: str, **settings: object) -> Manifest:
    order = Order(write(folder, disclose), engine="draft")
    return build(order, folder / "out", Settings(store=folder / "store", workers=1, **settings))


def planned(folder: Path, disclose: str) -> Piece:
    return make_plan(Order(write(folder, disclose), engine="draft"), Settings(store=folder / "store")).plan.pieces[0]


@pytest.fixture
def neural(monkeypatch: pytest.MonkeyPatch) -> None:
    """The draft engine as if a trained model drew."""
    capabilities = draft.INFO.capabilities - {"hints"}
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, capabilities=capabilities))


# --- the visible label -------------------------------------------------------------------------------------------------


def test_the_label_is_at_least_a_twentieth_of_the_short_side(tmp_path: Path) -> None:
    """GB 45438-2025, 4.3; measured on the ink of 生 in the PDF, by pdfium."""
    assert made(tmp_path, "{pieces: all, label: true}").exit_code == 0
    with pypdfium2.PdfDocument(tmp_path / "out" / "tea.pdf") as pdf:
        text = pdf[0].get_textpage()
        number = next(n for n in range(text.count_chars()) if text.get_text_range(n, 1) == "生")
        box = text.get_charbox(number, loose=True)
        assert box[3] - box[1] >= 0.05 * min(pdf[0].get_size())
        said = text.get_text_range()
    assert "AI-generated" in said


def test_the_labels_words_and_corner_are_the_specs(tmp_path: Path) -> None:
    label = "{pieces: all, corner: top-left, label: {zh-CN: 人工智能生成合成, en-GB: Made with AI}}"
    page = planned(tmp_path, label).pages[0]
    layer = next(layer for layer in page.layers if isinstance(layer, TextLayer) and layer.id == "disclosure")
    assert [part.text for part in layer.parts] == ["人工智能生成合成", "Made with AI"]
    box = next(region.box for region in page.regions if region.id == "disclosure")
    assert box.x_pt < page.canvas.width_pt / 4
    assert box.y_pt < page.canvas.height_pt / 4


def test_a_procedural_picture_is_not_called_generated(tmp_path: Path) -> None:
    piece = planned(tmp_path, "{label: true, " + AIGC + ", c2pa: true}")
    assert all(layer.id != "disclosure" for layer in piece.pages[0].layers)
    assert (piece.metadata.aigc, piece.signed) == ((), False)


@pytest.mark.usefixtures("neural")
def test_a_models_picture_is(tmp_path: Path) -> None:
    piece = planned(tmp_path, "{label: true, " + AIGC + "}")
    assert any(layer.id == "disclosure" for layer in piece.pages[0].layers)
    assert dict(piece.metadata.aigc)["Label"] == "1"


def test_what_is_disclosed_decides_the_piece(tmp_path: Path) -> None:
    found = {planned(tmp_path, d).fingerprint for d in ("{}", "{pieces: all, label: true}", "{pieces: all, " + AIGC + "}")}
    assert len(found) == 3


# --- metadata ----------------------------------------------------------------------------------------------------------


def test_the_implicit_label_is_read_from_the_metadata(tmp_path: Path) -> None:
    made(tmp_path, "{pieces: all, " + AIGC + "}")
    out = tmp_path / "out"
    with pikepdf.open(out / "tea.pdf") as pdf, pdf.open_metadata() as metadata:
        fields = json.loads(metadata["{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"])
    assert list(fields) == FIELDS
    assert fields["ContentProducer"] == "001191330106MA2CFLDG4R"
    assert fields["ContentPropagator"] == "西湖茶社"
    assert fields["ProduceID"] == read(out / "tea.pdf")["fingerprint"]
    with Image.open(out / "tea.jpg") as image:
        assert b"TC260:AIGC" in image.info["xmp"]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs ExifTool, to read the metadata with another program")
def test_exiftool_reads_the_implicit_label_and_the_source_type(tmp_path: Path) -> None:
    made(tmp_path, "{pieces: all, " + AIGC + "}")
    for name in ("tea.png", "tea.jpg", "tea.pdf"):
        command = ["exiftool", "-json", "-AIGC", "-DigitalSourceType", str(tmp_path / "out" / name)]
        (found,) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        label = found["Aigc"]
        assert (json.loads(label) if isinstance(label, str) else label)["ContentProducer"] == "001191330106MA2CFLDG4R"
        assert found["DigitalSourceType"].endswith("/algorithmicMedia")


# --- signatures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A root of our own and a certificate that may sign, as an organisation makes them."""
    folder = tmp_path_factory.mktemp("keys")
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = [certificate("Signer", leaf, root, is_root=False), certificate("Root", root, root, is_root=True)]
    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return {"c2pa_certificates": folder / "chain.pem", "c2pa_key": folder / "key.pem"}


def certificate(
    name: str, own: ec.EllipticCurvePrivateKey, above: ec.EllipticCurvePrivateKey, *, is_root: bool
) -> x509.Certificate:
    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tea"), x509.NameAttribute(NameOID.COMMON_NAME, common)])

    begin = datetime.datetime(2026, 1, 1)
    usage = x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("Root"))
        .public_key(own.public_key())
        .serial_number(1 if is_root else 2)
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(above, hashes.SHA256())


def test_signed_files_are_valid_and_say_how_they_were_made(tmp_path: Path, keys: dict[str, Path]) -> None:
    import c2pa

    manifest = made(tmp_path, "{pieces: all, c2pa: true}", **keys)
    assert manifest.exit_code == 0
    for artifact in manifest.artifacts:
        with c2pa.Reader(str(tmp_path / "out" / artifact.path)) as reader:
            assert reader.get_validation_state() == "Valid"
            store = json.loads(reader.json())
        active = store["manifests"][store["active_manifest"]]
        (action,) = active["assertions"][-1]["data"]["actions"]
        assert action["digitalSourceType"].endswith("/algorithmicMedia")
        assert active["claim_generator_info"][0]["name"] == "qwen-pipeline"
        assert read(tmp_path / "out" / artifact.path)["piece"] == "tea/zh-CN+en-GB"
    again = made(tmp_path, "{pieces: all, c2pa: true}", **keys)
    assert (again.written, again.artifacts) == (0, manifest.artifacts)


def test_a_changed_file_is_no_longer_valid(tmp_path: Path, keys: dict[str, Path]) -> None:
    import c2pa

    made(tmp_path, "{pieces: all, c2pa: true}", **keys)
    data = bytearray((tmp_path / "out" / "tea.jpg").read_bytes())
    data[-2000] ^= 0xFF
    (tmp_path / "changed.jpg").write_bytes(data)
    with c2pa.Reader(str(tmp_path / "changed.jpg")) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_a_signed_picture_shows_what_an_unsigned_one_does(tmp_path: Path, keys: dict[str, Path]) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    made(tmp_path / "a", "{pieces: all, c2pa: true}", **keys)
    made(tmp_path / "b", "{pieces: all}")
    pictures = [np.asarray(Image.open(tmp_path / name / "out" / "tea.png")) for name in ("a", "b")]
    assert (pictures[0] == pictures[1]).all()


@pytest.mark.parametrize("missing", ["c2pa_certificates", "c2pa_key"])
def test_without_keys_nothing_is_built(tmp_path: Path, keys: dict[str, Path], missing: str) -> None:
    with pytest.raises(Refused) as caught:
        made(tmp_path, "{pieces: all, c2pa: true}", **{**keys, missing: tmp_path / "nowhere.pem"})
    assert (caught.value.code, caught.value.exit_code) == ("no-signing-key", 3)
    assert not (tmp_path / "out" / "tea.png").exists()


def test_a_key_that_is_none_is_refused_and_never_shown(tmp_path: Path, keys: dict[str, Path]) -> None:
    (tmp_path / "key.pem").write_text("hunter2", "utf-8")
    with pytest.raises(Refused) as caught:
        made(tmp_path, "{pieces: all, c2pa: true}", **{**keys, "c2pa_key": tmp_path / "key.pem"})
    assert caught.value.code == "no-signing-key"
    assert "hunter2" not in str(caught.value)
