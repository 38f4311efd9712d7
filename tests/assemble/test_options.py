from __future__ import annotations

import pytest

from qwen_pipeline.assemble import check_options, format_ids, get_format
from qwen_pipeline.errors import SpecError


def codes(request, pages=()):
    try:
        check_options(request, pages)
    except SpecError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
    return []


def test_every_file_is_a_format_of_its_own_name():
    assert {"pdf", "png", "jpeg", "webp"} <= set(format_ids())
    for name in format_ids():
        assert get_format(name).id == name


@pytest.mark.parametrize(
    ("made", "name", "options", "code", "hint"),
    [
        ("pfd", "a.pdf", {}, "unknown-format", "did you mean 'pdf'?"),
        ("pdf", "a.pdf", {"mark": ("crop",)}, "unknown-option", "did you mean 'marks'?"),
        ("pdf", "a.pdf", {"marks": ("corp",)}, "bad-option", ""),
        ("pdf", "a.pdf", {"pages": "4-2"}, "bad-option", ""),
        ("pdf", "a.pdf", {"pages": "first"}, "bad-option", ""),
        ("pdf", "a.pdf", {"pages": "3"}, "no-such-page", "the last page is 2"),
        ("pdf", "a.pdf", {"lossless": True, "image_mode": "jpeg"}, "bad-option", ""),
        ("pdf", "a.png", {}, "wrong-suffix", "end it with .pdf"),
        ("pdf", "a-{page}.pdf", {}, "page-in-name", "remove {page}"),
        ("png", "a.png", {}, "no-page-in-name", "add {page} to the name"),
        ("png", "a{page}.png", {"widht": 100}, "unknown-option", "did you mean 'width'?"),
        ("png", "a{page}.png", {"width": 100, "dpi": 100}, "bad-option", ""),
        ("png", "a{page}.png", {"width": 0}, "bad-option", ""),
        ("png", "a{page}.png", {"width": 16000}, "picture-too-large", "ask for fewer pixels, or for a PDF"),
        ("jpeg", "a{page}.jpg", {"quality": 400}, "bad-option", ""),
    ],
)
def test_wrong_outputs_are_refused_with_their_place(kit, made, name, options, code, hint):
    pages = kit.delivery((kit.page("1"), kit.page("2"))).piece.pages
    with pytest.raises(SpecError) as caught:
        check_options(kit.request(made, name, **options), pages)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.hint) == (code, hint)
    assert (diagnostic.place.line, diagnostic.place.path) == (12, "outputs[0]")


def test_all_wrong_options_at_once(kit):
    with pytest.raises(SpecError) as caught:
        check_options(kit.request("jpeg", "a.jpg", quality=1, widht=3))
    assert [d.code for d in caught.value.diagnostics] == ["bad-option", "unknown-option"]


def test_one_mark_may_stand_alone(kit):
    check_options(kit.request("pdf", "a.pdf", marks="crop"))


@pytest.mark.parametrize(("made", "suffix"), [("svg", ".svg"), ("layers", ".ora"), ("pptx", ".pptx")])
def test_names_and_options_of_the_editable_formats(kit, made, suffix):
    pages = kit.delivery((kit.page("1"),)).piece.pages
    check_options(kit.request(made, "tea" + suffix), pages)
    assert codes(kit.request(made, "tea.txt"), pages) == ["wrong-suffix"]
    assert codes(kit.request(made, "tea" + suffix, colour="red"), pages) == ["unknown-option"]


def test_slides_have_one_size_and_powerpoints_limits(kit):
    pages = kit.delivery((kit.page("1"), kit.page("2", width_pt=400.0))).piece.pages
    assert codes(kit.request("pptx", "tea.pptx"), pages) == ["slides-of-many-sizes"]
    assert codes(kit.request("pptx", "tea.pptx", pages="2"), pages) == []
    tiny = kit.delivery((kit.page("1", width_pt=60.0),)).piece.pages
    assert codes(kit.request("pptx", "tea.pptx"), tiny) == ["slide-size"]


def test_slides_without_the_library_say_what_to_install(kit, monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert codes(kit.request("pptx", "tea.pptx"), ()) == ["missing-extra"]
