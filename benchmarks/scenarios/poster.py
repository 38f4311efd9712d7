"""One 2048 x 2048 bilingual poster to PDF and PNG, beside Typst setting the same page on the same picture.

The picture is drawn before the clock runs: this is about words. Every run sets a new number on the page, so that neither side
can hand out what it made before. Ours plans, fits, sets, draws and runs the default checks on both files; Typst is
given the sizes and checks nothing.
"""

from __future__ import annotations

from benchmarks import ours
from benchmarks.peers import typst_page
from benchmarks.record import Figure, against
from benchmarks.setting import Setting, process, python, timed

SPEC = ours.SPECS / "poster.yaml"


def run(setting: Setting) -> list[Figure]:
    out, store = setting.scratch / "poster", setting.scratch / "poster-store"
    ours.build(SPEC, out, store)
    (picture,) = ours.scene_pictures(SPEC, store)
    press = typst_page.Press(setting.scratch / "typst", picture)

    warm = timed(lambda i: ours.build(SPEC, out, store, f"vars.n={i + 10}"), setting.repeats)
    warm_peer = timed(lambda i: press.set(i + 10), setting.repeats)

    def cold(i: int) -> list[str]:
        return ["--engine", "draft", "--out", str(out), "--store", str(store), "--set", f"vars.n={i + 1000}", "--quiet"]

    page = typst_page.__file__
    cold_ours = [process(ours.cli("build", SPEC, *cold(i))) for i in range(setting.repeats + 1)][1:]
    cold_peer = [process(python(page, setting.scratch / "typst-cold", picture, str(i))) for i in range(setting.repeats + 1)][1:]
    return [
        against("warm: PDF and PNG in one process", warm, "typst", warm_peer, "ours includes the plan and all default checks"),
        against(
            "cold: PDF and PNG in a fresh process", cold_ours, "typst", cold_peer, "ours includes the plan and all default checks"
        ),
    ]
