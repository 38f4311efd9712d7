from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qwen_pipeline.types import Ending, Page, SetString, TextItem, TextLayer, TypesetPage
from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.filetext import carries_text
from qwen_pipeline.verify.fold import fold, squeeze
from qwen_pipeline.verify.subject import Delivered, Subject
from qwen_pipeline.verify.wanted import charts, unasked, wanted_markers, wanted_strings

_MOST_EXTRA = 40


@check(
    "text.exact",
    rationale="The promise of the program: the words on the page are the words of the spec, all of them, and no others.",
    codes=(
        "not-set",
        "changed",
        "not-asked",
        "drawn-differs",
        "cut",
        "picture-differs",
        "picture-malformed",
        "picture-unread",
        "picture-extra",
        "not-in-file",
        "extra-in-file",
        "file-pages",
    ),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Plan, solved strings, drawn lines, words read in pictures, text read back from files: the same (NFC, spaces folded)."""
    untold = not _overflow_told(subject)
    for _, planned, page in subject.each_page():
        yield from _set_as_planned(planned, page)
        yield from _cut(page) if untold else ()
        yield from _drawn_as_set(planned, page)
        yield from _in_the_picture(page, [ending for ending in subject.endings if ending.page == page.id])
    for file in subject.files:
        if carries_text(file.path):
            yield from _read_back(subject, file)


def _set_as_planned(planned: Page, page: TypesetPage) -> Iterator[Outcome]:
    wanted, drawn_charts = wanted_strings(planned), charts(planned)
    found = {string.id: string.text for string in page.strings if string.layer not in drawn_charts}
    for name, text in wanted.items():
        if name not in found:
            yield Outcome("not-set", f"“{text[:40]}” was never set", page.id, name, allowed=text)
        elif fold(found[name]) != fold(text):
            message = f"“{text[:40]}” was set as “{found[name][:40]}”"
            yield Outcome("changed", message, page.id, name, measured=found[name], allowed=text)
    for name in sorted(found.keys() - wanted.keys()):
        yield _not_asked(page, name, found[name])
    for chart in drawn_charts.values():
        strings = [string for string in page.strings if string.layer == chart.id]
        for index in unasked(chart, [string.text for string in strings]):
            yield _not_asked(page, strings[index].id, strings[index].text)


def _not_asked(page: TypesetPage, name: str, text: str) -> Outcome:
    return Outcome("not-asked", f"“{text[:40]}” is on the page, and nobody asked for it", page.id, name, measured=text)


def _drawn_as_set(planned: Page, page: TypesetPage) -> Iterator[Outcome]:
    drawn: dict[str, str] = {}
    for item in page.items:
        if isinstance(item, TextItem):
            drawn[item.string] = drawn.get(item.string, "") + _drawn_text(item)
    upper = _upper_case_layers(planned)
    for string in page.strings:
        text, got = _as_drawn(string, upper), squeeze(drawn.get(string.id, "") + string.rest)
        if got != text:
            yield Outcome(
                "drawn-differs",
                f"“{string.text[:40]}” is drawn as “{got[:40]}”",
                page.id,
                string.id,
                string.box,
                measured=got,
                allowed=text,
            )
    markers = wanted_markers(planned)
    for name in sorted(drawn.keys() - {string.id for string in page.strings}):
        if drawn[name] != markers.get(name, ""):
            yield _not_asked(page, name, drawn[name])


def _overflow_told(subject: Subject) -> bool:
    """Whether `text.overflow` stops a piece of which words are left out. Where it does not, this check does."""
    own = {rule.id: rule.level for rule in subject.piece.checks}
    return own.get("text.overflow", "error") == "error"


def _cut(page: TypesetPage) -> Iterator[Outcome]:
    for string in page.strings:
        if string.rest:
            message, hint = f"“{string.rest[:40]}” has no room and is not drawn", "see text.overflow"
            yield Outcome("cut", message, page.id, string.id, string.box, allowed=string.text, hint=hint)


def _in_the_picture(page: TypesetPage, endings: list[Ending]) -> Iterator[Outcome]:
    """What the ladder could not make right, and words in a picture that nobody has vouched for."""
    ended = {ending.string: ending for ending in endings}
    for string in page.strings:
        ending = ended.get(string.id)
        if ending is not None and not ending.right and ending.spelling == "exact":
            message = f"“{string.text[:40]}” reads right in the picture, but {ending.odd} may be malformed there"
            hint = "look at it; render: overlay sets it exactly"
            yield Outcome("picture-malformed", message, page.id, string.id, string.box, ending.odd, string.text, hint)
        elif ending is not None and not ending.right:
            message = f"“{string.text[:40]}” is not spelled by any picture; the last one says “{ending.read[:40]}”"
            hint = "render: overlay sets it exactly; or other words, another seed, more max_attempts"
            read = ending.read or "nothing"
            yield Outcome("picture-differs", message, page.id, string.id, string.box, read, string.text, hint)
        elif string.render == "baked" and ending is None:
            message = f"“{string.text[:40]}” is left to the picture, and nothing has read it there"
            yield Outcome("picture-unread", message, page.id, string.id, string.box, allowed=string.text)
    for ending in endings:
        if not ending.string:
            yield Outcome("picture-extra", f"the picture says “{ending.read[:40]}”, and nobody asked for it", page.id,
                measured=ending.read, hint="another seed; or name the words in `scene.negative`")


def _drawn_text(item: TextItem) -> str:
    """The characters of the runs, which are what is drawn; `Line.text` is only what they claim to be."""
    return "".join(run.text for line in item.lines for run in line.runs)


def _read_back(subject: Subject, file: Delivered) -> Iterator[Outcome]:
    texts = subject.texts(file.path)
    if len(texts) != len(file.pages):
        yield Outcome(
            "file-pages",
            f"{file.path.name} has {len(texts)} pages",
            measured=str(len(texts)),
            allowed=str(len(file.pages)),
        )
        return
    for number, text in zip(file.pages, texts, strict=True):
        yield from _compare(subject.piece.pages[number], subject.pages[number], squeeze(_line_ends(text)), file.path.name)


def _compare(planned: Page, page: TypesetPage, text: str, file: str) -> Iterator[Outcome]:
    upper = _upper_case_layers(planned)
    for string in page.strings:
        wanted = _as_drawn(string, upper).removesuffix(squeeze(string.rest))
        if wanted not in text and not _line_by_line(string.id, page, text):
            yield Outcome(
                "not-in-file",
                f"“{string.text[:40]}” cannot be read back from {file}",
                page.id,
                string.id,
                string.box,
                allowed=string.text,
            )
    drawn = Counter(squeeze("".join(_drawn_text(item) for item in page.items if isinstance(item, TextItem))))
    extra = Counter(text) - drawn
    if extra:
        shown = "".join(sorted(extra.elements()))[:_MOST_EXTRA]
        yield Outcome("extra-in-file", f"{file} shows characters that nobody asked for: {shown}", page.id, measured=shown)


def _line_by_line(name: str, page: TypesetPage, text: str) -> bool:
    """Whether each of several lines can be read: a reader joins what stands on one baseline (balloons side by side)."""
    lines = [
        squeeze(line.text) for item in page.items if isinstance(item, TextItem) and item.string == name for line in item.lines
    ]
    return len(lines) > 1 and all(line in text for line in lines)


def _upper_case_layers(planned: Page) -> frozenset[str]:
    return frozenset(layer.id for layer in planned.layers if isinstance(layer, TextLayer) and layer.style.case == "upper")


def _as_drawn(string: SetString, upper: frozenset[str]) -> str:
    return squeeze(string.text.upper() if string.layer in upper else string.text)


def _line_ends(text: str) -> str:
    """pdfium puts U+0002 for a hyphen at the end of a line."""
    return text.replace("\x02", "-").replace("\ufffe", "-")
