//! The build script of every crate whose binaries or tests may link libz3: where they find it when they run. Nothing else
//! can say it for them: what a library's build script says about linking ends at that library.
//!
//! - As built here: in `.deps`, by its absolute path, so that no environment variable is needed wherever the target
//!   folder is.
//! - For `make dist` (`GLOO_DIST` is set): beside the binary, so that the folder can be put anywhere.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script asks cargo and answers it, by the environment and standard output"
)]

/// Tells cargo where the linked binary looks for libz3.
pub fn main() {
    say("cargo::rerun-if-changed=../xtask/link_z3.rs");
    say("cargo::rerun-if-env-changed=GLOO_DIST");
    say("cargo::rerun-if-env-changed=Z3_LIBRARY_PATH_OVERRIDE");
    if std::env::var_os("CARGO_CFG_UNIX").is_none() {
        return;
    }
    if std::env::var_os("GLOO_DIST").is_some() {
        say("cargo::rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/../lib");
    } else if let Some(folder) = std::env::var_os("Z3_LIBRARY_PATH_OVERRIDE") {
        say(&format!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display()));
    }
}

/// Answers cargo.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
