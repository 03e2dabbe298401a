//! Stops the build with one sentence when a font that goes into the binary is not there.

use std::path::Path;

// Only presence is checked here: `make font` lets no file in whose digest is not the recorded one.
const FONTS: [&str; 4] = [
    "fonts/NotoSansJP-Regular.ttf",
    "fonts/NotoSansJP-Bold.ttf",
    "fonts/MPLUS1p-Regular.ttf",
    "fonts/MPLUS1p-Bold.ttf",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for font in FONTS {
        println!("cargo::rerun-if-changed={font}");
        if !Path::new(font).is_file() {
            println!("cargo::error=`{font}` is missing: `make font` fetches it");
        }
    }
}
