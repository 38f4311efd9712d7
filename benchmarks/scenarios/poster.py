"""One 2048 x 2048 bilingual poster to PDF and PNG, beside Typst setting the same page on the same picture.

The picture is drawn before the clock runs: this is about words. Every run sets a new number on the page, so that neither side
can hand out what it made before. Ours plans, fits, sets, draws and runs the default checks on both files; Typst is
given the sizes and checks nothing.
"""

from __future__ import annotations

from benchmarks import ours
from benchmarks.peers import typst_page
from benchmarks.record import Figure, against
from benchmarks.setting import Setting, alternate, process, python

SPEC = ours.SPECS / "poster.yaml"


def run(setting: Setting) -> list[Figure]:
    out, store = setting.scratch / "poster", setting.scratch / "poster-store"
    ours.build(SPEC, out, store)
    (picture,) = ours.scene_pictures(SPEC, store)
    press = typst_page.Press(setting.scratch / "typst", picture)

    warm = alternate(
        lambda i: ours.build(SPEC, out, store, f"vars.n={i + 10}"),
        lambda i: press.set(i + 10),
        setting.repeats,
    )
    options = ("--engine", "draft", "--out", out, "--store", store, "--quiet")
    folder = setting.scratch / "typst-cold"
    cold = alternate(
        lambda i: process(ours.cli("build", SPEC, *options, "--set", f"vars.n={i + 1000}")),
        lambda i: process(python(typst_page.__file__, folder, picture, str(i + 1000))),
        setting.repeats,
    )
    note = "ours includes the plan and all default checks"
    return [
        against("warm: PDF and PNG in one process", warm[0], "typst", warm[1], note),
        against("cold: PDF and PNG in a fresh process", cold[0], "typst", cold[1], note),
    ]
