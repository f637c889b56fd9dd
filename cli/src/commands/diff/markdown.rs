//! Differences for a pull request.

use super::{Compared, decider, summary, words};
use gloo_checker::Difference;
use std::fmt::Write;

pub(super) fn page(compared: &Compared<'_>) -> String {
    let mut page = String::from("## What changes for requests\n\n");
    if compared.comparison.is_equal() {
        page.push_str("Nothing: every request fares as before.\n");
    }
    for one in &compared.entries {
        let head = format!("{}{}", one.entry.entry, one.on(&compared.new.compiled.program));
        let _ = writeln!(page, "### {}: {}\n", escaped(&head), one.entry.change.word());
        if !one.entry.differences.is_empty() {
            page.push_str("| requests | before | after |\n|---|---|---|\n");
            for difference in &one.entry.differences {
                row(&mut page, compared, difference);
            }
            page.push_str("\n<details><summary>Requests that show it</summary>\n\n");
            for difference in &one.entry.differences {
                let _ = writeln!(page, "{}\n", fenced(&difference.command));
            }
            page.push_str("</details>\n\n");
        }
        if let Some((why, help)) = &one.entry.undecided {
            let _ = writeln!(page, "> Not all is known: {}; {}.\n", escaped(why), escaped(help));
        }
    }
    for (clusters, word) in
        [(&compared.comparison.removed_clusters, "gone"), (&compared.comparison.added_clusters, "new")]
    {
        for cluster in clusters {
            let _ = writeln!(page, "- cluster {} is {word}", code(cluster.as_str()));
        }
    }
    for unseen in &compared.comparison.unseen {
        let _ = writeln!(page, "- differs, and no request shows it: {unseen}");
    }
    let _ = writeln!(page, "\n{}", summary(compared));
    page
}

fn row(page: &mut String, compared: &Compared<'_>, difference: &Difference) {
    let cell = |workspace, fate| {
        let by = decider(workspace, fate).map(|by| format!("<br>by {}", escaped(&by))).unwrap_or_default();
        format!("{}{by}", escaped(&words(fate)))
    };
    let _ = writeln!(
        page,
        "| {} | {} | {} |",
        code(&difference.requests.to_string()),
        cell(compared.old, &difference.before),
        cell(compared.new, &difference.after),
    );
}

/// Text in which nothing of the user's means anything to Markdown, in a cell of a table either.
fn escaped(text: &str) -> String {
    let mut all = String::new();
    for character in text.chars() {
        match character {
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '&' => all.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '@' => {
                all.push('\\');
                all.push(character);
            }
            '\n' | '\r' => all.push(' '),
            other => all.push(other),
        }
    }
    all
}

/// As code, in a cell of a table too.
fn code(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<code>{}</code>", text.replace('|', "&#124;").replace('\n', " "))
}

/// A block of code that its own text can't close.
fn fenced(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}sh\n{text}\n{fence}")
}
