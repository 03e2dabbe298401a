"""Makes forgeries of an issued PDF: altered copies, none of which `safeguard verify` may call genuine.

    .tools/venv/bin/python tests/tools/forge.py ISSUED.pdf OUTDIR [--signed SIGNED.pdf]
        [--key KEY.p12 --password-file FILE] [--other-key OTHER.p12]

Writes one PDF for each alteration and each way to hand it over (`variants`), and prints a JSON list of them. SIGNED.pdf is
the issued file with the office's signature; OTHER.p12 is another customer of the same authority, with the same password.
Ends with an exception when a forgery cannot be made, or looks like the original where it should not.
"""

import argparse
import io
import json
import logging
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

try:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import BasePdfFileWriter, copy_into_new_writer
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject
except ModuleNotFoundError:
    sys.exit("the Python package pyhanko is missing: `make tools` installs it")

# pyHanko warns that a copy breaks its signatures, which is the point.
logging.disable(logging.WARNING)

WORDS = "未実施"
OTHER_COMPANY = "株式会社べつのかいしゃ"
# The strokes of each character, on a square of 1,000 units.
STROKES = {
    "未": "200 700 800 700, 100 480 900 480, 500 900 500 60, 480 480 120 150, 520 480 880 150",
    "実": "500 920 500 800, 120 640 120 780 880 780 880 640, 220 620 780 620, 180 480 820 480, 100 340 900 340, "
    "500 700 500 340 150 60, 500 340 850 60",
    "施": "250 900 250 780, 80 760 440 760, 200 760 200 500 80 80, 200 500 400 500 370 80 290 80, 560 900 480 680, "
    "540 780 930 780, 490 540 900 600 890 330 840 330, 690 680 690 240, 550 560 550 100 930 100 930 200",
}
# The choice of a font and the glyphs shown with it.
SHOW = re.compile(rb"/\S+ \S+ Tf [^\[\](]*\[\(((?:[^\\)]|\\.)*)\)\]\s?TJ", re.DOTALL)
ESCAPE = re.compile(rb"\\(?:\d{3}|.)", re.DOTALL)
TO_UNICODE = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Forged def /CMapType 2 def
1 begincodespacerange <{0}> <{1}> endcodespacerange
{2} endcmap CMapName currentdict /CMap defineresource pop end end"""


class Box(NamedTuple):
    """A place on a page, from its lower left corner."""

    x: float
    y: float
    width: float
    height: float


def run(*command: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def read(document: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(document), strict=False)


def pdf(value: object) -> generic.PdfObject:
    """A PDF object from plain Python. A text that begins with `/` is a name."""
    match value:
        case generic.PdfObject():
            return value
        case dict():
            return generic.DictionaryObject({generic.pdf_name(f"/{key}"): pdf(each) for key, each in value.items()})
        case list() | tuple():
            return generic.ArrayObject(pdf(each) for each in value)
        case bool():
            return generic.BooleanObject(value)
        case int():
            return generic.NumberObject(value)
        case float():
            return generic.FloatObject(f"{value:.2f}")
        case str() if value.startswith("/"):
            return generic.pdf_name(value)
    return generic.pdf_string(value)


def entry(holder: generic.DictionaryObject, key: str, default: object) -> object:
    """An entry, where `get` would return a mere reference to it."""
    return holder[key] if key in holder else default


@cache
def answers(original: bytes) -> tuple[Box, Box]:
    """The places of the two longest lines with answers on the first page."""
    data = json.loads(read(original).root["/AF"][0]["/EF"]["/F"].data)
    said = "\n".join("".join("".join(measure["measure"]["text"]).split()) for measure in data["measures"])
    page = xml.fromstring(run("pdftotext", "-bbox-layout", "-l", "1", "-", "-", given=original)).find(".//{*}page")
    height, lines = float(page.get("height")), {}
    for line in page.iterfind(".//{*}line"):
        text = "".join("".join(line.itertext()).split())
        left, top, right, bottom = (float(line.get(side)) for side in ("xMin", "yMin", "xMax", "yMax"))
        if text in said:
            lines[text] = Box(left, height - bottom, right - left, bottom - top)
    first, second = sorted(lines, key=len)[-1:-3:-1]
    return lines[first], lines[second]


@cache
def pictures(document: bytes) -> tuple[bytes, ...]:
    """Every page as a reader shows it."""
    with tempfile.TemporaryDirectory() as folder:
        run("pdftoppm", "-r", "40", "-gray", "-cropbox", "-", f"{folder}/page", given=document)
        return tuple(file.read_bytes() for file in sorted(Path(folder).iterdir()))


class Copy:
    """A document under alteration, and the answer to falsify."""

    def __init__(self, original: bytes, writer: BasePdfFileWriter):
        self.original, self.writer, self.root = original, writer, writer.root
        self.answer, self.other = answers(original)
        self.page = writer.find_page_for_modification(0)[0].get_object()
        self.top = float(self.page["/MediaBox"][3])

    def set(self, holder: generic.PdfObject, **entries: object) -> None:
        holder.update(pdf(entries))
        self.writer.update_container(holder)

    def add(self, **entries: object) -> generic.IndirectObject:
        return self.writer.add_object(pdf(entries))

    def stream(self, data: str | bytes, **entries: object) -> generic.IndirectObject:
        data = data.encode("utf-8") if isinstance(data, str) else data
        return self.writer.add_object(generic.StreamObject(pdf(entries), stream_data=data))

    def content(self) -> bytes:
        """What draws the page."""
        return self.page["/Contents"].data

    def fonts(self) -> list[generic.DictionaryObject]:
        return [font.get_object() for font in self.page["/Resources"]["/Font"].values()]

    def replace(self, content: bytes, **resources: generic.PdfObject) -> None:
        """Draws the page anew. Each resource becomes `/Forged` of its kind."""
        for kind, resource in resources.items():
            held = self.page["/Resources"]
            others = entry(held, f"/{kind}", pdf({}))
            self.set(held, **{kind: {key[1:]: others.raw_get(key) for key in others} | {"Forged": resource}})
        self.set(self.page, Contents=self.stream(content))

    def draw(self, operators: str, **resources: generic.PdfObject) -> None:
        """Draws on top of the page."""
        self.replace(b"q\n%s\nQ\nq\n%s\nQ" % (self.content(), operators.encode()), **resources)

    def font(self, says: str = WORDS) -> generic.IndirectObject:
        """A font of the strokes, whose text is read as `says`."""
        glyphs, lines = [], []
        for code, (strokes, said) in enumerate(zip(STROKES.values(), says, strict=True), ord("a")):
            glyphs.append(self.stream("1000 0 d0 " + paths(strokes)))
            lines.append(f"<{code:02X}> <{ord(said):04X}>")
        return self.add(
            Type="/Font",
            Subtype="/Type3",
            FontBBox=[0, 0, 1000, 1000],
            FontMatrix=[generic.FloatObject(each) for each in ("0.001", "0", "0", "0.001", "0", "0")],
            CharProcs={"abc"[at]: glyph for at, glyph in enumerate(glyphs)},
            Encoding={"Differences": [97, "/a", "/b", "/c"]},
            FirstChar=97,
            LastChar=99,
            Widths=[1000] * 3,
            Resources={},
            ToUnicode=self.stream(TO_UNICODE.format("00", "FF", f"3 beginbfchar {' '.join(lines)} endbfchar")),
        )

    def lettering(self) -> generic.DictionaryObject:
        """The resources of whatever writes the words."""
        return pdf({"Font": {"Forged": self.font()}})

    def falsify(self, operators: str = "{}", says: str = WORDS) -> None:
        """Writes the words over the answer."""
        self.draw(operators.format(cover(self.answer) + words(self.answer)), Font=self.font(says))

    def form(self) -> generic.IndirectObject:
        """The words on white, as large as the answer."""
        box = Box(0, 0, self.answer.width, self.answer.height)
        return self.stream(cover(box) + words(box), Type="/XObject", Subtype="/Form", BBox=box, Resources=self.lettering())

    def false_page(self) -> generic.IndirectObject:
        """A page that belongs to the document's tree and says the words."""
        entries = {key[1:]: self.page.raw_get(key) for key in ("/Type", "/MediaBox", "/Parent")}
        drawn = self.stream(words(Box(100, 300, 0, 80)))
        return self.add(**entries, Contents=drawn, Resources=self.lettering())

    def pages(self) -> list[generic.IndirectObject]:
        return list(self.root["/Pages"]["/Kids"])

    def set_pages(self, *pages: generic.IndirectObject, count: int | None = None) -> None:
        self.set(self.root["/Pages"], Kids=pages, Count=count or len(pages))

    def annotate(self, **entries: object) -> generic.IndirectObject:
        x, y, width, height = self.answer
        shown = {"Rect": [x, y, x + width, y + height], "AP": {"N": self.form()}, "F": 4}
        added = self.add(Type="/Annot", **shown, **entries)
        self.set(self.page, Annots=[*entry(self.page, "/Annots", ()), added])
        return added

    def data_file(self) -> generic.DictionaryObject:
        return self.root["/AF"][0]

    def false_data(self) -> dict[str, generic.IndirectObject]:
        """The attached data with another answer."""
        data = json.loads(self.data_file()["/EF"]["/F"].data)
        data["measures"][0]["measure"]["text"] = [WORDS]
        text = json.dumps(data, ensure_ascii=False, indent=2)
        stream = self.stream(text, Type="/EmbeddedFile", Subtype="/application/json", Params={"Size": len(text.encode())})
        return {"F": stream, "UF": stream}

    def inform(self, **entries: str) -> None:
        self.set(self.writer.trailer_view["/Info"], **entries)

    def name_recipient(self, recipient: str) -> None:
        """Names the one whom the copy was made for."""
        before = str(self.writer.trailer_view["/Info"]["/Keywords"]).split(", recipient: ")[0]
        self.inform(Keywords=f"{before}, recipient: {recipient}")

    def bytes(self) -> bytes:
        output = io.BytesIO()
        self.writer.write(output)
        return output.getvalue()


def paths(strokes: str) -> str:
    lines = [re.sub(r"(\S+ \S+)", r"\1 l", line.strip()).replace("l", "m", 1) for line in strokes.split(",")]
    return "60 w " + " ".join(lines) + " S\n"


def words(box: Box, ink: str = "0 g 0 G") -> str:
    """Operators that write the words at a place."""
    return f"BT {ink} /Forged {box.height:.2f} Tf {box.x:.2f} {box.y:.2f} Td (abc) Tj ET\n"


def cover(box: Box) -> str:
    """Operators that make a place white."""
    return f"1 g {box.x:.2f} {box.y:.2f} {box.width:.2f} {box.height:.2f} re f\n"


def picture_over_table(copy: Copy) -> None:
    # The picture of another answer, in the genuine type.
    (x, y, width, height), scale = copy.other, 2
    area = zip(("-x", "-y", "-W", "-H"), (x, copy.top - y - height, width, height))
    cut = [part for option, size in area for part in (option, str(round(size * scale)))]
    picture = run("pdftoppm", "-r", str(72 * scale), "-gray", "-l", "1", *cut, "-", given=copy.original)
    size = re.match(rb"P5\s(\d+) (\d+)\s255\s", picture)
    setup = {"Width": int(size[1]), "Height": int(size[2]), "ColorSpace": "/DeviceGray", "BitsPerComponent": 8}
    image = copy.stream(picture[size.end() :], Type="/XObject", Subtype="/Image", **setup)
    x, y, width, height = copy.answer
    copy.draw(f"{cover(copy.answer)} {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /Forged Do", XObject=image)


def vector_letters(copy: Copy) -> None:
    x, y, _, height = copy.answer
    drawn, scale = cover(copy.answer), height / 1000
    for at, strokes in enumerate(STROKES.values()):
        drawn += f"q {scale:.5f} 0 0 {scale:.5f} {x + at * height:.2f} {y:.2f} cm {paths(strokes)} Q\n"
    copy.draw(drawn)


def font_read_as_spaces(copy: Copy) -> None:
    spaces = TO_UNICODE.format("0000", "FFFF", "1 beginbfrange <0000> <00FF> <0020> endbfrange")
    for font in copy.fonts():
        copy.set(font, ToUnicode=copy.stream(spaces))


def words_in_form(copy: Copy) -> None:
    copy.draw(f"1 0 0 1 {copy.answer.x:.2f} {copy.answer.y:.2f} cm /Forged Do", XObject=copy.form())


def words_in_pattern(copy: Copy) -> None:
    x, y, width, height = copy.answer
    tile = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "BBox": [0, 0, 4 * height, height]}
    tile |= {"XStep": 4 * height, "YStep": height, "Matrix": [1, 0, 0, 1, x, y], "Resources": copy.lettering()}
    pattern = copy.stream(words(Box(0, 0, 0, height)), Type="/Pattern", **tile)
    filled = f"/Pattern cs /Forged scn {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f"
    copy.draw(cover(copy.answer) + filled, Pattern=pattern)


def texts_swapped(copy: Copy) -> None:
    shows = {show[0]: len(ESCAPE.sub(b".", show[1])) for show in SHOW.finditer(copy.content())}
    # Two of one length may be one text in two weights, with the same numbers of glyphs.
    longest = sorted(shows, key=shows.get)
    first, second = longest[-1], longest[len(longest) // 2]
    swapped = {first: second, second: first}
    copy.replace(SHOW.sub(lambda show: swapped.get(show[0], show[0]), copy.content()))


def layers_switched(copy: Copy) -> None:
    genuine, false = (copy.add(Type="/OCG", Name=name) for name in ("1", "2"))
    copy.set(copy.root, OCProperties={"OCGs": [genuine, false], "D": {"ON": [false], "OFF": [genuine], "Order": []}})
    copy.set(copy.page["/Resources"], Properties={"Genuine": genuine, "False": false})
    layers = copy.content(), copy.content(), (cover(copy.answer) + words(copy.answer)).encode()
    copy.replace(b"/OC /Genuine BDC q\n%s\nQ EMC\n/OC /False BDC q\n%s\nQ %s\nEMC" % layers, Font=copy.font())


def fill_field(copy: Copy, **setup: object) -> None:
    field = copy.annotate(Subtype="/Widget", T="Forged field", **setup)
    form = entry(copy.root, "/AcroForm", pdf({}))
    entries = {key[1:]: form.raw_get(key) for key in form}
    copy.set(copy.root, AcroForm=entries | {"Fields": [*entry(form, "/Fields", ()), field]})


def page_not_counted(copy: Copy) -> None:
    copy.set_pages(copy.false_page(), *copy.pages(), count=len(copy.pages()))


def second_page_tree(copy: Copy) -> None:
    pages = [copy.false_page(), *copy.pages()[1:]]
    copy.set(copy.root, Pages=copy.add(Type="/Pages", Count=len(pages), Kids=pages))


def hybrid_page_tree(copy: Copy) -> bytes:
    """Only a reader that knows cross-reference streams finds the other page tree (ISO 32000-1, 7.5.8.4)."""
    reader = read(copy.original)
    tree, root, info = (at.idnum for at in (reader.root.raw_get("/Pages"), reader.root_ref, reader.trailer.raw_get("/Info")))
    kids = [f"{page.idnum} 0 R" for page in reader.root["/Pages"]["/Kids"]]
    kids = kids[1:] or kids * 2
    size, start = reader.trailer["/Size"], len(copy.original) + 1
    trailer = f"/Size {size + 1} /Root {root} 0 R /Info {info} 0 R"
    node = f"\n{tree} 0 obj <</Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}]>> endobj\n".encode()
    end = start - 1 + len(node)
    stream = f"{size} 0 obj <</Type /XRef {trailer} /Index [{tree} 1 {size} 1] /W [1 4 1] /Length 12>>\nstream\n".encode()
    stream += b"".join(b"\x01%s\x00" % at.to_bytes(4, "big") for at in (start, end)) + b"\nendstream endobj\n"
    table = f"xref\n0 1\n0000000000 65535 f \ntrailer <<{trailer} /Prev {reader.last_startxref} /XRefStm {end}>>\n"
    return copy.original + node + stream + f"{table}startxref\n{end + len(stream)}\n%%EOF\n".encode()


def recipient_is_the_words(copy: Copy) -> None:
    copy.falsify()
    copy.name_recipient(WORDS)


def another_recipient(copy: Copy) -> None:
    copy.name_recipient(OTHER_COMPANY)
    copy.draw(words(Box(copy.answer.x, copy.top - 20, 0, 12)), Font=copy.font())


def title_in_xmp(copy: Copy) -> None:
    held = copy.root["/Metadata"].data
    changed = re.sub(rb"(<rdf:li xml:lang=[^>]*>)[^<]*", rb"\g<1>" + WORDS.encode(), held)
    assert changed != held, "no title in the XMP"
    copy.set(copy.root, Metadata=copy.stream(changed, Type="/Metadata", Subtype="/XML"))


def data_and_page_replaced(copy: Copy) -> None:
    copy.set(copy.data_file()["/EF"], **copy.false_data())
    copy.falsify()


def data_removed(copy: Copy) -> None:
    for key in ("/AF", "/Names"):
        del copy.root[key]
    copy.writer.update_root()


def data_twice(copy: Copy) -> None:
    files, genuine = copy.root["/Names"]["/EmbeddedFiles"], copy.root["/AF"].raw_get(0)
    name, entries = files["/Names"][0], {key[1:]: value for key, value in copy.data_file().items()}
    false = copy.add(**(entries | {"EF": copy.false_data()}))
    copy.set(files, Names=[name, genuine, name, false])
    copy.set(copy.root, AF=[genuine, false])


def cropped(copy: Copy) -> None:
    left, _, right, top = copy.page["/MediaBox"]
    copy.set(copy.page, CropBox=[left, copy.answer.y + copy.answer.height, right, top])


def fonts_swapped(copy: Copy) -> None:
    fonts = copy.page["/Resources"]["/Font"]
    names = list(fonts)
    copy.set(fonts, **{name[1:]: fonts.raw_get(names[at - 1]) for at, name in enumerate(names)})


def glyph_widths(copy: Copy) -> None:
    for font in copy.fonts():
        copy.set(font["/DescendantFonts"][0].get_object(), W=[], DW=300)


def qpdf(copy: Copy, *options: str) -> bytes:
    with tempfile.NamedTemporaryFile() as file:
        file.write(copy.original)
        file.flush()
        return run("qpdf", *options, file.name, "-")


# Changes the copy, or makes other bytes of the original.
Change = Callable[[Copy], object]


class Kind(NamedTuple):
    """A kind of forgery."""

    name: str
    change: Change
    # The variants to make it in; none: every one.
    variants: tuple[str, ...]


EVERY: tuple[str, ...] = ()
ONCE = ("unsigned",)
TWICE = ("unsigned", "signed-appended")
RESAVED = ("unsigned", "signed-rewritten")
RESIGNED = ("stripped", "signature-copied", "other-key", "signed-again", "signed-twice")

VISIBLE = [
    Kind("picture-over-table", picture_over_table, EVERY),
    Kind("rectangle-over-table", lambda copy: copy.draw(cover(copy.answer)), EVERY),
    Kind("vector-letters", vector_letters, ONCE),
    Kind("words-over-answer", Copy.falsify, EVERY),
    Kind("words-behind-empty-actual-text", lambda copy: copy.falsify("/Span <</ActualText ()>> BDC {} EMC"), EVERY),
    Kind("words-read-as-spaces", lambda copy: copy.falsify(says="   "), EVERY),
    Kind("words-in-form", words_in_form, ONCE),
    Kind("words-in-pattern", words_in_pattern, ONCE),
    Kind("white-words", lambda copy: copy.draw(words(copy.answer, "1 g 1 G"), Font=copy.font()), ONCE),
    Kind("texts-swapped", texts_swapped, EVERY),
    Kind("page-replaced", lambda copy: copy.replace(words(copy.answer).encode(), Font=copy.font()), EVERY),
    Kind("layers-switched", layers_switched, EVERY),
    Kind("free-text", lambda copy: copy.annotate(Subtype="/FreeText", Contents=WORDS, DA="/Helv 8 Tf 0 g"), EVERY),
    Kind("stamp", lambda copy: copy.annotate(Subtype="/Stamp", Name="/Approved"), TWICE),
    Kind("square", lambda copy: copy.annotate(Subtype="/Square"), TWICE),
    Kind("link", lambda copy: copy.annotate(Subtype="/Link", Border=[0, 0, 0]), TWICE),
    Kind("text-field", lambda copy: fill_field(copy, FT="/Tx", V=WORDS), TWICE),
    Kind("signature-field", lambda copy: fill_field(copy, FT="/Sig"), TWICE),
    Kind("page-at-end", lambda copy: copy.set_pages(*copy.pages(), copy.false_page()), EVERY),
    Kind("page-at-front", lambda copy: copy.set_pages(copy.false_page(), *copy.pages()), ONCE),
    # The only page gives way to a false one.
    Kind("page-removed", lambda copy: copy.set_pages(*copy.pages()[:-1] or [copy.false_page()]), EVERY),
    Kind("page-twice", lambda copy: copy.set_pages(copy.pages()[0], *copy.pages()), ONCE),
    Kind("page-not-counted", page_not_counted, TWICE),
    Kind("second-page-tree", second_page_tree, ("appended", "signed-appended")),
    Kind("hybrid-page-tree", hybrid_page_tree, TWICE),
    Kind("recipient-is-the-words", recipient_is_the_words, EVERY),
    Kind("another-recipient", another_recipient, EVERY),
    Kind("data-and-page-replaced", data_and_page_replaced, EVERY),
    Kind("rotated", lambda copy: copy.set(copy.page, Rotate=180), TWICE),
    Kind("cropped", cropped, TWICE),
    Kind("fonts-swapped", fonts_swapped, ONCE),
    Kind("glyph-widths", glyph_widths, ONCE),
]
INVISIBLE = [
    Kind("font-read-as-spaces", font_read_as_spaces, ONCE),
    Kind("creator", lambda copy: copy.inform(Creator="safeguard 99.0.0"), ONCE),
    Kind("title", lambda copy: copy.inform(Title=WORDS), ONCE),
    Kind("title-in-xmp", title_in_xmp, ONCE),
    Kind("recipient-in-keywords", lambda copy: copy.name_recipient(OTHER_COMPANY), TWICE),
    Kind("data-replaced", lambda copy: copy.set(copy.data_file()["/EF"], **copy.false_data()), TWICE),
    Kind("data-removed", data_removed, ONCE),
    Kind("data-twice", data_twice, ONCE),
    Kind("script-at-opening", lambda copy: copy.set(copy.root, OpenAction={"S": "/JavaScript", "JS": "app.beep()"}), TWICE),
    Kind("bytes-after-end", lambda copy: copy.original + b"\n% forged\n", TWICE),
    Kind("bytes-before-start", lambda copy: b"% forged\n" + copy.original, ONCE),
    Kind("resaved", qpdf, RESAVED),
    Kind("linearised", lambda copy: qpdf(copy, "--linearize"), RESAVED),
    Kind("object-streams", lambda copy: qpdf(copy, "--object-streams=generate"), RESAVED),
    Kind("encrypted", lambda copy: qpdf(copy, "--encrypt", "", "owner", "256", "--"), RESAVED),
    # Here only the signature is not the genuine one.
    Kind("nothing-else", lambda copy: copy.original, RESIGNED),
]


def unmarked(writer: BasePdfFileWriter) -> BasePdfFileWriter:
    """The writer, kept from putting its own name and the time into the document."""
    writer._update_meta = lambda: None
    return writer


def appending(original: bytes) -> BasePdfFileWriter:
    return unmarked(IncrementalPdfFileWriter(io.BytesIO(original), strict=False))


def rewriting(original: bytes) -> BasePdfFileWriter:
    reader = read(original)
    writer = unmarked(copy_into_new_writer(reader))
    writer._document_id = reader.trailer["/ID"]
    return writer


@cache
def stripped(signed: bytes) -> bytes:
    """The document without its signatures."""
    copy = Copy(signed, rewriting(signed))
    for key in {"/AcroForm", "/Perms", "/DSS"} & set(copy.root):
        del copy.root[key]
    for page in map(generic.IndirectObject.get_object, copy.pages()):
        kept = [each for each in entry(page, "/Annots", ()) if each.get_object().get("/FT") != "/Sig"]
        copy.set(page, Annots=kept)
    return copy.bytes()


def sign(document: bytes, signer: signers.Signer) -> bytes:
    writer, output = appending(document), io.BytesIO()
    field = f"Forged{len(writer.prev.embedded_signatures)}"
    setup = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
    signers.sign_pdf(writer, setup, signer, output=output)
    return output.getvalue()


def put_under(document: bytes, signed: bytes) -> bytes:
    """The document with the signature that was made for another."""
    signature = read(signed).embedded_signatures[-1].pkcs7_content
    output, steps = io.BytesIO(), PdfCMSEmbedder().write_cms("Forged", appending(document))
    next(steps)
    steps.send(SigObjSetup(SignatureObject(subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * len(signature))))
    steps.send(SigIOSetup("sha256", output=output))
    steps.send(signature)
    return output.getvalue()


@cache
def untouched(original: bytes, writing: Callable[[bytes], BasePdfFileWriter]) -> bytes:
    return Copy(original, writing(original)).bytes()


@cache
def altered(original: bytes, change: Change, writing: Callable[[bytes], BasePdfFileWriter] = rewriting) -> bytes:
    copy = Copy(original, writing(original))
    made = change(copy)
    if isinstance(made, bytes):
        return made
    forged = copy.bytes()
    if forged == untouched(original, writing):
        raise RuntimeError("nothing was altered")
    return forged


def variants(issued: bytes, signed: bytes | None, own: signers.Signer | None, other: signers.Signer | None) -> dict:
    """The ways to hand over a change. Those without what they need are missing."""
    if not signed and own:
        signed = sign(issued, own)
    ways: dict[str, Callable[[Change], bytes]] = {
        "unsigned": lambda change: altered(issued, change),
        "appended": lambda change: altered(issued, change, appending),
    }
    if signed:
        ways["signed-appended"] = lambda change: altered(signed, change, appending)
        ways["signed-rewritten"] = lambda change: altered(signed, change)
        ways["stripped"] = lambda change: altered(stripped(signed), change)
        ways["signature-copied"] = lambda change: put_under(altered(issued, change), signed)
    if own:
        ways["own-key"] = lambda change: sign(altered(issued, change), own)
    if other:
        ways["other-key"] = lambda change: sign(altered(issued, change), other)
    if signed and other:
        ways["signed-again"] = lambda change: sign(altered(signed, change, appending), other)
    if own and other:
        ways["signed-twice"] = lambda change: sign(sign(altered(issued, change), other), own)
    return ways


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes forgeries of an issued PDF.")
    parser.add_argument("issued", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--signed", type=Path, help="the issued PDF with the office's signature")
    parser.add_argument("--key", help="the office's key")
    parser.add_argument("--other-key", help="the key of another customer of the same authority")
    parser.add_argument("--password-file", type=Path, help="a file whose first line is the keys' password")
    options = parser.parse_args()
    password = options.password_file.read_bytes().split(b"\n")[0] if options.password_file else None
    load = signers.SimpleSigner.load_pkcs12
    own, other = (key and load(key, passphrase=password) for key in (options.key, options.other_key))
    issued, signed = options.issued.read_bytes(), options.signed and options.signed.read_bytes()
    options.folder.mkdir(parents=True, exist_ok=True)
    made = []
    for variant, way in variants(issued, signed, own, other).items():
        for kind in VISIBLE + INVISIBLE:
            if kind.variants and variant not in kind.variants:
                continue
            forged, name = way(kind.change), f"{variant}-{kind.name}.pdf"
            if forged in (issued, signed) or kind in VISIBLE and pictures(forged) == pictures(issued):
                raise RuntimeError(f"{name} looks like the original")
            (options.folder / name).write_bytes(forged)
            made.append({"name": name, "kind": kind.name, "of": variant})
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
