"""`build`: everything that specs ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import ci, options
from .output import console, count, emit_json, finding_lines, safe, size

if TYPE_CHECKING:
    from qwen_pipeline.types import Manifest

_MAX_LISTED = 12
_HELD = frozenset({"waiting", "passed-over", "rejected", "timed-out"})
"""States of a review in which a piece is not delivered."""


@click.command("build")
@options.SPECS
@click.option("--out", type=options.FOLDER, help="Where the files go; several specs get a folder each.  [default: out/<name>]")
@options.order_options
@options.machine_options
@options.DOWNLOAD
@click.option("--workers", type=click.IntRange(1, 256), help="Processes to work with.  [default: by pieces and cores]")
@ci.JUNIT
@ci.ANNOTATIONS
@options.JSON
@options.QUIET
def COMMAND(
    specs: tuple[Path, ...], out: Path | None, workers: int | None, as_json: bool, quiet: bool, **given: Any
) -> int:
    """Build specs: draw, typeset, check and deliver."""
    from qwen_pipeline.pipeline import build

    from .progress import listening

    settings = options.take_settings(given, workers=workers)
    folders = out_folders(specs, out)
    with ci.reporting(given["junit"], given["annotations"]) as outcomes:
        for spec, folder in zip(specs, folders, strict=True):
            with ci.outcome_of(spec, outcomes) as finish, listening(quiet or as_json) as on_event:
                manifest = finish(build(options.take_order(spec, given), folder, settings, on_event))
            if not quiet and not as_json:
                show(manifest, folder, outcomes[-1].seconds)
    manifests = [outcome.manifest for outcome in outcomes if outcome.manifest]
    if as_json:
        emit_json(as_object(list(zip(manifests, folders, strict=True))))
    return worst(manifest.exit_code for manifest in manifests)


def out_folders(specs: tuple[Path, ...], out: Path | None) -> list[Path]:
    """Where each spec's files go. Two specs never share a folder."""
    names = [spec.resolve().stem if spec.stem != "spec" else spec.resolve().parent.name for spec in specs]
    if out is not None and len(specs) == 1:
        return [out]
    if len(set(names)) < len(names):
        raise click.UsageError("two of these specs have the same name; build them one by one, each with its own --out")
    return [(out or Path("out")) / name for name in names]


def worst(codes: Any) -> int:
    """One exit code for several builds."""
    found = set(codes)
    return next((code for code in (70, 4, 3, 2, 1, 5) if code in found), 0)


def as_object(results: list[tuple[Manifest, Path]]) -> dict[str, Any]:
    """What `--json` prints."""
    code = worst(manifest.exit_code for manifest, _ in results)
    return {"ok": code == 0, "exit_code": code, "builds": [{"out": str(folder), "manifest": m} for m, folder in results]}


# --- for people -------------------------------------------------------------------------------------------------------


def show(manifest: Manifest, out: Path, seconds: float) -> None:
    """What came out: the files, the words, what is wrong, one line to sum it up."""
    echo = console().print
    bad = {f.piece for f in manifest.findings if f.severity in ("error", "internal")} | {f.piece for f in manifest.failures}
    unchanged = not manifest.rendered and not manifest.written
    echo()
    echo(f"[bold]{safe(manifest.name)}[/]  [dim]{count(len(manifest.pieces), 'piece')} · {manifest.engine} · {manifest.usage}[/]")
    if not unchanged:
        _show_files(manifest, out)
    _show_findings(manifest)
    _show_failures(manifest)
    _show_waiting(manifest, out)
    if unchanged and not bad and not manifest.exit_code:
        files = count(len(manifest.artifacts), "file")
        echo(f"  [green]✓[/] unchanged: {files} in {safe(str(out))} [dim]· {seconds:.1f} s[/]")
        return
    if manifest.texts:
        echo(_words(manifest))
    echo(_summary(manifest, bad, seconds))


def _show_files(manifest: Manifest, out: Path) -> None:
    shown = manifest.artifacts[:_MAX_LISTED]
    rows = [(safe(str(out / a.path)), size(a.bytes), count(a.pages, "page") if a.pages > 1 else "") for a in shown]
    if rows:
        _rows(rows)
    if len(manifest.artifacts) > len(shown):
        console().print(f"  [dim]and {len(manifest.artifacts) - len(shown):,} more in {safe(str(out))}[/]")
    if any(f.severity in ("error", "internal") for f in manifest.findings):
        console().print(f"  [dim]refused by a check, to look at:[/] {safe(str(out / 'rejected'))}")


def _rows(rows: list[tuple[str, str, str]]) -> None:
    width = max(len(row[0]) for row in rows)
    for path, bytes_, pages in rows:
        console().print(f"  {path:<{width}}  [dim]{bytes_:>8}" + (f"  {pages}[/]" if pages else "[/]"))


def _show_findings(manifest: Manifest) -> None:
    """Findings by piece, with a hint after each row of findings that share it."""
    worth = [f for f in manifest.findings if f.severity != "info"]
    shown = worth[:_MAX_LISTED]
    for index, finding in enumerate(shown):
        if index == 0 or finding.piece != shown[index - 1].piece:
            console().print(f"\n  [bold]{safe(finding.piece)}[/]")
        for line in finding_lines(finding):
            console().print(line)
        rest = shown[index + 1 : index + 2]
        if finding.hint and [(f.piece, f.hint) for f in rest] != [(finding.piece, finding.hint)]:
            console().print(f"      [cyan]hint:[/] {safe(finding.hint)}")
    if len(worth) > _MAX_LISTED:
        console().print(f"  [dim]and {len(worth) - _MAX_LISTED:,} more findings in findings.json[/]")


def _show_failures(manifest: Manifest) -> None:
    if manifest.failures:
        console().print("\n  [bold red]not made[/]")
    for failure in manifest.failures[:_MAX_LISTED]:
        console().print(f"  [red]✗[/] {safe(failure.piece)}: {safe(failure.message)} [dim]({failure.code})[/]")
        if failure.place:
            console().print(f"      [blue]-->[/] {safe(failure.place)}")
        if failure.hint:
            console().print(f"      [cyan]hint:[/] {safe(failure.hint)}")
    if len(manifest.failures) > _MAX_LISTED:
        console().print(f"  [dim]and {len(manifest.failures) - _MAX_LISTED:,} more in manifest.json[/]")


def _show_waiting(manifest: Manifest, out: Path) -> None:
    """Which pieces a person is asked about, and where to look."""
    states = [review.state for review in manifest.reviews]
    for state, words in (("rejected", "rejected by a person"), ("timed-out", "not decided on in time")):
        if state in states:
            console().print(f"  [red]✗[/] {count(states.count(state), 'piece')} {words}")  # type: ignore[arg-type]
    waiting = states.count("waiting")
    if waiting:
        where = safe(str(out / "review" / "index.html"))
        console().print(f"\n  [yellow]?[/] {count(waiting, 'piece waits', 'pieces wait')} for a person: {where}")
        console().print("      [cyan]hint:[/] decide there, or with `qwen-pipeline review SPEC`, and build again")


def _words(manifest: Manifest) -> str:
    """One line on the text contract."""
    totals = {name: sum(t.outcome == name for t in manifest.texts) for name in ("overlay", "baked", "failed")}
    parts = [f"{totals['overlay']:,} set by us"] if totals["overlay"] else []
    parts += [f"{totals['baked']:,} in the picture"] if totals["baked"] else []
    parts += [f"[red]{totals['failed']:,} wrong[/]"] if totals["failed"] else []
    return f"\n  [dim]words[/]  {count(len(manifest.texts), 'string')}: " + ", ".join(parts)


def _summary(manifest: Manifest, bad: set[str], seconds: float) -> str:
    held = {review.piece for review in manifest.reviews if review.state in _HELD}
    good = len([piece for piece in manifest.pieces if piece not in bad | held])
    work = f"{count(manifest.rendered, 'picture')} drawn, {count(manifest.written, 'file')} written"
    mark = "[green]✓[/]" if not bad else "[red]✗[/]"
    rest = f", [red]{count(len(bad), 'piece')} not[/]" if bad else ""
    return f"  {mark} {count(good, 'piece')} delivered{rest} [dim]· {work} · {seconds:.1f} s[/]"
