from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

from qwen_pipeline.assemble import read
from qwen_pipeline.assemble.metadata import NoRecord, make_xmp
from qwen_pipeline.assemble.record import SourceTypes, make_record
from qwen_pipeline.types import ImageItem


def _source(delivery):
    sources = SourceTypes(delivery)
    for page in delivery.pages:
        sources.add(page)
    return sources.value().rpartition("/")[2]


def test_source_type_tells_the_truth(kit):
    page = kit.page("1")
    bare = replace(page, items=page.items[:1])
    words = replace(page, items=page.items[1:])
    photo = replace(page, items=(*page.items, ImageItem("photo.jpg", page.canvas.trim)))
    hidden = replace(page, items=(ImageItem("photo.jpg", page.canvas.trim), *page.items[:1]))
    assert _source(kit.delivery((page,))) == "algorithmicMedia"
    assert _source(kit.delivery((photo,))) == "composite"
    assert _source(kit.delivery((words,))) == "digitalCreation"
    assert _source(kit.delivery((page,), drawn_by="neural")) == "compositeSynthetic"
    assert _source(kit.delivery((bare,), drawn_by="neural")) == "trainedAlgorithmicMedia"
    assert _source(kit.delivery((hidden,), drawn_by="neural")) == "trainedAlgorithmicMedia"


def test_neural_files_name_the_model(kit, write, tmp_path):
    write(kit.delivery((kit.page("1"),), drawn_by="neural"), "jpeg", "tea.jpg", width=100)
    with Image.open(tmp_path / "out/tea.jpg") as image:
        xmp = image.info["xmp"].decode()
    assert "<Iptc4xmpExt:AISystemUsed>draft<" in xmp
    assert "compositeSynthetic" in xmp


def test_record_holds_no_machine_facts(kit):
    record = make_record(kit.delivery((kit.page("1"),)), (0,))
    scene = record["scenes"][0]
    assert set(scene) == {"fingerprint", "request", "sources", "picture", "versions", "mode"}
    assert not re.search(r"/(home|tmp|work|Users)/", str(record))
    assert "1.5" not in str(scene["versions"])


def test_edits_bring_the_pictures_they_start_from(kit):
    delivery = kit.delivery((kit.page("1"),))
    drawn = delivery.scenes[kit.scene]
    edit = replace(drawn.request, prompt="warm the light", source="b" * 64)
    delivery = kit.delivery((kit.page("1"),), scenes={kit.scene: replace(drawn, request=edit, sources=(drawn.request,))})
    (scene,) = make_record(delivery, (0,))["scenes"]
    assert scene["request"]["prompt"] == "warm the light"
    assert scene["sources"][0]["prompt"] == drawn.request.prompt


@pytest.mark.parametrize("made", ["jpeg", "webp", "png", "pdf"])
def test_very_long_prompts_survive(kit, write, tmp_path, made):
    delivery = kit.delivery((kit.page("1"),))
    drawn = delivery.scenes[kit.scene]
    prompt = "雾" * 60_000
    delivery = kit.delivery((kit.page("1"),), scenes={kit.scene: replace(drawn, request=replace(drawn.request, prompt=prompt))})
    options = {} if made == "pdf" else {"width": 64}
    suffix = ".jpg" if made == "jpeg" else "." + made
    write(delivery, made, "tea" + suffix, **options)
    assert read(tmp_path / "out" / ("tea" + suffix))["scenes"][0]["request"]["prompt"] == prompt


def test_xmp_is_xml_whatever_the_words(kit):
    delivery = kit.delivery((kit.page("1"),))
    meta = replace(delivery.piece.metadata, title='<b>&"\x07 ]]> {x}', author="a&b")
    packet = make_xmp(meta, make_record(delivery, (0,)), "x", media_type="image/png")
    root = ElementTree.fromstring(packet)
    titles = [e.text for e in root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")]
    assert '<b>&" ]]> {x}' in titles


def test_files_of_others_have_no_record(tmp_path):
    plain = tmp_path / "plain.png"
    Image.new("RGB", (4, 4)).save(plain)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "words.txt").write_text("hello")
    Image.new("RGB", (4, 4)).save(tmp_path / "odd.jpg", xmp=b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>')
    for name in ("plain.png", "broken.pdf", "words.txt", "odd.jpg", "absent.png"):
        with pytest.raises(NoRecord):
            read(tmp_path / name)
