"""An evaluation as JSON and as a page with the pictures."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.store import explained
from qwen_pipeline.verify.matching import normal
from qwen_pipeline.verify.metrics import Tally

if TYPE_CHECKING:
    from .evaluation import Evaluation, Judged

COLUMNS = ("language", "category", "pictures", "strings", "exact", "word accuracy", "NED", "CER", "LongText", "extra")
_STYLE = """
:root { --ink: #1d2127; --soft: #616873; --line: #dcdfe4; --good: #17663f; --bad: #a8261d; --paper: #fbfbfa; }
* { box-sizing: border-box } body { margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 82rem; color: var(--ink);
background: var(--paper); font: 15px/1.55 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif }
h1 { font-size: 1.7rem; margin: 0 0 .2rem } .about { color: var(--soft); margin: 0 0 1.6rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th { text-align: left; color: var(--soft); font-weight: 500 }
td, th { padding: .3rem 1.1rem .3rem 0; border-bottom: 1px solid var(--line) } td.n, th.n { text-align: right }
tr.sum td { font-weight: 600 } .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.4rem;
margin-top: 2.2rem } article { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; background: #fff }
article img { display: block; width: 100%; height: auto; background: #eee } article div { padding: .8rem 1rem 1rem }
h2 { font-size: .95rem; margin: 0 } .score { color: var(--soft); font-size: .85rem; margin: 0 0 .5rem }
ul { list-style: none; margin: 0; padding: 0 } li { margin: .25rem 0; overflow-wrap: anywhere }
li.good::before { content: "✓ "; color: var(--good) } li.bad::before { content: "✗ "; color: var(--bad) }
li.extra { color: var(--soft) } li.extra::before { content: "+ "; color: var(--bad) }
pre { font: inherit; white-space: pre-wrap; margin: .3rem 0 }
.read { color: var(--bad) } mark { background: #fbdcd8; color: inherit; border-radius: .15em }
.failure { color: var(--bad) } details { margin-top: .5rem; color: var(--soft); font-size: .85rem }
"""


def rows(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    """The table, a row a group, as `COLUMNS`."""
    for (language, category), tally in evaluation.groups:
        counts = (str(tally.pictures), str(tally.strings))
        yield (language or "all", category or "all", *counts, *(f"{share:.3f}" for share in shares(tally).values()))


def shares(tally: Tally) -> dict[str, float]:
    return {
        "exact_strings": tally.exact_strings,
        "word_accuracy": tally.word_accuracy,
        "ned": tally.ned,
        "cer": tally.cer,
        "long_text": tally.long_text,
        "extra": tally.extra,
    }


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain JSON data: the same for the same run, whatever was drawn in it."""
    return {
        "engine": evaluation.engine,
        "engine_version": evaluation.engine_version,
        "reader": evaluation.reader,
        "size": list(evaluation.size),
        "seed": evaluation.seed,
        "groups": [
            {"language": language, "category": category, **dataclasses.asdict(tally), **shares(tally)}
            for (language, category), tally in evaluation.groups
        ],
        "briefs": [_brief_data(judged) for judged in evaluation.judged],
    }


def _brief_data(judged: Judged) -> dict[str, Any]:
    brief = judged.brief
    pairs = zip(brief.texts, judged.found, strict=False)
    return {
        "set": brief.set,
        "id": brief.id,
        "language": brief.language,
        "category": brief.category,
        "prompt": brief.prompt,
        "fingerprint": judged.fingerprint,
        "picture": judged.picture,
        "failure": judged.failure,
        "strings": [{"text": text, "read": read} for text, read in pairs],
        "read": judged.read,
        "extra_lines": list(judged.extra),
        **(shares(judged.tally) if brief.texts else {}),
    }


def write_reports(evaluation: Evaluation, out: Path) -> None:
    """`evaluation.json` and `index.html` in the output folder."""
    text = json.dumps(as_data(evaluation), ensure_ascii=False, indent=2)
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
        (out / "evaluation.json").write_text(text + "\n", "utf-8")
        (out / "index.html").write_text(page(evaluation), "utf-8")


def page(evaluation: Evaluation) -> str:
    """One HTML page, with the pictures beside it."""
    width, height = evaluation.size
    about = f"{len(evaluation.judged)} pictures of {width} × {height} px · seed {evaluation.seed}"
    about += f" · read by {evaluation.reader}" if evaluation.reader else " · for outside scoring"
    about += f" · {evaluation.failed} failed" if evaluation.failed else ""
    cards = "".join(_card(judged, evaluation.size) for judged in evaluation.judged)
    title = f"{evaluation.engine} {evaluation.engine_version}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f'<p class="about">{escape(about)}</p>{_table(evaluation)}<section class="cards">{cards}</section></html>\n'
    )


def _table(evaluation: Evaluation) -> str:
    if not evaluation.groups:
        return ""
    head = "".join(f"<th{_numeric(n)}>{escape(name)}</th>" for n, name in enumerate(COLUMNS))
    body = []
    for row in rows(evaluation):
        cells = "".join(f"<td{_numeric(n)}>{escape(cell)}</td>" for n, cell in enumerate(row))
        body.append(f'<tr class="sum">{cells}</tr>' if row[1] == "all" else f"<tr>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _numeric(column: int) -> str:
    return ' class="n"' if column > 1 else ""


def _card(judged: Judged, size: tuple[int, int]) -> str:
    brief = judged.brief
    name = " · ".join(part for part in (brief.set, brief.id, brief.category) if part)
    frame = f'width="{size[0]}" height="{size[1]}"'
    image = f'<img src="{escape(judged.picture)}" alt="{escape(name)}" loading="lazy" {frame}>' if judged.picture else ""
    tally = judged.tally
    score = f"words {tally.word_accuracy:.2f} · NED {tally.ned:.2f} · LongText {tally.long_text:.2f}" if brief.texts else ""
    score += f" · {tally.extra_words} extra" if tally.extra_words else ""
    why = f'<p class="failure">{escape(judged.failure)}</p>' if judged.failure else ""
    strings = "".join(_string(text, read) for text, read in zip(brief.texts, judged.found, strict=False))
    strings += "".join(f'<li class="extra">{escape(line)}</li>' for line in judged.extra)
    more = f"<details><summary>prompt</summary>{escape(brief.prompt)}</details>"
    if judged.read:
        more += f"<details><summary>everything read</summary><pre>{escape(judged.read)}</pre></details>"
    words = f'<h2>{escape(name)}</h2><p class="score">{score}</p>{why}<ul>{strings}</ul>{more}'
    return f"<article>{image}<div>{words}</div></article>"


def _string(text: str, read: str) -> str:
    if normal(text).text == normal(read).text:
        return f'<li class="good">{escape(text)}</li>'
    wanted, other = _differing(text, read), _differing(read, text)
    return f'<li class="bad">{_marked(text, wanted)}<br><span class="read">{_marked(read, other) or "—"}</span></li>'


def _differing(text: str, other: str) -> frozenset[int]:
    """Places in `text` of the characters that `other` has not."""
    ours = normal(text)
    found = difflib.SequenceMatcher(None, ours.text, normal(other).text, autojunk=False).get_opcodes()
    return frozenset(ours.index[i] for tag, start, end, *_ in found if tag != "equal" for i in range(start, end))


def _marked(text: str, places: frozenset[int]) -> str:
    return "".join(f"<mark>{escape(char)}</mark>" if i in places else escape(char) for i, char in enumerate(text))
