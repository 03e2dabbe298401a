"""Checks that PDFs conform to PDF/A-3a and PDF/UA-1.

    .tools/venv/bin/python tests/tools/pdf.py FILE...

Prints one line per file that conforms; otherwise what is wrong with it. Ends with 1 when any file fails.
"""

import re
import sys

try:
    import page
except ModuleNotFoundError:
    sys.exit("the Python package page-validation is missing: `make tools` installs it")

PROFILES = {
    "PDF/A-3a": page.ValidationProfile.PDF_A_3A,
    "PDF/UA-1": page.ValidationProfile.PDF_UA_1,
}
# One mistake in a table repeats in every cell; the first few tell which it is.
SHOWN = 20


# The validator looks for the end of a stream by its last line end, and takes a compressed stream's own last byte
# for one where that happens to be a carriage return.
LENGTH_RULES = {"PDFA3A-STREAM-LENGTH-001"}


def lengths_hold(file: str) -> bool:
    """Whether every stream ends where its length says: a line end and `endstream` follow (ISO 32000-1, 7.3.8.1)."""
    with open(file, "rb") as opened:
        pdf = opened.read()
    place = 0
    while found := re.compile(rb"[\r\n]\d+ 0 obj\b((?:(?!endobj).)*?)stream\r?\n", re.DOTALL).search(pdf, place):
        length = re.search(rb"/Length (\d+)(?! \d+ R)", found.group(1))
        place = found.end() + int(length.group(1)) if length else len(pdf)
        if re.match(rb"\r?\nendstream\b", pdf[place : place + 12]) is None:
            return False
    return place > 0


def stands(file: str, failure: page.ValidationFailure) -> bool:
    """Whether a failure is one. The validator does not always tell in which object."""
    return not (failure.rule_id in LENGTH_RULES and lengths_hold(file))


def failures(file: str, profile: page.ValidationProfile) -> list[str]:
    """What keeps `file` from conforming to `profile`; empty when it conforms."""
    try:
        # The default limits refuse tables of more than 1,024 rows.
        report = page.validate_pdf(file, profile=profile, limits=page.SafetyLimits.unlimited())
    except (page.PageError, OSError) as error:
        return [str(error)]
    told = [failure for failure in report.failures if stands(file, failure)]
    found = [
        f"{failure.rule_id} {failure.message}"
        + (f" (object {failure.object_id.object_number})" if failure.object_id else "")
        for failure in told
    ]
    # A report that says no without saying why must not pass for a yes.
    if not report.failures and not report.is_compliant:
        found = ["does not conform, and the validator names no rule"]
    return found


def conforms(file: str) -> bool:
    found = {name: failures(file, profile) for name, profile in PROFILES.items()}
    if not any(found.values()):
        print("ok", file, *PROFILES)
        return True
    for name, lines in found.items():
        for line in lines[:SHOWN]:
            print("FAIL", file, f"{name}: {line}")
        if len(lines) > SHOWN:
            print("FAIL", file, f"{name}: and {len(lines) - SHOWN} more")
    return False


def main(files: list[str]) -> int:
    if not files:
        print("usage: pdf.py FILE...", file=sys.stderr)
        return 2
    # A list, so that every file is checked even when the first one fails.
    return 0 if all([conforms(file) for file in files]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
