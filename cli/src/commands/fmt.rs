//! `gloo fmt`.

use crate::report::{Outcome, Terminal};
use crate::workspace;
use crate::world::{Change, World, in_words};
use anyhow::{Result, anyhow};
use gloo_source::render::render;
use gloo_source::{FileId, Sources};
use gloo_syntax::FormatRefused;
use rayon::prelude::*;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Formats files in place; with `check` says which would change.
///
/// # Errors
/// A file can't be read or written.
pub fn run(paths: &[PathBuf], check: bool, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(check, terminal);
    }
    let current = world.current_folder()?;
    let files = files(paths, world)?;
    let texts: Vec<(PathBuf, String)> = files
        .into_par_iter()
        .map(|path| Ok((path.clone(), workspace::text(&path, world)?)))
        .collect::<Result<_>>()?;
    let results: Vec<_> = texts.par_iter().map(|(_, text)| gloo_syntax::format(text)).collect();

    let mut changes = Vec::new();
    let mut found = false;
    for ((path, text), result) in texts.into_iter().zip(results) {
        let name = path.strip_prefix(&current).unwrap_or(&path).display().to_string();
        match result {
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                if check {
                    found = true;
                    terminal.line(&format!("would change {name}"));
                }
                changes.push(Change::Write(path, formatted.into_bytes()));
            }
            Err(refused) => {
                found = true;
                refuse(&name, &text, &refused, terminal);
            }
        }
    }
    if !check {
        world.change(&changes)?;
    }
    Ok(Outcome::of(found))
}

/// The files named, those of the folders named, or those of the workspace around the current folder.
fn files(paths: &[PathBuf], world: &dyn World) -> Result<Vec<PathBuf>> {
    let current = world.current_folder()?;
    let mut starts: Vec<PathBuf> = paths.iter().map(|path| current.join(path)).collect();
    if starts.is_empty() {
        starts.push(workspace::find_root(None, world)?);
    }
    let mut files = Vec::new();
    for start in starts {
        if start.is_file() {
            files.push(start);
        } else if world.exists(&start) {
            let found = world.list(&start, &|_| false)?;
            files.extend(found.into_iter().filter(|path| path.extension().is_some_and(|end| end == "gloo")));
        } else {
            anyhow::bail!("there is no file or folder `{}`", display(&start, &current));
        }
    }
    Ok(files)
}

fn standard_input(check: bool, terminal: &mut Terminal) -> Result<Outcome> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| anyhow!("standard input can't be read: {}", in_words(&error)))?;
    let text = workspace::utf8(bytes, "<stdin>")?;
    match gloo_syntax::format(&text) {
        Ok(formatted) if check => Ok(Outcome::of(formatted != text)),
        Ok(formatted) => {
            terminal.print(&formatted);
            Ok(Outcome::Good)
        }
        Err(refused) => {
            refuse("<stdin>", &text, &refused, terminal);
            Ok(Outcome::Findings)
        }
    }
}

/// Says why a file is left as it is.
fn refuse(name: &str, text: &str, refused: &FormatRefused, terminal: &mut Terminal) {
    let mut sources = Sources::new();
    sources.insert(FileId(0), name, text);
    match refused {
        FormatRefused::Errors(diagnostics) => {
            for diagnostic in diagnostics {
                let text = render(diagnostic, &sources, terminal.error_options());
                terminal.note(&text);
            }
        }
        FormatRefused::Unsound => terminal.note(&format!(
            "{name} is left as it is: laid out, it would say something else. That is a bug in gloo"
        )),
    }
}

fn display<'a>(path: &'a Path, current: &Path) -> std::path::Display<'a> {
    path.strip_prefix(current).unwrap_or(path).display()
}
