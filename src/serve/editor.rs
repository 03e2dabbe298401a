//! Opens a file at a line in the author's editor, without a shell.

use crate::message::{Error, Result};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{ffi::OsString, io::IsTerminal, path::Path, sync::Arc};

/// The program that `VISUAL` or `EDITOR` names.
pub struct Editor {
    program: String,
    arguments: Vec<String>,
    /// True while an editor draws into the terminal.
    uses_terminal: Arc<AtomicBool>,
}

/// Editors that draw into the terminal they are started from.
const TERMINAL_EDITORS: [&str; 12] = [
    "ed", "hx", "joe", "kak", "mg", "micro", "nano", "ne", "nvim", "pico", "vi", "vim",
];

impl Editor {
    /// Parses the variable's value as shells do: words, with quotation marks around spaces.
    pub fn parse(value: &str) -> Option<Editor> {
        let mut rest = shlex::split(value)?.into_iter();
        Some(Editor {
            program: rest.next()?,
            arguments: rest.collect(),
            uses_terminal: Arc::default(),
        })
    }

    /// Opens the file without waiting for the author. A terminal editor gets the preview's terminal, which is free.
    pub fn open(&self, file: &Path, line: usize) -> Result<()> {
        let refused = |id| Error::new(id).with("editor", &self.program);
        let name = self.name();
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command.args(line_arguments(&name, file, line));
        let needs_terminal = TERMINAL_EDITORS.contains(&name.as_str());
        if !needs_terminal {
            command.stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
        } else if !std::io::stdin().is_terminal() {
            return Err(refused("editor-without-terminal"));
        } else if self.uses_terminal.load(Ordering::Relaxed) {
            return Err(refused("editor-busy"));
        }
        let failed = |error| refused("editor-failed").failed_by(error);
        let mut child = command.spawn().map_err(failed)?;
        let in_use = self.uses_terminal.clone();
        in_use.fetch_or(needs_terminal, Ordering::Relaxed);
        std::thread::spawn(move || {
            // Without a wait, the system would keep it as a zombie.
            let _ = child.wait();
            in_use.fetch_and(!needs_terminal, Ordering::Relaxed);
        });
        Ok(())
    }

    /// `code` of `/usr/bin/code` or `Code.exe`.
    fn name(&self) -> String {
        let stem = Path::new(&self.program).file_stem().unwrap_or_default();
        stem.to_string_lossy().to_ascii_lowercase()
    }
}

/// Arguments that open a file at a line; an unknown editor gets the file only.
fn line_arguments(editor: &str, file: &Path, line: usize) -> Vec<OsString> {
    let mut file_and_line = file.as_os_str().to_owned();
    file_and_line.push(format!(":{line}"));
    match editor {
        "code" | "code-insiders" | "codium" | "cursor" | "windsurf" => {
            vec!["--goto".into(), file_and_line]
        }
        "hx" | "subl" | "zed" | "zeditor" => vec![file_and_line],
        "kate" | "kwrite" | "idea" | "pycharm" | "rustrover" | "webstorm" => {
            vec!["--line".into(), line.to_string().into(), file.into()]
        }
        "notepad++" => vec![format!("-n{line}").into(), file.into()],
        "vi" | "vim" | "nvim" | "gvim" | "mvim" | "nano" | "pico" | "emacs" | "emacsclient"
        | "joe" | "kak" | "mg" | "micro" | "ne" | "gedit" | "gnome-text-editor" | "mousepad" => {
            vec![format!("+{line}").into(), file.into()]
        }
        _ => vec![file.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editor_gets_the_line_in_its_own_way() {
        let arguments = |editor: &str| {
            let words = line_arguments(editor, Path::new("/a b/c.yaml"), 7);
            words
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(arguments("code"), ["--goto", "/a b/c.yaml:7"]);
        assert_eq!(arguments("vim"), ["+7", "/a b/c.yaml"]);
        assert_eq!(arguments("kate"), ["--line", "7", "/a b/c.yaml"]);
        assert_eq!(arguments("unheard-of"), ["/a b/c.yaml"]);
    }

    #[test]
    fn the_variable_may_hold_arguments_and_a_path_with_spaces() {
        let editor = Editor::parse("'/opt/My Editor/Code.exe' --wait").expect("a program");
        assert_eq!(editor.program, "/opt/My Editor/Code.exe");
        assert_eq!(editor.arguments, ["--wait"]);
        assert_eq!(editor.name(), "code");
        assert!(Editor::parse("  ").is_none());
    }
}
