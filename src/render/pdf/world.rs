//! The files that Typst can see: the theme's, the sheet, its data and the fonts. No disk, no packages, no clock.

use crate::message::{Error, Result};
use crate::render::theme::Theme;
use std::collections::{HashMap, HashSet};
use std::{iter::once, sync::LazyLock};
use ttf_parser::Tag;
use typst::diag::{FileError, FileResult, PackageError, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariations};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World as TypstWorld, WorldExt, layout::Abs};

/// Two weights of each typeface, compiled in (see `fonts/README.md`).
const FACES: [&[u8]; 4] = [
    include_bytes!("../../../fonts/NotoSansJP-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansJP-Bold.ttf"),
    include_bytes!("../../../fonts/MPLUS1p-Regular.ttf"),
    include_bytes!("../../../fonts/MPLUS1p-Bold.ttf"),
];

/// The row scope of a header cell and a table's summary are still behind this feature.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// The faces that sheets are drawn with.
#[derive(Clone)]
pub struct Fonts {
    /// The weights of each typeface, the one that Typst asks first before the others.
    typefaces: Vec<Vec<Font>>,
    book: LazyHash<FontBook>,
    /// The characters that a typeface has in every weight: asking a face itself is slow.
    drawable: HashSet<u32>,
}

impl Fonts {
    pub fn compiled_in() -> Fonts {
        let face = |bytes: &&'static [u8]| {
            Font::new(Bytes::new(*bytes), 0).expect("the fetched fonts were verified")
        };
        let weights = |typeface: &[&'static [u8]]| typeface.iter().map(face).collect();
        Fonts::of(FACES.chunks(2).map(weights).collect())
    }

    fn of(typefaces: Vec<Vec<Font>>) -> Fonts {
        let mut drawable = HashSet::new();
        for weights in &typefaces {
            let of = |face: &Font| face.info().coverage.iter().collect::<HashSet<u32>>();
            let common = weights.iter().map(of).reduce(|all, face| &all & &face);
            drawable.extend(common.unwrap_or_default());
        }
        Fonts {
            book: LazyHash::new(FontBook::from_fonts(typefaces.iter().flatten())),
            typefaces,
            drawable,
        }
    }

    /// Puts a theme's own typeface before the others.
    pub fn with(&self, theme: &Theme) -> Result<Fonts> {
        let name = theme.tokens.text("typeface");
        let is_named = |face: &Font| face.info().family.to_lowercase() == name.to_lowercase();
        let mut own = Vec::new();
        for (file, bytes) in &theme.fonts {
            let refused = |id| Error::new(id).with("file", file);
            let read = Font::new(Bytes::new(bytes.clone()), 0);
            let face = read.ok_or_else(|| refused("theme-font-unreadable"))?;
            if !may_be_embedded(&face) {
                return Err(refused("theme-font-embedding"));
            }
            if !is_named(&face) {
                return Err(refused("theme-font-unnamed").with("typeface", &face.info().family));
            }
            own.push(face);
        }
        if !own.is_empty() {
            return Ok(Fonts::of([vec![own], self.typefaces.clone()].concat()));
        }
        if name.is_empty() || self.typefaces.iter().flatten().any(is_named) {
            return Ok(self.clone());
        }
        Err(Error::new("theme-font-missing").with("typeface", name))
    }

    /// True if a typeface has the character, in the form that a variation selector after it chooses.
    pub fn can_draw(&self, character: &str) -> bool {
        let mut chars = character.chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some(c), None, _) => self.drawable.contains(&u32::from(c)),
            (Some(c), Some(selector), None) => {
                let has_form = |face: &Font| {
                    let face = instance(face);
                    face.ttf().glyph_variation_index(c, selector).is_some()
                };
                let has_character = |face: &Font| face.info().coverage.contains(u32::from(c));
                // Typst takes the first typeface that has the character.
                let first = self.typefaces.iter().find(|it| has_character(&it[0]));
                first.is_some_and(|weights| weights.iter().all(has_form))
            }
            _ => false,
        }
    }
}

/// A face as its file has it.
fn instance(face: &Font) -> FontInstance {
    let (variant, axes) = (face.info().variant, FontVariations::default());
    face.clone().instantiate(variant, Abs::zero(), &axes)
}

/// False if the face's maker forbids to put it into a document (`fsType` of its OS/2 table).
fn may_be_embedded(face: &Font) -> bool {
    let instance = instance(face);
    let table = instance.ttf().raw_face().table(Tag::from_bytes(b"OS/2"));
    let bits = table.and_then(|table| table.get(8..10));
    let [high, low] = bits.map_or([0, 0], |bits| [bits[0], bits[1]]);
    // Bit 8 forbids a part of the face, bit 9 its outlines, bit 1 alone any use.
    high & 3 == 0 && low & 15 != 2
}

/// The file that tells a theme if its layout may depend on itself, and its contents.
const ATTEMPT: &str = "attempt.json";

/// One rendering as Typst sees it.
pub struct World<'a> {
    fonts: &'a Fonts,
    main: FileId,
    sources: HashMap<FileId, Source>,
    data: HashMap<FileId, Bytes>,
    /// The names of `data`, for errors.
    readable: String,
}

impl<'a> World<'a> {
    /// `files` are those that a theme can read besides its own.
    pub fn new(
        fonts: &'a Fonts,
        theme: &Theme,
        main: &'static str,
        files: Vec<(&'static str, Vec<u8>)>,
    ) -> World<'a> {
        let own = [".typ", ".txt"].into_iter();
        let sources = own.flat_map(|ending| theme.files(ending));
        let source =
            |(path, text): (&str, &str)| (id(path), Source::new(id(path), text.to_owned()));
        let tokens = serde_json::to_vec(&theme.tokens).expect("keys are strings");
        let mut data: Vec<(&str, Vec<u8>)> = files;
        data.extend([
            ("tokens.json", tokens),
            (ATTEMPT, br#"{"steady":false}"#.to_vec()),
        ]);
        data.extend(theme.logo.iter().map(|it| (&*it.name, it.bytes.clone())));
        let readable: Vec<String> = data.iter().map(|(path, _)| format!("/{path}")).collect();
        let bytes = |(path, bytes)| (id(path), Bytes::new(bytes));
        World {
            fonts,
            main: id(main),
            sources: sources.map(source).collect(),
            readable: readable.join(", "),
            data: data.into_iter().map(bytes).collect(),
        }
    }

    /// Asks the theme to let no layout depend on itself: the first drawing found no end.
    pub fn demand_steadiness(&mut self) {
        let steady = Bytes::from_string(r#"{"steady":true}"#);
        self.data.insert(id(ATTEMPT), steady);
    }

    /// The error for a missing file, which lists the files that a theme can read.
    fn absent(&self, id: FileId) -> FileError {
        if let VirtualRoot::Package(_) = id.get().root() {
            let why = "a theme has only its own files".into();
            return FileError::Package(PackageError::Other(Some(why)));
        }
        let (path, readable) = (id.get().vpath().get_without_slash(), &self.readable);
        let why = format!("{path}: a theme can read {readable} and its own .typ files");
        FileError::Other(Some(why.into()))
    }

    /// File and line of an error, or of the call that led to it; else of the main file.
    pub fn place(&self, error: &SourceDiagnostic) -> (String, usize) {
        let calls = error.trace.iter().map(|point| DiagSpan::from(point.span));
        let place = |span: DiagSpan| {
            let (file, start) = (span.id()?, self.range(span)?.start);
            Some((file, self.sources.get(&file)?.lines().byte_to_line(start)?))
        };
        let found = once(error.span).chain(calls).find_map(place);
        let (file, line) = found.unwrap_or((self.main, 0));
        (file.get().vpath().get_without_slash().to_owned(), line + 1)
    }
}

/// The id of a path. Typst never frees an id, so the same path always has the same one.
fn id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("a theme with other paths is not loaded");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl TypstWorld for World<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let source = self.sources.get(&id).cloned();
        source.ok_or_else(|| self.absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let own = || Ok(Bytes::from_string(self.source(id)?.text().to_owned()));
        self.data.get(&id).cloned().map_or_else(own, Ok)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.typefaces.iter().flatten().nth(index).cloned()
    }

    /// A theme has no clock: dates come with the sheet.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
