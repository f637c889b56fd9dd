//! Puts the pages of `docs/errors` into the binary, so that `gloo explain` needs nothing beside it; and says where
//! libz3 is found (`xtask/link_z3.rs`).

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads files and answers cargo by standard output"
)]

#[path = "../xtask/link_z3.rs"]
mod link_z3;

use std::fmt::Write;
use std::path::Path;

fn main() -> std::io::Result<()> {
    link_z3::main();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages: Vec<_> = std::fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();

    let mut table = String::from("&[\n");
    for page in pages {
        let code = page.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(table, "    ({code:?}, include_str!({page:?})),");
    }
    table.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("pages.rs"), table)
}
