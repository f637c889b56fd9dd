//! Answers that proxies give by themselves (`local_reply_config`), by another status than Envoy's own.

use gloo_target::{Fields, Unread};

/// Of whom another status is answered: those whom a rule of AuthorizationPolicies refuses whose name begins so.
#[derive(Debug)]
pub(super) struct Reply {
    pub rule: String,
    pub status: u64,
}

/// The answers, of which the first that is meant is given.
pub(super) fn read(mut config: Fields<'_>) -> Result<Vec<Reply>, Unread> {
    let mut found = Vec::new();
    for mut mapper in config.objects("mappers")? {
        let unread = mapper.unread("filter", "it isn't known which answers this means");
        // What else the answer says is none of the language's.
        mapper.ignore(&["headers_to_add"]);
        let status = mapper.number("status_code")?.ok_or_else(|| unread.clone())?;
        let mut filter = mapper.object("filter")?.ok_or_else(|| unread.clone())?;
        let mut extension = filter.object("extension_filter")?.ok_or_else(|| unread.clone())?;
        filter.done()?;
        extension.ignore(&["name"]);
        let mut typed = extension.object("typed_config")?.ok_or_else(|| unread.clone())?;
        extension.done()?;
        let is_cel = typed.needed_text("@type")?.ends_with(".ExpressionFilter");
        let expression = typed.needed_text("expression")?;
        typed.done()?;
        mapper.done()?;
        let begins = expression
            .strip_prefix("response.code_details.startsWith('")
            .and_then(|rest| rest.strip_suffix("')"))
            .and_then(|text| text.strip_prefix("rbac_access_denied_matched_policy["))
            .filter(|rule| is_cel && !rule.contains(['\'', '\\']));
        found.push(Reply { rule: begins.ok_or(unread)?.to_owned(), status });
    }
    config.done()?;
    Ok(found)
}
