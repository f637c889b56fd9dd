//! The two streams of the terminal.

use crate::arguments::Color;
use crate::world::World;
use gloo_source::render::RenderOptions;
use std::io::{IsTerminal, Write};

/// Where results and messages go, and how they may look.
pub struct Terminal {
    color: bool,
    color_errors: bool,
    width: usize,
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
            color: allowed(std::io::stdout().is_terminal()),
            color_errors: allowed(std::io::stderr().is_terminal()),
            width,
        }
    }

    /// How diagnostics are rendered on standard output.
    pub fn options(&self) -> RenderOptions {
        RenderOptions { color: self.color, width: self.width }
    }

    /// Writes a result, as it is. That nobody reads it any more is no error: `gloo check | head`.
    pub fn print(&mut self, text: &str) {
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
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
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Says why a command could not do its work.
    pub fn error(&mut self, error: &anyhow::Error) {
        let (red, plain) = if self.color_errors { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        self.note(&format!("{red}error{plain}: {error:#}"));
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
