//! The archive that users install: the command, what it links and a machine may lack, completions, manual pages and
//! licences, in one folder that runs wherever it is put.

mod licences;

use crate::repository::{Repository, run, show, text};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};

const TARGET: &str = "x86_64-unknown-linux-gnu";
const SHELLS: [(&str, &str); 3] = [("bash", "gloo.bash"), ("zsh", "_gloo"), ("fish", "gloo.fish")];

/// Makes `dist/gloo-VERSION-x86_64-linux.tar.gz`, and tries what is in it in an empty environment.
pub fn dist(repository: &Repository) -> anyhow::Result<()> {
    let metadata = repository.metadata(&["--filter-platform", TARGET])?;
    let target =
        PathBuf::from(metadata.get("target_directory").and_then(Value::as_str).context("no target folder")?)
            .join("dist");
    let binary = build(repository, &target)?;

    let name = format!("gloo-{}-x86_64-linux", env!("CARGO_PKG_VERSION"));
    let stage = target.join("stage");
    let folder = stage.join(&name);
    if stage.exists() {
        std::fs::remove_dir_all(&stage)?;
    }
    for part in ["completions", "man"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    let gloo = folder.join("gloo");
    std::fs::copy(&binary, &gloo)?;
    // It looks for libz3 beside itself, so that stands there before it runs.
    let libz3 = libz3(repository, &binary)?;
    if let Some(library) = &libz3 {
        std::fs::copy(repository.path(".deps/z3/lib").join(library), folder.join(library))?;
    }
    for (shell, file) in SHELLS {
        let script = run(repository.command(&gloo).args(["completions", shell]))?;
        std::fs::write(folder.join("completions").join(file), script.stdout)?;
    }
    run(repository.command(&gloo).arg("man").arg(folder.join("man")))?;
    for file in ["LICENSE", "README.md", "CHANGELOG.md"] {
        std::fs::copy(repository.path(file), folder.join(file))
            .with_context(|| format!("{file} can't be copied"))?;
    }
    let mut licences = licences::of(&metadata, "gloo")?;
    if libz3.is_some() {
        licences.push_str(&repository.read("xtask/licences/libz3.txt")?);
    }
    std::fs::write(folder.join("THIRD-PARTY.txt"), licences)?;

    std::fs::create_dir_all(repository.path("dist"))?;
    let archive = repository.path("dist").join(format!("{name}.tar.gz"));
    pack(repository, &stage, &name, &archive)?;
    try_out(repository, &target.join("try"), &name, &archive)?;
    let size = std::fs::metadata(&archive)?.len() / 1_000_000;
    println!("dist/{name}.tar.gz: {size} MB, tried in an empty environment");
    Ok(())
}

/// The command, optimised, with run paths beside it and without the paths of this machine in it.
fn build(repository: &Repository, target: &Path) -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).context("there is no home folder")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = [remap(&home, "cargo"), remap(&repository.path(""), "gloo/")].join("\u{1f}");
    let mut cargo = repository.cargo();
    cargo.args(["build", "--release", "--locked", "--package", "gloo", "--target-dir"]).arg(target);
    cargo.env("GLOO_DIST", "1").env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS");
    show(&mut cargo)?;
    Ok(target.join("release/gloo"))
}

/// The file name of libz3, if the command links it.
fn libz3(repository: &Repository, binary: &Path) -> anyhow::Result<Option<String>> {
    let dynamic = run(repository.command("readelf").arg("-d").arg(binary))
        .context("readelf is in Debian's binutils")?;
    let dynamic = text(&dynamic);
    let needed = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1));
    Ok(needed.into_iter().find(|library| library.starts_with("libz3")).map(str::to_owned))
}

/// One archive for one commit: sorted, nobody's, and of the commit's time.
fn pack(repository: &Repository, stage: &Path, name: &str, archive: &Path) -> anyhow::Result<()> {
    let time = text(&run(repository.command("git").args(["log", "-1", "--format=@%ct"]))?);
    let mut tar = repository.command("tar");
    tar.args([
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--format=gnu",
        "--mode=u+rw,go=rX",
    ]);
    tar.args(["--use-compress-program=gzip -9n", "--mtime", time.trim(), "--create", "--file"]).arg(archive);
    show(tar.arg("--directory").arg(stage).arg(name))
}

/// Unpacks the archive and runs what is in it with no variable set: a workspace is made, checked and built.
fn try_out(repository: &Repository, folder: &Path, name: &str, archive: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    show(
        repository.command("tar").arg("--extract").arg("--file").arg(archive).arg("--directory").arg(folder),
    )?;
    let gloo = folder.join(name).join("gloo");
    let steps: [&[&str]; 4] = [&["--version"], &["new", "shop"], &["check", "shop"], &["build", "shop"]];
    for step in steps {
        let tried = run(repository.command(&gloo).args(step).env_clear().current_dir(folder));
        let said =
            text(&tried.with_context(|| format!("in an empty environment, `gloo {}`", step.join(" ")))?);
        ensure!(
            step != ["--version"] || said.trim() == format!("gloo {}", env!("CARGO_PKG_VERSION")),
            "--version: {said}"
        );
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Repository, libz3, licences, pack};

    #[test]
    fn the_same_files_give_the_same_archive() -> anyhow::Result<()> {
        let repository = Repository::here()?;
        let stage = tempfile::tempdir()?;
        let archive = |name: &str| stage.path().join(name);
        for (names, result) in [(["b", "a"], "1.tar.gz"), (["a", "b"], "2.tar.gz")] {
            let folder = stage.path().join("gloo");
            std::fs::create_dir(&folder)?;
            for name in names {
                std::fs::write(folder.join(name), name)?;
            }
            pack(&repository, stage.path(), "gloo", &archive(result))?;
            std::fs::remove_dir_all(&folder)?;
        }
        assert_eq!(std::fs::read(archive("1.tar.gz"))?, std::fs::read(archive("2.tar.gz"))?);
        Ok(())
    }

    #[test]
    fn licences_of_what_is_linked() -> anyhow::Result<()> {
        let metadata = Repository::here()?.metadata(&["--filter-platform", super::TARGET])?;
        let licences = licences::of(&metadata, "gloo-source")?;
        assert!(
            licences.lines().any(|line| line.starts_with("ariadne ") && line.ends_with(": MIT")),
            "{licences}"
        );
        assert!(licences.contains("Permission is hereby granted"), "{licences}");
        assert!(!licences.contains("\ninsta "), "a test's library is not linked");
        assert!(!licences.contains("\ngloo-source "), "our own licence stands by itself");
        Ok(())
    }

    #[test]
    fn a_binary_without_libz3_needs_none() -> anyhow::Result<()> {
        assert_eq!(libz3(&Repository::here()?, &std::env::current_exe()?)?, None);
        Ok(())
    }
}
