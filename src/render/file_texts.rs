//! The texts of a finished file of any format, for the searches in it.

use crate::pdf_reader;
use lopdf::{Document, Object, Stream};
use serde_json::Value;

/// The texts of a file, with their entities. NUL stands between texts that do not run on.
#[derive(Default)]
pub struct FileTexts {
    /// The text between the tags of a page; cells; the values of JSON, also of a PDF's attachment.
    pub shown: String,
    /// The texts in quotes of styles and scripts: the word `none` in a style sheet is no remark.
    pub quoted: String,
    /// Comments, values of attributes, texts of scripts in other quotes; a PDF's information, descriptions, links.
    pub hidden: String,
    /// The pages of a PDF, in which nothing stands between two texts.
    pub pages: String,
    /// All of a page with its tags, styles and scripts; the keys of JSON.
    pub code: String,
}

impl FileTexts {
    /// Reads a file by its extension. One that cannot be read so is one text.
    pub fn new(path: &str, bytes: &[u8]) -> FileTexts {
        let raw = || String::from_utf8_lossy(bytes).into_owned();
        let mut texts = FileTexts::default();
        match path.rsplit('.').next() {
            Some("html" | "xml" | "svg") => return FileTexts::html(&raw()),
            Some("json") => texts.add_json(bytes),
            Some("csv") => {
                let mut options = csv::ReaderBuilder::new();
                let reader = options.has_headers(false).from_reader(bytes);
                for record in reader.into_records().flatten() {
                    record.iter().for_each(|cell| add(&mut texts.shown, cell));
                }
            }
            Some("pdf") => match pdf_reader::open(bytes) {
                Ok(pdf) => texts.add_pdf(&pdf),
                // A PDF that cannot be read was made by another program.
                Err(_) => texts.shown = raw(),
            },
            _ => texts.shown = raw(),
        }
        texts
    }

    pub fn html(html: &str) -> FileTexts {
        let mut texts = FileTexts {
            code: html.to_owned(),
            ..FileTexts::default()
        };
        let mut rest = html;
        while let Some((before, tag)) = rest.split_once('<') {
            texts.shown.push_str(before);
            if let Some(comment) = tag.strip_prefix("!--") {
                let (comment, after) = comment.split_once("-->").unwrap_or((comment, ""));
                add(&mut texts.hidden, comment);
                rest = after;
                continue;
            }
            let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
            rest = after;
            // The program's own policy, with words such as `form-action`.
            if !inside.starts_with("meta http-equiv") {
                add_values(inside, &mut texts.hidden);
            }
            texts.shown.push_str(separator(inside));
            for (name, end) in [("style", "</style"), ("script", "</script")] {
                if tag.starts_with(name) {
                    let (code, after) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
                    match serde_json::from_str(code) {
                        Ok(data) => add_value(&data, &mut texts.quoted, &mut String::new()),
                        Err(_) => texts.quoted += &quoted(code, '"'),
                    }
                    texts.hidden += &(quoted(code, '\'') + "\0" + &quoted(code, '`'));
                    rest = after;
                }
            }
        }
        texts.shown.push_str(rest);
        texts
    }

    fn add_json(&mut self, json: &[u8]) {
        match serde_json::from_slice(json) {
            Ok(value) => add_value(&value, &mut self.shown, &mut self.code),
            Err(_) => add(&mut self.shown, &String::from_utf8_lossy(json)),
        }
    }

    fn add_pdf(&mut self, pdf: &Document) {
        self.pages = pdf_reader::page_texts(pdf).unwrap_or_default().concat();
        for object in pdf.objects.values() {
            self.add_object(object);
            let stream = || object.as_stream().and_then(Stream::get_plain_content);
            let content = || stream().unwrap_or_default();
            match object.type_name() {
                Ok(b"EmbeddedFile") => self.add_json(&content()),
                Ok(b"Metadata") => {
                    // PDF/A describes schemas, with the name of their maker; the program names itself.
                    let mut xmp = String::from_utf8_lossy(&content()).into_owned();
                    for name in ["pdfaExtension:schemas", "xmp:CreatorTool", "xmpMM:History"] {
                        xmp = without(&xmp, &format!("<{name}>"), &format!("</{name}>"));
                    }
                    add(&mut self.hidden, &FileTexts::html(&xmp).shown);
                }
                _ => {}
            }
        }
    }

    fn add_object(&mut self, object: &Object) {
        /// The entries with a text that a reader can see.
        const TEXTS: &str =
            "ActualText Alt Author Contents Desc E F Keywords Subject TU Title UF URI";
        let dictionary = match object {
            Object::Array(objects) => return objects.iter().for_each(|it| self.add_object(it)),
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dict,
            _ => return,
        };
        for (key, value) in dictionary {
            let is_text = TEXTS.split(' ').any(|text| text.as_bytes() == key);
            match lopdf::decode_text_string(value) {
                Ok(text) if is_text => add(&mut self.hidden, &text),
                _ => self.add_object(value),
            }
        }
    }
}

fn add(texts: &mut String, text: &str) {
    texts.push_str(text);
    texts.push('\0');
}

/// Adds the texts of JSON without their escapes.
fn add_value(value: &Value, texts: &mut String, keys: &mut String) {
    match value {
        Value::String(text) => texts.push_str(text),
        Value::Array(values) => values.iter().for_each(|it| add_value(it, texts, keys)),
        Value::Object(fields) => {
            // `@type` and the like are words of JSON-LD.
            for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with('@')) {
                add(keys, name);
                add_value(value, texts, keys);
            }
        }
        other => texts.push_str(&other.to_string()),
    }
    texts.push('\0');
}

/// Stands for a tag in the text: a word may run on over emphasis, a name over a line break.
fn separator(tag: &str) -> &'static str {
    const INLINE: &str =
        "a abbr b bdi code del em i ins mark rb ruby s small span strong sub sup wbr";
    let name = tag.trim_start_matches('/');
    match name.split(|c: char| !c.is_alphanumeric()).next() {
        Some("br") => "\n",
        Some(name) if INLINE.split(' ').any(|inline| inline == name) => "",
        _ => "\0",
    }
}

/// Adds the values of a tag's attributes; the classes are values by themselves.
fn add_values(tag: &str, values: &mut String) {
    let mut rest = tag;
    while let Some((name, written)) = rest.split_once('=') {
        let written = written.trim_start();
        let quoted = written.strip_prefix(['"', '\'']);
        let parts = match (quoted, written.chars().next()) {
            (Some(value), Some(quote)) => value.split_once(quote),
            _ => written.split_once(char::is_whitespace),
        };
        let (value, after) = parts.unwrap_or((quoted.unwrap_or(written), ""));
        let separator = if name.ends_with("class") { "\0" } else { " " };
        add(values, &value.replace(' ', separator));
        rest = after;
    }
}

fn quoted(code: &str, quote: char) -> String {
    let mut texts = String::new();
    for line in code.lines() {
        let marked = line.replace(&format!("\\{quote}"), "\u{1}");
        for text in marked.split(quote).skip(1).step_by(2) {
            add(&mut texts, text);
        }
    }
    texts.replace('\u{1}', &quote.to_string())
}

/// Replaces each part between two marks by NUL.
pub fn without(text: &str, open: &str, close: &str) -> String {
    let mut fixed = String::new();
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(open) {
        add(&mut fixed, before);
        rest = marked.split_once(close).map_or("", |(_, after)| after);
    }
    fixed + rest
}
