//! Tests of texts: headers, query parameters, cookies.

use super::draft::Draft;
use super::matches::Writer;
use super::scene::Scene;
use crate::string_match::StringMatch;
use crate::text::{cookie, holds_for_empty, query};
use gloo_domain::escaped;
use gloo_ir::{ListenerProtocol, TextAttribute, TextTest};
use gloo_source::Reported;

impl Writer<'_, '_> {
    /// Puts a test of a text into each draft; whether it holds, if that is known.
    pub(super) fn text(
        &mut self,
        drafts: &mut [Draft],
        attribute: &TextAttribute,
        test: &TextTest,
        negated: bool,
    ) -> Result<Option<bool>, Reported> {
        match attribute {
            TextAttribute::Header(name) => {
                self.emission.header_tested(self.place, name);
                self.header(drafts, name, test, negated)?;
            }
            TextAttribute::Query(name) => self.query(drafts, name, test, negated)?,
            TextAttribute::Cookie(name) => {
                let Some(expression) = cookie(name, test) else {
                    return Err(self.inner_text(&format!("cookie(\"{name}\")")));
                };
                let matched = StringMatch::Regex(expression);
                for draft in drafts {
                    let header = draft.header("cookie");
                    if negated {
                        header.unwanted.insert(matched.clone())
                    } else {
                        header.wanted.insert(matched.clone())
                    };
                }
            }
            TextAttribute::Claim { provider, .. } => {
                let what = format!("a rule that reads a token of `{provider}`");
                return Err(self.emission.not_lowered(self.place, &what));
            }
            TextAttribute::ServerName if self.has_no_server_name() => return Ok(Some(false)),
            TextAttribute::ClientCertificateUri
            | TextAttribute::ClientCertificateDns
            | TextAttribute::ServerName => {
                let (what, instead) = match attribute {
                    TextAttribute::ServerName => {
                        ("tls.sni", "ask for `host`, or give the name a listener of its own")
                    }
                    _ => ("client.cert", "say `names:` in the listener's `client_certificate`"),
                };
                let what = format!("a condition on `{what}` in a rule for requests");
                return Err(self.emission.refuse(self.place, &what, instead));
            }
        }
        Ok(None)
    }

    /// Whether connections here have no TLS, or that of the mesh.
    fn has_no_server_name(&self) -> bool {
        !matches!(self.scene, Scene::Gateway { listener, .. } if listener.protocol != ListenerProtocol::Http)
    }

    fn inner_text(&mut self, what: &str) -> Reported {
        self.emission.refuse(
            self.place,
            &format!("this condition on `{what}`"),
            "ask for it with `==`, `starts_with`, `ends_with` or `contains`, without `;`, `&` and quotes",
        )
    }

    fn header(
        &mut self,
        drafts: &mut [Draft],
        name: &str,
        test: &TextTest,
        negated: bool,
    ) -> Result<(), Reported> {
        let matched = string_match(test);
        for draft in drafts {
            let header = draft.header(name);
            match (negated, test) {
                (false, _) => {
                    header.wanted.insert(matched.clone());
                }
                (true, TextTest::Present) => header.absent = true,
                (true, _) => {
                    header.unwanted.insert(matched.clone());
                    header.unwanted_empty |= holds_for_empty(test);
                }
            }
        }
        Ok(())
    }

    fn query(
        &mut self,
        drafts: &mut [Draft],
        name: &str,
        test: &TextTest,
        negated: bool,
    ) -> Result<(), Reported> {
        let expression = query(name, test);
        for draft in drafts {
            if !negated && !draft.queries.contains_key(name) {
                draft.queries.insert(name.to_owned(), string_match(test));
                continue;
            }
            let Some(expression) = expression.clone() else {
                return Err(self.inner_text(&format!("query(\"{name}\")")));
            };
            if negated { draft.not_lines.push(expression) } else { draft.lines.push(expression) }
        }
        Ok(())
    }
}

/// A test of a whole text.
fn string_match(test: &TextTest) -> StringMatch {
    match test {
        TextTest::Present => StringMatch::Present,
        TextTest::Equals(texts) | TextTest::Differs(texts) => {
            StringMatch::any_of(texts.iter().map(String::as_str))
        }
        TextTest::Matches(regex) => StringMatch::Regex(regex.to_embeddable()),
        TextTest::Contains(text) => StringMatch::Regex(format!(".*{}.*", escaped(text))),
        TextTest::StartsWith(text) if text.is_empty() => StringMatch::Present,
        TextTest::StartsWith(text) => StringMatch::Prefix(text.clone()),
        TextTest::EndsWith(text) => StringMatch::Regex(format!(".*{}", escaped(text))),
    }
}
