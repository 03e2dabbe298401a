//! Opens a file at a line in the author's editor, without a shell in between.

use crate::message::{Error, Message, Result};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The program that `VISUAL` or `EDITOR` names.
pub struct Editor {
    program: String,
    arguments: Vec<String>,
    /// The one that has the terminal now.
    in_terminal: Mutex<Option<Child>>,
}

/// Editors that draw into the terminal they are started from.
const IN_TERMINAL: [&str; 12] = [
    "ed", "hx", "joe", "kak", "mg", "micro", "nano", "ne", "nvim", "pico", "vi", "vim",
];

impl Editor {
    /// Reads the variable's value as shells read it: words, with quotation marks round those that hold spaces.
    pub fn named(value: &str) -> Option<Editor> {
        let words = match Path::new(value).is_file() {
            // A path as Windows writes it: spaces, and backslashes that quote nothing.
            true => vec![value.to_owned()],
            false => shlex::split(value)?,
        };
        let mut words = words.into_iter();
        Some(Editor {
            program: words.next()?,
            arguments: words.collect(),
            in_terminal: Mutex::new(None),
        })
    }

    /// Opens the file and does not wait for the author to close it.
    pub fn open(&self, file: &Path, line: usize) -> Result<()> {
        let name = self.name();
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(at_line(&name, file, line));
        match IN_TERMINAL.contains(&&*name) {
            true => self.open_in_terminal(command),
            false => self.open_beside(command),
        }
    }

    /// `code` of `/usr/bin/code` or `Code.exe`.
    fn name(&self) -> String {
        let stem = Path::new(&self.program).file_stem().unwrap_or_default();
        stem.to_string_lossy().to_ascii_lowercase()
    }

    /// The preview prints nothing once it runs, so its terminal is free.
    fn open_in_terminal(&self, mut command: Command) -> Result<()> {
        if !std::io::stdin().is_terminal() {
            let message = Message::new("editor-without-terminal").with("editor", &self.program);
            return Err(Error::new(message));
        }
        let mut running = self
            .in_terminal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let busy = running
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)));
        if busy {
            return Err(Error::new(
                Message::new("editor-busy").with("editor", &self.program),
            ));
        }
        *running = Some(command.spawn().map_err(|error| self.failed(&error))?);
        Ok(())
    }

    fn open_beside(&self, mut command: Command) -> Result<()> {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| self.failed(&error))?;
        // Waited for, or the system would keep it as a zombie.
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::new(Message::new("editor-failed").with("editor", &self.program)).caused_by(error)
    }
}

/// How an editor is told the line; one that is not known here is told the file only.
fn at_line(editor: &str, file: &Path, line: usize) -> Vec<OsString> {
    let mut place = file.as_os_str().to_owned();
    place.push(format!(":{line}"));
    let file = file.as_os_str().to_owned();
    match editor {
        "code" | "code-insiders" | "codium" | "cursor" | "windsurf" => {
            vec!["--goto".into(), place]
        }
        "hx" | "subl" | "zed" | "zeditor" => vec![place],
        "kate" | "kwrite" | "idea" | "pycharm" | "rustrover" | "webstorm" => {
            vec!["--line".into(), line.to_string().into(), file]
        }
        "notepad++" => vec![format!("-n{line}").into(), file],
        "vi" | "vim" | "nvim" | "gvim" | "mvim" | "nano" | "pico" | "emacs" | "emacsclient"
        | "joe" | "kak" | "mg" | "micro" | "ne" | "gedit" | "gnome-text-editor" | "mousepad" => {
            vec![format!("+{line}").into(), file]
        }
        _ => vec![file],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editor_is_told_the_line_in_its_own_way() {
        let told = |editor: &str| {
            let words = at_line(editor, Path::new("/a b/c.yaml"), 7);
            words
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(told("code"), ["--goto", "/a b/c.yaml:7"]);
        assert_eq!(told("vim"), ["+7", "/a b/c.yaml"]);
        assert_eq!(told("kate"), ["--line", "7", "/a b/c.yaml"]);
        assert_eq!(told("unheard-of"), ["/a b/c.yaml"]);
    }

    #[test]
    fn the_variable_may_hold_arguments_and_a_path_with_spaces() {
        let editor = Editor::named("'/opt/My Editor/Code.exe' --wait").expect("a program");
        assert_eq!(editor.program, "/opt/My Editor/Code.exe");
        assert_eq!(editor.arguments, ["--wait"]);
        assert_eq!(editor.name(), "code");
        assert!(Editor::named("  ").is_none());
    }
}
