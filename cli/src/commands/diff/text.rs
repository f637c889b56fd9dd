//! Differences for people.

use super::{Compared, decider, summary, words};
use crate::report::Terminal;
use gloo_checker::Change;

pub(super) fn write(compared: &Compared<'_>, terminal: &mut Terminal) {
    for one in &compared.entries {
        let word = one.entry.change.word();
        let word = match one.entry.change {
            Change::Wider | Change::Undecided => terminal.yellow(word),
            Change::Narrower | Change::Changed => terminal.red(word),
            Change::Equal => terminal.green(word),
        };
        let head = format!("{}{}", one.entry.entry, one.on(&compared.new.compiled.program));
        terminal.line(&format!("{}: {word}", terminal.bold(&head)));
        for difference in &one.entry.differences {
            terminal.line(&format!("  {}", difference.requests));
            for (side, workspace, fate) in
                [("before", compared.old, &difference.before), ("after ", compared.new, &difference.after)]
            {
                terminal.line(&format!("    {side}  {}", words(fate)));
                if let Some(by) = decider(workspace, fate) {
                    terminal.line(&terminal.faint(&format!("            by {by}")));
                }
            }
            terminal.line(&terminal.faint(&format!("    as      {}", difference.command)));
        }
        if let Some((why, help)) = &one.entry.undecided {
            terminal.line(&terminal.yellow(&format!("  not all is known: {why}; {help}")));
        }
    }
    let comparison = compared.comparison;
    for (clusters, word) in [(&comparison.removed_clusters, "gone"), (&comparison.added_clusters, "new")] {
        for cluster in clusters {
            terminal.line(&format!("cluster {cluster}: {}", terminal.yellow(word)));
        }
    }
    for unseen in &comparison.unseen {
        terminal.line(&format!("differs, and no request shows it: {unseen}"));
    }
    terminal.line(&summary(compared));
}
