//! Diagnostics as text for a terminal, as one line, and as JSON.
//!
//! What users wrote is shown with the layout that [ariadne] gives it. ariadne is given an excerpt of the file instead of
//! the file: it reads all it is given, breaks lines at other characters than gloo, passes control characters on to the
//! terminal, and lets a line be as wide as it is. The numbers of lines and columns are put in afterwards.

mod excerpt;
mod json;
mod wrap;

use crate::{Diagnostic, FileId, Fix, Label, Severity, SourceFile, Sources, Span};
use ariadne::Color;
use excerpt::{Excerpt, Spot};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;
use wrap::wrap;

pub use json::to_json;
pub use wrap::shown;

/// How to render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether the text may have colours.
    pub color: bool,
    /// How many columns there are; fewer than 40 are taken for 40.
    pub width: usize,
}

impl Default for RenderOptions {
    /// No colours, 80 columns.
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

const MARGIN: Color = Color::Fixed(246);
const ADVICE: Color = Color::Cyan;
/// What stands for the name of a file until its link is put in. No text that is shown has control characters.
const LINK: char = '\u{1}';
/// What stands for the text of a lone label, of which only the line under its place is shown.
const NOTHING: char = '\u{2}';

/// The diagnostic for a terminal, ended by a line feed: severity, code and message; the labelled lines; help; the fix as
/// "try"; the request. Nothing that a user wrote can act on the terminal.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, options: RenderOptions) -> String {
    let width = options.width.max(40);
    let paint = |text: &str, color| paint(text, color, options);

    let head = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code);
    let message = wrap(&format!("{head}: "), &diagnostic.message, 2, width);
    let mut out = paint(&head, severity_color(diagnostic.severity))
        + message.strip_prefix(&head).unwrap_or(&message)
        + "\n";

    let (groups, notes) = group(diagnostic, sources, width);
    out.push_str(&snippet(&groups, diagnostic.severity, options));
    let notes = notes.iter().enumerate().map(|(at, note)| (format!("({})", at + 1), note.as_str()));
    let help = diagnostic.help.iter().map(|help| ("help".to_owned(), help.as_str()));
    let fix = diagnostic.fix.iter().filter(|fix| !is_said(fix, &diagnostic.help));
    let fix = fix.map(|fix| ("try".to_owned(), fix.title.as_str()));
    for (lead, text) in notes.chain(help).chain(fix) {
        let lines = wrap(&format!("  {lead}: "), text, 4, width);
        let _ = writeln!(out, "{}", lines.replacen(&lead, &paint(&lead, ADVICE), 1));
    }
    if let Some(request) = &diagnostic.request {
        // Never broken: it is there to be pasted.
        let _ = writeln!(out, "  {}: {}", paint("request", ADVICE), wrap::one_line(request));
    }
    out
}

/// The diagnostic in one line without a line feed, as editors and CI make links of:
/// `file:line:column: error[GL3002]: message`.
#[must_use]
pub fn one_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let link = diagnostic.span().map(|span| sources.link(span)).filter(|link| !link.is_empty());
    let link = link.map(|link| wrap::one_line(&link) + ": ").unwrap_or_default();
    let message = wrap::one_line(&diagnostic.message);
    format!("{link}{}[{}]: {message}", diagnostic.severity.as_str(), diagnostic.code)
}

/// Whether advice says already what to write.
fn is_said(fix: &Fix, help: &[String]) -> bool {
    let texts = || fix.edits.iter().map(|edit| format!("`{}`", edit.text.trim()));
    help.iter().any(|help| help.starts_with(&fix.title) || texts().all(|text| help.contains(&text)))
}

/// The labels in one file.
struct Group<'a> {
    file: &'a SourceFile,
    excerpt: Excerpt,
    /// `path:line:column` of the first label.
    link: String,
    labels: Vec<Drawn<'a>>,
}

/// A label with the text that is drawn beside it.
struct Drawn<'a> {
    label: &'a Label,
    primary: bool,
    text: String,
}

/// Whether there is one place and nothing to be said about it, so that a line under it is enough.
fn is_lone(diagnostic: &Diagnostic, sources: &Sources) -> bool {
    matches!(diagnostic.labels.as_slice(), [only] if only.text.is_empty() && !sources.text(only.place).contains('\n'))
}

/// The labels by their files, the primary one's first, and the texts that have no room beside their labels.
fn group<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
    width: usize,
) -> (Vec<Group<'a>>, Vec<String>) {
    let mut files = Vec::<(FileId, Vec<Drawn<'a>>)>::new();
    for (at, label) in diagnostic.labels.iter().enumerate() {
        // ariadne underlines nothing that has no text.
        let text = match (label.text.is_empty(), is_lone(diagnostic, sources)) {
            (true, true) => NOTHING.to_string(),
            (true, false) => "here".to_owned(),
            (false, _) => wrap::one_line(&label.text),
        };
        let drawn = Drawn { label, primary: at == 0, text };
        match files.iter_mut().find(|(file, _)| *file == label.place.file) {
            Some((_, labels)) => labels.push(drawn),
            None => files.push((label.place.file, vec![drawn])),
        }
    }
    let last_line = |span: Span| sources.get(span.file).map_or(0, |file| file.lines.line(span.end) + 1);
    let last = diagnostic.labels.iter().map(|label| last_line(label.place)).max().unwrap_or(0);
    let mut notes = Vec::new();
    let groups = files
        .into_iter()
        .filter_map(|(id, mut labels)| {
            let file = sources.get(id)?;
            let link = sources.link(labels.first()?.label.place);
            let several =
                labels.iter().filter(|drawn| sources.text(drawn.label.place).contains('\n')).count();
            let margin = digits(last) + 4 + if several > 0 { 2 * (several + 1) } else { 0 };
            let room = width.saturating_sub(margin).max(20);
            let spot = |drawn: &Drawn<'_>| Spot { span: drawn.label.place, text_width: drawn.text.width() };
            let excerpt = Excerpt::new(file, &labels.iter().map(spot).collect::<Vec<_>>(), room);
            for drawn in &mut labels {
                if !excerpt.has_room(file, drawn.label.place, drawn.text.width(), room) {
                    notes.push(std::mem::take(&mut drawn.text));
                    drawn.text = format!("({})", notes.len());
                }
            }
            labels.sort_by_key(|drawn| (drawn.label.place.end, drawn.label.place.start));
            Some(Group { file, excerpt, link, labels })
        })
        .collect();
    (groups, notes)
}

/// The labelled lines.
fn snippet(groups: &[Group<'_>], severity: Severity, options: RenderOptions) -> String {
    let config = ariadne::Config::new().with_color(options.color).with_tab_width(1);
    let kind = ariadne::ReportKind::Custom("", severity_color(severity));
    let mut report = ariadne::Report::build(kind, (0, 0..0)).with_config(config);
    for (number, group) in groups.iter().enumerate() {
        for drawn in &group.labels {
            let range = group.excerpt.range(group.file, drawn.label.place);
            let color = if drawn.primary { severity_color(severity) } else { Color::Blue };
            report.add_label(
                ariadne::Label::new((number, range))
                    .with_message(&drawn.text)
                    .with_order(number as i32)
                    .with_priority(i32::from(drawn.primary))
                    .with_color(color),
            );
        }
    }
    let mut drawn = Vec::new();
    // Writing to memory can't fail; if it did, the message above would still stand.
    if report.finish().write(Excerpts::new(groups), &mut drawn).is_err() {
        return String::new();
    }
    number_lines(&String::from_utf8_lossy(&drawn), groups, options)
}

/// What ariadne drew, without its headline, and with the numbers that lines have in their files.
fn number_lines(drawn: &str, groups: &[Group<'_>], options: RenderOptions) -> String {
    let last = groups.iter().flat_map(|group| group.excerpt.numbers.iter().flatten()).max();
    let width = digits(last.copied().unwrap_or(0));
    let grey = |text: &str| paint(text, MARGIN, options);
    let mut numbers: &[Option<usize>] = &[];
    let mut rest = groups.iter();
    let mut corner = '╭';
    let mut out = String::new();
    // With a lone label come its line, the line under it, and the arrow to its text.
    let is_lone = drawn.contains(NOTHING);
    let mut bars = 0;
    for line in drawn.lines().skip(1) {
        bars += usize::from(bars > 0 || line.contains('│'));
        if is_lone && line.contains(NOTHING) {
            continue;
        }
        if line.contains(LINK) {
            let Some(group) = rest.next() else { continue };
            numbers = &group.excerpt.numbers;
            let link = wrap::one_line(&group.link);
            let _ = writeln!(out, "{:width$}{} {link} {}", "", grey(&format!("  {corner}─[")), grey("]"));
            corner = '├';
        } else if let Some(bar) = line.find(['│', '┆']) {
            let (before, after) = line.split_at(bar);
            // The code of a colour has digits too.
            let (color, number) = before.split_at(before.rfind('m').map_or(0, |at| at + 1));
            let number = number
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|number| *numbers.get(number.checked_sub(1)?)?);
            let number = number.map(|number| number.to_string()).unwrap_or_default();
            let after = if is_lone && bars == 3 { after.replace('┬', "─") } else { after.to_owned() };
            let after = if options.color { &*after } else { after.trim_end() };
            let _ = writeln!(out, "{} {number:>width$} {after}", color.trim_start());
        } else {
            let _ = writeln!(out, "{}", grey(&("─".repeat(width + 2) + "╯")));
        }
    }
    out
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn paint(text: &str, color: Color, options: RenderOptions) -> String {
    if options.color { ariadne::Fmt::fg(text, color).to_string() } else { text.to_owned() }
}

fn severity_color(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

/// The excerpts as ariadne asks for them: by the number of their group.
struct Excerpts<'a>(Vec<ariadne::Source<&'a str>>);

impl<'a> Excerpts<'a> {
    fn new(groups: &'a [Group<'_>]) -> Self {
        Self(groups.iter().map(|group| ariadne::Source::from(group.excerpt.text.as_str())).collect())
    }
}

impl<'a> ariadne::Cache<usize> for Excerpts<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &usize) -> Result<&ariadne::Source<&'a str>, impl std::fmt::Debug> {
        self.0.get(*id).ok_or("no such excerpt")
    }

    fn display<'b>(&self, _: &'b usize) -> Option<impl std::fmt::Display + 'b> {
        Some(LINK)
    }
}
