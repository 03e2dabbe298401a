//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    safeguard::command::run(std::env::args_os().collect())
}
