//! Every mistake in the fields of a file of YAML: in, its nodes and the JSON Schema of its record; out, findings.
//!
//! serde_yaml, which reads the values, stops at the first mistake and tells it as a sentence.

use super::nodes::{Node, NodeData, first_line, is_null};
use super::record::{IsoDate, Period};
use super::{rule, yaml};
use crate::characters::is_blank;
use crate::diagnostic::{Diagnostic, Origin, nearest};
use crate::message::Message;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::collections::BTreeSet;

/// A finding, and true if it may come from a slip of the keyboard by which the file has lost its shape.
type Mistake = (Diagnostic, bool);

/// Reports all mistakes in the fields of a record, or of a list or map of records.
pub fn find<T: JsonSchema>(file: &str, text: &str, root: &Node) -> Vec<Mistake> {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut search = Search {
        file,
        text,
        mistakes: Vec::new(),
    };
    search.visit("", root, schema.as_value());
    search.mistakes
}

struct Search<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Search<'_> {
    /// Compares the value of a field with its schema.
    fn visit(&mut self, field: &str, node: &Node, schema: &Value) {
        if let [value, _null] = list(&schema["anyOf"]) {
            if !node.is_null() {
                self.visit(field, node, value);
            }
            return;
        }
        let takes = |kind: &str| has(&schema["type"], kind);
        // A record of which nothing need be written may be left blank: `or_default`.
        let is_optional = schema["properties"].is_object() && schema["required"].is_null();
        let choices = choices(schema);
        match &node.data {
            _ if node.is_null() && (takes("null") || is_optional) => {}
            NodeData::Map(map) if takes("object") => self.visit_map(node, map, schema),
            NodeData::List(entries) if takes("array") => {
                let length = schema["maxItems"].as_u64();
                if length.is_some_and(|length| length != entries.len() as u64) {
                    let message = Message::new("wrong-length").with("count", entries.len());
                    self.report(rule::WRONG_TYPE, node, message);
                    return;
                }
                for (position, entry) in entries.iter().enumerate() {
                    let of_position = list(&schema["prefixItems"]).get(position);
                    self.visit(field, entry, of_position.unwrap_or(&schema["items"]));
                }
            }
            NodeData::Scalar(written, _) if choices.contains(&&**written) => {}
            NodeData::Scalar(written, _) if !choices.is_empty() => {
                let message = Message::new("unknown-choice")
                    .with("value", written)
                    .with("choices", choices.join(", "));
                let (finding, _) = self.report(rule::WRONG_TYPE, node, message);
                finding.suggest(written, choices);
            }
            NodeData::Scalar(written, is_plain) if is_value(written, *is_plain, schema) => {}
            NodeData::Scalar(..) if schema["format"] == "line" => {
                let message = Message::new("blank-field").with("field", field);
                self.report(rule::MISSING_FIELD, node, message);
            }
            _ => self.refuse(node, schema),
        }
    }

    fn visit_map(&mut self, node: &Node, map: &[(Node, Node)], schema: &Value) {
        let no_fields = serde_json::Map::new();
        let fields = schema["properties"].as_object().unwrap_or(&no_fields);
        let of_any = Some(&schema["additionalProperties"]).filter(|it| it.is_object());
        let known: Vec<&str> = fields.keys().map(String::as_str).collect();
        let mut written = BTreeSet::new();
        for (key, value) in map {
            let name = key.text().unwrap_or_default();
            if !written.insert(name) {
                let message = Message::new("duplicate-key").with("field", name);
                self.report(rule::DUPLICATE_KEY, key, message);
            } else if let Some(schema) = fields.get(name).or(of_any) {
                self.visit(name, value, schema);
            } else {
                let message = Message::new("unknown-field")
                    .with("field", name)
                    .with("fields", known.join(", "));
                let (finding, _) = self.report(rule::UNKNOWN_FIELD, key, message);
                finding.suggest(name, known.iter().copied());
                // A field with a mistyped name is not missing as well.
                written.extend(nearest(name, known.iter().copied()));
            }
        }
        for field in list(&schema["required"]).iter().filter_map(Value::as_str) {
            if !written.contains(field) {
                let message = Message::new("missing-field").with("field", field);
                self.report(rule::MISSING_FIELD, node, message).1 = true;
            }
        }
    }

    /// Reports a value of another kind than the field takes.
    fn refuse(&mut self, node: &Node, schema: &Value) {
        let found = match &node.data {
            NodeData::Scalar(..) if node.is_null() => "nothing".to_owned(),
            NodeData::Scalar(written, _) => format!("`{written}`"),
            NodeData::Tagged => "tag".to_owned(),
            NodeData::List(_) => "list".to_owned(),
            NodeData::Map(_) => "fields".to_owned(),
        };
        let expected = match (&schema["format"], &schema["type"]) {
            (Value::String(format), _) if format != "line" => &**format,
            (_, kind) if has(kind, "array") && has(kind, "string") => "text-or-list",
            (_, kind) if has(kind, "array") && schema["maxItems"] == 2 => "pair",
            (_, kind) if has(kind, "array") => "array",
            (_, kind) if has(kind, "object") => "object",
            (_, kind) if has(kind, "boolean") => "boolean",
            _ => "string",
        };
        let day = node.text().unwrap_or_default();
        let digits_as_0 = day.replace(|c: char| c.is_ascii_digit(), "0");
        if expected == "date" && digits_as_0 == "0000-00-00" {
            let message = Message::new("no-such-day").with("day", day);
            self.report(rule::WRONG_TYPE, node, message);
            return;
        }
        let is_text = ["string", "text-or-list"].contains(&expected);
        let is_quotable = is_text && !node.is_null() && !matches!(node.data, NodeData::List(_));
        let message = Message::new("wrong-type")
            .with("found", found)
            .with("expected", expected);
        let (finding, is_shapeless) = self.report(rule::WRONG_TYPE, node, message);
        finding.help = is_quotable.then(|| Message::new("quote-it"));
        *is_shapeless = ["array", "object"].contains(&expected);
    }

    fn report(&mut self, rule: &'static str, node: &Node, message: Message) -> &mut Mistake {
        let origin = Origin::bytes(self.file, first_line(self.text, node.bytes.clone()));
        self.mistakes
            .push((Diagnostic::error(rule, origin, message), false));
        self.mistakes.last_mut().expect("pushed above")
    }
}

/// Returns true if a field takes this scalar.
fn is_value(written: &str, is_plain: bool, schema: &Value) -> bool {
    let kind = &schema["type"];
    match schema["format"].as_str() {
        Some("line") => !(is_blank(written) || is_plain && is_null(written)),
        Some("date") => IsoDate::parse(written).is_some(),
        Some("duration") => Period::parse(written).is_some(),
        Some("uint16") => is_plain && yaml::reads_as::<u16>(written),
        Some(_) => is_plain && yaml::reads_as::<u32>(written),
        None if has(kind, "boolean") => is_plain && yaml::reads_as::<bool>(written),
        // Inline Markdown, or a list of it: a number must be in quotation marks.
        None if has(kind, "array") && is_plain => has(kind, "string") && yaml::is_text(written),
        None => has(kind, "string"),
    }
}

/// Returns true if a schema's `type` is this kind, or one of several.
fn has(kinds: &Value, kind: &str) -> bool {
    kinds == kind || list(kinds).iter().any(|it| it == kind)
}

/// The names between which a field lets one choose, if it does.
fn choices(schema: &Value) -> Vec<&str> {
    let alternatives = list(&schema["oneOf"]).iter().chain([schema]);
    let names = alternatives.flat_map(|it| list(&it["enum"]).iter().chain(it.get("const")));
    names.filter_map(Value::as_str).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
