//! Names of the rules that reading itself applies.

pub const CONTROL_CHARACTER: &str = "control-character";
pub const DUPLICATE_KEY: &str = "duplicate-key";
pub const MISSING_FIELD: &str = "missing-field";
pub const MISSING_FILE: &str = "missing-file";
pub const UNEXPECTED_FILE: &str = "unexpected-file";
pub const UNKNOWN_FIELD: &str = "unknown-field";
pub const UNREADABLE: &str = "unreadable";
pub const WRONG_TYPE: &str = "wrong-type";

pub const ALL: [&str; 8] = [
    CONTROL_CHARACTER,
    DUPLICATE_KEY,
    MISSING_FIELD,
    MISSING_FILE,
    UNEXPECTED_FILE,
    UNKNOWN_FIELD,
    UNREADABLE,
    WRONG_TYPE,
];
