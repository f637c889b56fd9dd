//! Texts inside other texts: cookies in the cookie header, query parameters in the request line.

use crate::string_match::alternatives;
use gloo_domain::escaped;
use gloo_ir::TextTest;

/// An expression for the values that meet the test, none of which has a `separator`; the value may stand in quotes, if
/// `quoted`. `None` for an expression of the user's own, which could reach beyond the value, and for texts with a
/// separator or a quote.
fn value(test: &TextTest, separator: char, quoted: bool) -> Option<String> {
    let any = format!("[^{separator}]*");
    let legal = |text: &String| !text.contains([separator, '"']);
    let inner = match test {
        TextTest::Present => any,
        TextTest::Equals(texts) if texts.iter().all(legal) => {
            alternatives(texts.iter().map(|text| escaped(text)))
        }
        TextTest::StartsWith(text) if legal(text) => format!("{}{any}", escaped(text)),
        TextTest::EndsWith(text) if legal(text) => format!("{any}{}", escaped(text)),
        TextTest::Contains(text) if legal(text) => format!("{any}{}{any}", escaped(text)),
        _ => return None,
    };
    Some(if quoted { format!("(?:{inner}|\"{inner}\")") } else { inner })
}

/// An expression for an item that begins neither with `name=` nor is `name` itself, up to and with the separator.
/// Spaces before an item of a cookie header are none of its own.
fn other_item(name: &str, separator: char, name_alone: bool) -> String {
    // The item may end before the name's end; after it, anything but `=` (and, for a name alone, its end) is another name.
    let end = if name_alone { "" } else { "?" };
    let mut expression = format!("(?:[^={separator}][^{separator}]*){end}");
    for (index, c) in name.char_indices().rev() {
        let class = escape_in_class(c);
        let space = if index == 0 && separator == ';' { " " } else { "" };
        expression = format!(
            "(?:[^{class}{separator}{space}][^{separator}]*|{}{expression})?",
            escaped(&c.to_string())
        );
    }
    format!("{expression}{separator}")
}

fn escape_in_class(c: char) -> String {
    if matches!(c, '\\' | ']' | '[' | '^' | '-') { format!("\\{c}") } else { c.to_string() }
}

/// An expression for a cookie header whose first cookie of that name meets the test. Envoy reads cookies so: items
/// between `;`, spaces before the name left out, quotes around the value left out (`Utility::forEachCookie`).
pub(crate) fn cookie(name: &str, test: &TextTest) -> Option<String> {
    let value = value(test, ';', true)?;
    Some(format!(" *(?:{} *)*{}={value}(?:;.*)?", other_item(name, ';', false), escaped(name)))
}

/// An expression for paths made one that does not reach into a query: nothing in it stands for `?` but what says so.
pub(crate) fn without_query(regex: &str) -> String {
    let mut text = String::new();
    let mut characters = regex.chars().peekable();
    let mut in_class = false;
    while let Some(next) = characters.next() {
        match next {
            '\\' => match characters.next() {
                Some(kind @ ('S' | 'D' | 'W')) if !in_class => {
                    text.push_str(&format!("[^\\{}?]", kind.to_ascii_lowercase()));
                }
                Some(escaped) => text.extend(['\\', escaped]),
                None => text.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                text.push('[');
                let is_negated = characters.next_if_eq(&'^').is_some();
                if is_negated {
                    text.push('^');
                }
                // A bracket that stands first is itself.
                if characters.next_if_eq(&']').is_some() {
                    text.push_str("\\]");
                }
                if is_negated {
                    text.push('?');
                }
            }
            ']' if in_class => {
                in_class = false;
                text.push(']');
            }
            '.' if !in_class => text.push_str("[^?]"),
            other => text.push(other),
        }
    }
    text
}

/// An expression for a path with a query whose first parameter of that name meets the test. A parameter without `=` is
/// the empty text.
pub(crate) fn query(name: &str, test: &TextTest) -> Option<String> {
    let value = value(test, '&', false)?;
    let parameter = if holds_for_empty(test) {
        format!("{}(?:={value})?", escaped(name))
    } else {
        format!("{}={value}", escaped(name))
    };
    Some(format!("[^?]*\\?(?:{})*{parameter}(?:&.*)?", other_item(name, '&', true)))
}

/// Whether the empty text meets the test.
pub(crate) fn holds_for_empty(test: &TextTest) -> bool {
    match test {
        TextTest::Present => true,
        TextTest::Equals(texts) => texts.iter().any(String::is_empty),
        TextTest::Differs(texts) => !texts.iter().any(String::is_empty),
        TextTest::Matches(regex) => regex.contains(""),
        TextTest::Contains(text) | TextTest::StartsWith(text) | TextTest::EndsWith(text) => text.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gloo_domain::Regex;

    fn accepts(expression: &str, text: &str) -> bool {
        Regex::parse(expression).unwrap().contains(text)
    }

    #[test]
    fn the_first_cookie_of_a_name_counts() {
        let is = |value: &str| cookie("ring", &TextTest::Equals(vec![value.to_owned()])).unwrap();
        for (header, holds) in [
            ("ring=beta", true),
            ("a=1; ring=beta", true),
            ("a=1;ring=beta; b=2", true),
            ("ring=\"beta\"", true),
            ("rin=1; rings=beta; ring=beta", true),
            ("ring; ring=beta", true),
            ("ring=alpha; ring=beta", false),
            ("ring=alpha", false),
            ("rings=beta", false),
            ("xring=beta", false),
            ("a=ring=beta", false),
            ("ring=beta2", false),
            ("", false),
        ] {
            assert_eq!(accepts(&is("beta"), header), holds, "{header}");
        }
        assert!(accepts(&cookie("r", &TextTest::Present).unwrap(), "r="));
        assert!(!accepts(&cookie("r", &TextTest::Present).unwrap(), "s=1"));
        assert!(accepts(&cookie("r", &TextTest::EndsWith("ta".to_owned())).unwrap(), "r=\"beta\"; r=x"));
    }

    #[test]
    fn the_first_parameter_of_a_name_counts() {
        let is = query("q", &TextTest::Equals(vec!["1".to_owned()])).unwrap();
        for (path, holds) in [
            ("/?q=1", true),
            ("/a?b=2&q=1&q=2", true),
            ("/a?qq=1&q=1", true),
            ("/a?q=2&q=1", false),
            ("/a?q&q=1", false),
            ("/q=1", false),
            ("/a?qq=1", false),
            ("/a?b?q=1", false),
        ] {
            assert_eq!(accepts(&is, path), holds, "{path}");
        }
        let present = query("q", &TextTest::Present).unwrap();
        assert!(accepts(&present, "/?q") && accepts(&present, "/?a&q=") && !accepts(&present, "/?qr"));
    }

    #[test]
    fn what_could_reach_beyond_the_value_is_left() {
        assert_eq!(cookie("r", &TextTest::Matches(Regex::parse(".*").unwrap())), None);
        assert_eq!(cookie("r", &TextTest::Equals(vec!["a;b".to_owned()])), None);
    }
}
