//! The two streams of the terminal.

use super::Progress;
use crate::arguments::Color;
use crate::world::World;
use gloo_source::render::RenderOptions;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Where results and messages go, and how they may look.
pub struct Terminal {
    color: bool,
    color_errors: bool,
    width: usize,
    /// Why standard output takes nothing more.
    lost: Option<io::Error>,
}

impl Terminal {
    /// The process's own streams.
    pub fn new(color: Color, world: &dyn World) -> Self {
        let plain = world.variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let allowed = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !plain,
        };
        let columns = world.variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = columns.unwrap_or(80).clamp(40, 120);
        Self {
            color: allowed(io::stdout().is_terminal()),
            color_errors: allowed(io::stderr().is_terminal()),
            width,
            lost: None,
        }
    }

    /// How diagnostics are rendered on standard output.
    pub fn options(&self) -> RenderOptions {
        RenderOptions { color: self.color, width: self.width }
    }

    /// How diagnostics are rendered on standard error.
    pub fn error_options(&self) -> RenderOptions {
        RenderOptions { color: self.color_errors, width: self.width }
    }

    /// Writes a result, as it is. What can't be written is said by [`Terminal::finish`].
    pub fn print(&mut self, text: &str) {
        if self.lost.is_none() {
            self.lost = io::stdout().lock().write_all(text.as_bytes()).err();
        }
    }

    /// Whether standard output takes nothing more, so that there is no use in going on.
    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Writes what is still held back. That nobody reads it any more is no error: `gloo check | head`.
    ///
    /// # Errors
    /// Not all of the results could be written: the disk is full.
    pub fn finish(&mut self) -> io::Result<()> {
        let flushed = io::stdout().lock().flush();
        let written = self.lost.take().map_or(flushed, Err);
        written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
    }

    /// Writes a result and ends the line.
    pub fn line(&mut self, text: &str) {
        self.print(&format!("{text}\n"));
    }

    /// Writes a result as one JSON object.
    pub fn json(&mut self, value: &serde_json::Value) {
        self.line(&value.to_string());
    }

    /// Says something beside the result.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Shows that something is done that may take long, until what is given back is dropped; only to people.
    pub fn progress(&self, doing: &'static str) -> Progress {
        if io::stderr().is_terminal() { Progress::new(doing) } else { Progress::default() }
    }

    /// Says why a command could not do its work.
    pub fn error(&mut self, error: &anyhow::Error) {
        let (red, plain) = if self.color_errors { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        self.note(&format!("{red}error{plain}: {error:#}"));
    }

    /// Text of clap's, with its styles where colours may be used.
    pub fn styled(&self, text: &clap::builder::StyledStr) -> String {
        if self.color { text.ansi().to_string() } else { text.to_string() }
    }

    /// Text in bold, where colours may be used.
    pub fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    /// Text in green, where colours may be used.
    pub fn green(&self, text: &str) -> String {
        self.paint(text, "32")
    }

    /// Text in red, where colours may be used.
    pub fn red(&self, text: &str) -> String {
        self.paint(text, "31")
    }

    /// Text in yellow, where colours may be used.
    pub fn yellow(&self, text: &str) -> String {
        self.paint(text, "33")
    }

    /// Text in grey, where colours may be used.
    pub fn faint(&self, text: &str) -> String {
        self.paint(text, "2")
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
