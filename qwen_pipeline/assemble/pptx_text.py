"""Strings as text boxes that can be edited: one a string, in its own font, language and colour, where it stands on the page."""

from __future__ import annotations

from collections.abc import Mapping

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Line, TextItem
from qwen_pipeline.types.layers import Align

from .pptx_shapes import NAMESPACES, Named, color, frame, shadow
from .xml_text import escape, quoteattr

MIN_LEADING = 1.2
"""Lines of ideographs set closer than this touch in some programs."""
_DESCENT_EM = 0.20
"""How far a baseline stands over the lower edge of its line of fixed height; measured with LibreOffice 7.4 and our fonts."""
_BOLD_FROM = 600
_TITLE_ROOM = 1.3
_EAST_ASIAN = ("zh", "ja", "ko", "yue")
_SPACED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,.;:!?%)’”'\"")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a string is set, apart from where: what a person would choose in a program's panels."""

    families: Mapping[str, str]
    """Font id -> the family's name, for every font of the string; the first is the main one."""
    weight: int
    locale: str
    align: Align = "start"
    tracking_em: float = 0.0
    vertical: bool = False
    is_title: bool = False

    @property
    def family(self) -> str:
        return next(iter(self.families.values()))


def text_box(item: TextItem, manner: Manner, named: Named) -> str:
    """The text of one item, its lines as they are broken on the page."""
    size = _size(item.lines[0], manner.vertical)
    pitch = max(_pitch(item.lines, manner.vertical) or 0.0, MIN_LEADING * size)
    holder = '<p:nvPr><p:ph type="title"/></p:nvPr>' if manner.is_title else "<p:nvPr/>"
    kind = '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>' if manner.is_title else '<p:cNvSpPr txBox="1"/>'
    box = _columns_box(item.lines, pitch) if manner.vertical else _lines_box(item.lines, pitch, size)
    way = "eaVert" if manner.vertical else "horz"
    if manner.is_title:
        box = _roomy(box, manner)
    body = f'vert="{way}" wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t" rtlCol="0"'
    return (
        f"<p:sp {NAMESPACES}><p:nvSpPr>{named.xml()}{kind}{holder}</p:nvSpPr>"
        f'<p:spPr>{frame(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        f"<p:txBody><a:bodyPr {body}><a:noAutofit/></a:bodyPr><a:lstStyle/>"
        f"<a:p>{_paragraph(manner, pitch)}{_runs(item, manner, size)}</a:p></p:txBody></p:sp>"
    )


def _paragraph(manner: Manner, pitch_pt: float) -> str:
    align = {"start": "l", "center": "ctr", "end": "r", "justify": "l"}[manner.align]
    spacing = f'<a:lnSpc><a:spcPts val="{round(pitch_pt * 100)}"/></a:lnSpc>'
    none = '<a:spcBef><a:spcPts val="0"/></a:spcBef><a:spcAft><a:spcPts val="0"/></a:spcAft>'
    return f'<a:pPr marL="0" indent="0" algn="{align}" eaLnBrk="1" hangingPunct="0">{spacing}{none}<a:buNone/></a:pPr>'


def _runs(item: TextItem, manner: Manner, size_pt: float) -> str:
    """Lines with the breaks between them; a line set in several families (marks that one draws too wide) is several runs."""
    lines = []
    for line, following in _followed(item.lines):
        parts = _parts(line, manner)
        parts[-1] = (*parts[-1][:2], _joined(parts[-1][2], following))
        lines.append("".join(f"<a:r>{_look(item, manner, f, s)}<a:t>{escape(t)}</a:t></a:r>" for f, s, t in parts))
    return f"<a:br>{_look(item, manner, manner.family, size_pt)}</a:br>".join(lines)


def _parts(line: Line, manner: Manner) -> list[tuple[str, float, str]]:
    """(family, size in points, text) of a line: letters fitted to the ideographs beside them have a size of their own.

    One part where the glyphs are not the characters one by one (vertical forms).
    """
    if "".join(run.text for run in line.runs) != line.text:
        return [(manner.family, _size(line, manner.vertical), line.text)]
    parts: list[tuple[str, float, str]] = []
    for run in line.runs:
        look = (manner.families.get(run.font, manner.family), run.size_pt)
        if parts and parts[-1][:2] == look:
            parts[-1] = (*look, parts[-1][2] + run.text)
        else:
            parts.append((*look, run.text))
    return parts


def _size(line: Line, vertical: bool) -> float:
    """Of the line: its em box, whatever its first letters are set at."""
    return line.box.w_pt if vertical else line.box.h_pt


def _followed(lines: tuple[Line, ...]) -> list[tuple[Line, str]]:
    return [(line, lines[n + 1].text if n + 1 < len(lines) else "") for n, line in enumerate(lines)]


def _joined(text: str, following: str) -> str:
    """The space that a line break took, so that words stay apart when somebody sets the text wider."""
    spaced = text[-1:] in _SPACED and following[:1].isascii() and following[:1].isalnum()
    return text.rstrip() + " " if spaced else text


def _look(item: TextItem, manner: Manner, family: str, size_pt: float) -> str:
    face = quoteattr(family)
    language = manner.locale.split("-")[0]
    other = "en-US" if language in _EAST_ASIAN else "zh-CN"
    given = f'lang="{manner.locale}" altLang="{other}" sz="{round(size_pt * 100)}" b="{int(manner.weight >= _BOLD_FROM)}"'
    if manner.tracking_em:
        given += f' spc="{round(manner.tracking_em * size_pt * 100)}"'
    ink = f"<a:solidFill>{color(item.color, 1.0 if item.visible else 0.0)}</a:solidFill>"
    cast = shadow(item.shadow) if item.visible else ""
    faces = "".join(f"<a:{script} typeface={face}/>" for script in ("latin", "ea", "cs"))
    return f'<a:rPr {given} kern="0" dirty="0">{ink}{cast}{faces}</a:rPr>'


def _pitch(lines: tuple[Line, ...], vertical: bool) -> float | None:
    """Distance in points from one line to the next; None for a single one."""
    at = [line.box.x_pt if vertical else line.box.y_pt for line in lines if line.runs]
    return abs(at[-1] - at[0]) / (len(at) - 1) if len(at) > 1 else None


def _baseline(line: Line) -> float:
    """Of what is set at the line's own size; letters fitted to ideographs may stand on another."""
    return next((run.y_pt for run in line.runs if run.size_pt == line.box.h_pt), line.runs[0].y_pt)


def _lines_box(lines: tuple[Line, ...], pitch_pt: float, size_pt: float) -> Box:
    """A box whose first baseline falls on the first line's, grown evenly where the lines stand further apart than they did."""
    left, right = min(line.box.x_pt for line in lines), max(line.box.right_pt for line in lines)
    grown = (pitch_pt - (_pitch(lines, False) or pitch_pt)) * (len(lines) - 1)
    top = _baseline(lines[0]) - pitch_pt + _DESCENT_EM * size_pt - grown / 2
    return Box(left, top, right - left, pitch_pt * len(lines))


def _roomy(box: Box, manner: Manner) -> Box:
    """A title wraps whatever `wrap` says, so it gets room for a font that runs wider than ours; its anchor stays."""
    if manner.vertical:
        return Box(box.x_pt, box.y_pt, box.w_pt, box.h_pt * _TITLE_ROOM)
    wide = box.w_pt * _TITLE_ROOM
    left = {"center": box.x_pt - (wide - box.w_pt) / 2, "end": box.right_pt - wide}.get(manner.align, box.x_pt)
    return Box(left, box.y_pt, wide, box.h_pt)


def _columns_box(lines: tuple[Line, ...], pitch_pt: float) -> Box:
    """Columns run from right to left; the first one's middle stays where it is."""
    first = lines[0].box
    middle = first.x_pt + first.w_pt / 2
    top, bottom = min(line.box.y_pt for line in lines), max(line.box.bottom_pt for line in lines)
    return Box(middle + pitch_pt / 2 - pitch_pt * len(lines), top, pitch_pt * len(lines), bottom - top)
