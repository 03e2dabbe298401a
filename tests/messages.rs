//! Messages: every one that the program uses exists in both languages, with exactly its arguments, and none is left over.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use support::project;

/// Arguments that a caller adds to an error made elsewhere ([`safeguard::message::Error::with`]): the name of the file, key or server.
const ADDED_BY_CALLERS: [&str; 5] = ["file", "key", "path", "url", "variable"];

/// The variables of each message of a language.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = format!("src/message/{language}.ftl");
    let text = fs::read_to_string(project().join(path)).expect("the messages");
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut id = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =")
            && !line.starts_with(' ')
        {
            id = name.to_owned();
            messages.insert(id.clone(), BTreeSet::new());
        }
        let names = line.split('$').skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        messages.entry(id.clone()).or_default().extend(names);
    }
    messages.remove("");
    messages
}

/// The code of every file of `src/`, without tests and comments.
fn sources() -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for entry in walkdir::WalkDir::new(project().join("src")) {
        let entry = entry.expect("readable");
        let is_code = |ending: &str| entry.path().extension().is_some_and(|it| it == ending);
        if !is_code("rs") && !is_code("html") && !is_code("js") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).expect("text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        sources.insert(entry.path().display().to_string(), code);
    }
    sources
}

/// The string literals of a piece of code.
fn literals(code: &str) -> BTreeSet<&str> {
    code.split('"').collect()
}

/// The first literal after each occurrence of `call`, with the code that follows it.
fn calls<'a>(code: &'a str, call: &str) -> Vec<(&'a str, &'a str)> {
    let rest = code.split(call).skip(1);
    rest.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        .collect()
}

/// The arguments that the chain of `.with(…)` right behind a message gives it.
fn chained(mut code: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    code = code.trim_start().strip_prefix(')').unwrap_or_default();
    while let Some((argument, rest)) = code
        .trim_start()
        .strip_prefix(".with(")
        .and_then(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
    {
        arguments.push(argument);
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        code = end.map_or("", |end| &rest[end + 1..]);
    }
    arguments
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    let [ja, en] = ["ja", "en"].map(messages);
    assert!(ja.len() > 400);
    let ids = |messages: &BTreeMap<String, _>| messages.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(ids(&ja), ids(&en));
    // serde_yaml gives its reason in English only.
    let in_english_only = |id: &str| id == "no-yaml";
    let differing: Vec<_> = ja
        .iter()
        .filter(|(id, arguments)| !in_english_only(id) && en[*id] != **arguments)
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn every_message_that_is_used_exists_with_exactly_its_arguments() {
    let messages = messages("en");
    let sources = sources();
    let mut wrong = Vec::new();
    let mut used = 0;
    for (file, code) in &sources {
        let given: BTreeSet<&str> = calls(code, ".with(")
            .into_iter()
            .map(|(it, _)| it)
            .collect();
        // Some functions take a message, or the name of one.
        let made = ["Message::new(", "Error::new(", ".warn(", ".print_message("];
        let made = made.map(|call| calls(code, call));
        for (id, rest) in made.concat() {
            used += 1;
            let Some(arguments) = messages.get(id) else {
                wrong.push(format!("{file}: there is no message {id}"));
                continue;
            };
            for argument in chained(rest) {
                if !arguments.contains(argument) {
                    wrong.push(format!("{file}: {id} knows no {argument}"));
                }
            }
            for argument in arguments {
                // The counts are given by the names that they have as data.
                let is_added = ADDED_BY_CALLERS.contains(&argument.as_str()) || id == "diff-counts";
                if !given.contains(argument.as_str()) && !is_added {
                    wrong.push(format!("{file}: nobody gives {id} its {argument}"));
                }
            }
        }
    }
    assert!(used > 200, "only {used} uses were seen");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_message_is_left_over() {
    let sources = sources();
    let literals: BTreeSet<&str> = sources.values().flat_map(|code| literals(code)).collect();
    // The help of commands and options is found by its name; the preview's page names its texts without the prefix.
    let by_name = |id: &str| id.starts_with("help") || id.starts_with("preview-");
    let messages = messages("en");
    let left = messages
        .keys()
        .filter(|id| !literals.contains(id.as_str()) && !by_name(id));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<&String>::new());
}
