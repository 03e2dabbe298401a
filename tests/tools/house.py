"""Measures the Rust code below `src/` without its tests: how much there is, how long, and how far it keeps the house style.

    python3 tests/tools/house.py [FOLDER] [--list] [--json] [--check]

FOLDER is a repository or a folder of Rust code; without it, the repository that this file stands in. Inline `#[cfg(test)] mod`
blocks count nowhere. Under `--check` it names each goal that is missed, and then ends with 1.
"""

import argparse
import json
import math
import re
import statistics
import sys
from pathlib import Path

# The goals: at most so many, and of the openings fewer.
LINES, FILE, BOOL_ARMS = 18_300, 500, 0
REBINDINGS, OPENINGS = 2, 5  # in 1,000 lines; per cent of the doc comments

# Comments and literals; a block comment may hold others, one level deep. A lifetime has no second quote.
LITERAL = re.compile(
    r"""(?P<comment> //[^\n]* | /\*(?:/\*.*?\*/|.)*?\*/ )
      | (?<!\w)[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)
      | (?:\b[bc])?"(?:\\.|[^"\\])*"
      | (?:\bb)?'(?:\\(?:u\{[^}]*\}|x..|.)|[^\\'\n])'""",
    re.VERBOSE | re.DOTALL,
)
TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*(?=\{)")
# Up to the brace that opens the body: a function without one, as in a trait, does not count.
FUNCTION = re.compile(r"\bfn\s+((?:r#)?\w+)(?:[^{};\[]|\[(?:[^\[\]]|\[[^\]]*\])*\])*(?=\{)")
TYPE = re.compile(r"(?<![\w#'])(struct|enum|type|trait|union(?=\s+\w+\s*[<{]))\s+((?:r#)?\w+)")
# The blocks in which a `type` is an associated one: `impl ... for` and traits.
ASSOCIATING = re.compile(
    r"^[ \t]*(?:(?:unsafe\s+)?impl\b[^{}]*?\bfor\b|(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?trait\b)[^{}]*(?=\{)", re.MULTILINE
)
BOOL_ARM = re.compile(r"^[ \t]*(?:true|false) =>", re.MULTILINE)
# The first token behind `=` is the name again, also a function's or a module's. A type before it may hold `;`, as `[u8; 4]` does.
REBINDING = re.compile(r"\blet\s+(?:mut\s+)?((?:r#)?\w+)\s*(?::(?:[^;{}\[]|\[[^\]]*\])*?)?(?<=\s)=\s*\1\b(\s*(?:\(|::|!(?!=)))?")
DOC = re.compile(r"\s*(?:///(?!/)|//!)")
OPENING = re.compile(r"(?:What|Whether|Who|Whom|Whose|Where|So|Of|As|How|When|Why|Once)\b(?!-)")

sizes: list[tuple[int, str]] = []  # lines and name of each file
functions: list[tuple[int, str]] = []  # length, and name with place
types: dict[str, list[str]] = {}  # the places of each name
counts = dict.fromkeys(("code", "docs", "comments", "called"), 0)
places: dict[str, list[str]] = {"bool arms": [], "rebindings": [], "odd openings": []}


def mask(literal: re.Match) -> str:
    """Blanks for a comment and quotes for a literal; line ends stay, so that every place does."""
    return re.sub(r"[^\n]", " " if literal["comment"] else '"', literal[0])


def blocks(code: str, name: str) -> dict[int, int]:
    """The closing brace of each opening one."""
    opened, closed = [], {}
    for brace in re.finditer(r"[{}]", code):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            closed[opened.pop()] = brace.start()
    return closed if not opened else sys.exit(f"{name}: the braces do not match")


def measure(name: str, text: str) -> None:
    """Adds what a file holds to the lists above."""
    code, tests = LITERAL.sub(mask, text), set()

    def line(at: int) -> int:
        return code.count("\n", 0, at) + 1

    closed = blocks(code, name)
    for module in TESTS.finditer(code):
        start, end = module.start(), closed[module.end()] + 1
        tests.update(range(line(start), line(end) + 1))
        code = code[:start] + re.sub(r"[^\n]", " ", code[start:end]) + code[end:]

    raw = text.split("\n")
    end = len(raw) - (raw[-1] == "")
    kept = [(at, *pair) for at, pair in enumerate(zip(raw[:end], code.split("\n")), 1) if at not in tests]
    docs = {at: raw.strip() for at, raw, code in kept if not code.strip() and DOC.match(raw)}
    items = {at: doc[3:].strip() for at, doc in docs.items() if doc.startswith("///")}
    openings = [(at, doc) for at, doc in items.items() if at - 1 not in items]
    sizes.append((len(kept), name))
    counts["code"] += sum(bool(code.strip()) for _, _, code in kept)
    counts["docs"] += len(docs)
    counts["comments"] += len(openings)
    places["odd openings"] += [f"{name}:{at}: {doc}" for at, doc in openings if OPENING.match(doc)]

    for match in FUNCTION.finditer(code):
        start, end = line(match.start()), line(closed[match.end()])
        functions.append((end - start + 1, f"{match[1]}, {name}:{start}"))
    associating = {match.end() for match in ASSOCIATING.finditer(code)}
    for match in TYPE.finditer(code):
        around = max((opening for opening, end in closed.items() if opening < match.start() < end), default=None)
        if match[1] != "type" or around not in associating:
            types.setdefault(match[2], []).append(f"{name}:{line(match.start())}")
    for kind, pattern in (("bool arms", BOOL_ARM), ("rebindings", REBINDING)):
        for match in pattern.finditer(code):
            at = line(match.start())
            places[kind].append(f"{name}:{at}: {raw[at - 1].strip()}")
            counts["called"] += match.lastindex == 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the Rust code below src/ without its tests.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--list", action="store_true", help="also every place of an arm, a rebinding, an odd opening")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--check", action="store_true", help="end with 1 when a goal is missed")
    options = parser.parse_args()
    root = options.folder
    for file in sorted((root / "src" if (root / "src").is_dir() else root).rglob("*.rs")):
        measure(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    if not sizes or not functions:
        sys.exit(f"no Rust code below {root}")

    lines, (code, docs, comments, called) = sum(size for size, _ in sizes), counts.values()
    functions.sort()
    repeated = {name: found for name, found in sorted(types.items()) if len(found) > 1}
    arms, rebindings, odd = map(len, places.values())
    over = [f"{name} ({size})" for size, name in sorted(sizes, reverse=True) if size > FILE]
    often, share = 1000 * rebindings / lines, 100 * odd / max(comments, 1)
    figures = {
        "lines": lines, "code lines": code, "files": len(sizes),
        "median file": statistics.median(size for size, _ in sizes), "longest file": max(sizes),
        f"files over {FILE} lines": (len(over), ", ".join(over)),
        "functions": len(functions), "median function": statistics.median(length for length, _ in functions),
        "p90 function": functions[math.ceil(0.9 * len(functions)) - 1][0], "longest function": functions[-1],
        "doc lines": docs, "doc lines, % of code": round(100 * docs / code, 1),
        "types": sum(map(len, types.values())), "type names": len(types), "repeated type names": len(repeated),
        "bool arms": arms, "bool arms in 1,000": round(1000 * arms / lines, 2),
        "rebindings": (rebindings, f"{called} of them as `x(...)`, `x!(...)` or `x::...`"),
        "rebindings in 1,000": round(often, 2),
        "doc comments": comments, "odd openings": odd, "odd openings, %": round(share, 1),
    }
    goals = [
        (lines > LINES, f"There are {lines} lines, more than {LINES}."),
        (over, f"Files have more than {FILE} lines: {', '.join(over)}."),
        (arms > BOOL_ARMS, f"Arms of `match` on a bool: {arms}, more than {BOOL_ARMS}."),
        (often > REBINDINGS, f"Rebindings in 1,000 lines: {often:.2f}, more than {REBINDINGS}."),
        (share >= OPENINGS, f"Doc comments that open oddly: {share:.1f} %, not below {OPENINGS} %."),
    ]
    if options.json:
        more = {"repeated types": repeated} | (places if options.list else {})
        print(json.dumps({"figures": figures, "places": more}, indent=2, ensure_ascii=False))
    else:
        for name, value in figures.items():
            value, *detail = value if isinstance(value, tuple) else (value,)
            print(f"{name:22}{value:>8g}  {''.join(detail)}".rstrip())
        print("\nrepeated types:", *(f"{name}: {', '.join(found)}" for name, found in repeated.items()), sep="\n  ")
        for kind, found in places.items() if options.list else ():
            print(f"\n{kind}:", *found, sep="\n  ")
    if options.check and (missed := [sentence for fails, sentence in goals if fails]):
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
