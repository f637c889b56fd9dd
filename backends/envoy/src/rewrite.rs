//! Rewritten paths.

use crate::regex;
use envoy_types::pb::envoy::r#type::matcher::v3::RegexMatchAndSubstitute;
use gloo_domain::{PathPattern, PathTemplate};

/// The template filled with what the rule's pattern takes of a path. The expression matches the whole path once.
pub(crate) fn substitution(template: &PathTemplate, path: Option<&PathPattern>) -> RegexMatchAndSubstitute {
    let (expression, substitution) = match path.and_then(|path| template.substitution(path)) {
        Some(one) => (one.regex, one.replacement),
        // Without a pattern of its own a rule takes the whole path for `**`, and has no names.
        None => {
            let text = template.as_prefix().or_else(|| template.as_exact()).unwrap_or_default();
            let text = text.replace('\\', r"\\");
            match (template.uses_rest(), text.as_str()) {
                (true, "/") => ("/(.*)".to_owned(), r"/\1".to_owned()),
                (true, _) => ("(/.*)".to_owned(), format!(r"{text}\1")),
                (false, _) => (".*".to_owned(), text),
            }
        }
    };
    RegexMatchAndSubstitute { pattern: Some(regex::matcher(format!("^(?:{expression})$"))), substitution }
}
