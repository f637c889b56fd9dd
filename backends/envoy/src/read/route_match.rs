//! What a route matches (`envoy.config.route.v3.RouteMatch`): the conjunction of everything that it says.

use super::early::{Early, Held};
use super::matcher::{self, Text};
use gloo_domain::{AddressRange, HostPattern, Method, PathPattern, Regex, StringSet};
use gloo_ir::{AddressAttribute, Predicate, Test, TextAttribute, TextTest};
use gloo_target::{Fields, Unread};

/// The requests that a route matches.
pub(super) fn read(mut matched: Fields<'_>, early: &Early) -> Result<Predicate, Unread> {
    let mut all = Vec::new();
    let ignores_case = matched.flag("case_sensitive")? == Some(false);
    if let Some(path) = path(&mut matched)? {
        let path = if ignores_case {
            path.ignoring_case().map_err(|error| matched.unread("case_sensitive", error.to_string()))?
        } else {
            path
        };
        if !path.is_everything() {
            all.push(Predicate::Test(Test::Path(vec![path])));
        }
    } else {
        return Err(matched.unread("", "no path is said"));
    }
    for header in matched.objects("headers")? {
        all.push(self::header(header, early)?);
    }
    for mut parameter in matched.objects("query_parameters")? {
        let name = parameter.needed_text("name")?.to_owned();
        let present = parameter.flag("present_match")?;
        let test = match parameter.object("string_match")? {
            Some(text) => matcher::read(text)?.test(),
            None if present == Some(true) => TextTest::Present,
            None => return Err(parameter.unread("", "it isn't known what this matches")),
        };
        parameter.done()?;
        all.push(Predicate::Test(Test::Text(TextAttribute::Query(name), test)));
    }
    for mut cookie in matched.objects("cookies")? {
        let name = cookie.needed_text("name")?.to_owned();
        let inverted = cookie.flag("invert_match")?.unwrap_or(false);
        let text =
            cookie.object("string_match")?.ok_or_else(|| cookie.unread("string_match", "it is missing"))?;
        let test = Predicate::Test(Test::Text(TextAttribute::Cookie(name), matcher::read(text)?.test()));
        cookie.done()?;
        // Inverted, it holds also where there is no such cookie.
        all.push(if inverted { Predicate::Not(Box::new(test)) } else { test });
    }
    matched.done()?;
    Ok(Predicate::All(all))
}

fn path(matched: &mut Fields<'_>) -> Result<Option<PathPattern>, Unread> {
    let found = if let Some(text) = matched.text("path")? {
        ("path", matcher::exact_path(text))
    } else if let Some(text) = matched.text("prefix")? {
        ("prefix", matcher::prefix_path(text))
    } else if let Some(text) = matched.text("path_separated_prefix")? {
        // `/a` is `/a` itself and everything below it.
        ("path_separated_prefix", PathPattern::parse(&format!("{text}/**")).ok())
    } else if let Some(regex) = matched.object("safe_regex")? {
        let regex = matcher::expression(regex)?;
        ("safe_regex", PathPattern::regex(regex.source()).ok())
    } else {
        return Ok(None);
    };
    match found {
        (_, Some(path)) => Ok(Some(path)),
        (name, None) => Err(matched.unread(name, "it isn't known which paths this means")),
    }
}

fn header(mut header: Fields<'_>, early: &Early) -> Result<Predicate, Unread> {
    let name = header.needed_text("name")?.to_ascii_lowercase();
    let inverted = header.flag("invert_match")?.unwrap_or(false);
    let absent_is_empty = header.flag("treat_missing_header_as_empty")?.unwrap_or(false);
    let present = header.flag("present_match")?;
    let text = header.object("string_match")?.map(matcher::read).transpose()?;
    let unread = header.unread("", "it isn't known what this asks of the header");
    header.done()?;
    let not = |test: Predicate| Predicate::Not(Box::new(test));
    let signed = |test: Predicate| if inverted { not(test) } else { test };
    let Some(text) = text else {
        let attribute = match early.held.get(&name) {
            Some(Held::Text(attribute)) => Some(attribute.clone()),
            _ => is_plain(&name, early).then_some(TextAttribute::Header(name)),
        };
        return match (present, attribute) {
            (Some(wanted), Some(attribute)) => {
                let has = Predicate::Test(Test::Text(attribute, TextTest::Present));
                Ok(if wanted == inverted { not(has) } else { has })
            }
            _ => Err(unread),
        };
    };
    if let Some(pseudo) = pseudo(&name, &text) {
        return pseudo.map(signed).ok_or(unread);
    }
    match early.held.get(&name) {
        Some(Held::Path) => {
            let path = text.path().ok_or(unread)?;
            Ok(signed(Predicate::Test(Test::Path(vec![path]))))
        }
        Some(Held::ClientTags(tags)) => {
            let ranges = tagged(tags, &text).ok_or(unread)?;
            Ok(signed(Predicate::Test(Test::Address(AddressAttribute::Client, ranges))))
        }
        Some(Held::Text(
            attribute @ (TextAttribute::ClientCertificateUri | TextAttribute::ClientCertificateDns),
        )) => {
            let element = element(&text).ok_or(unread)?;
            of_text(attribute, &element, inverted, absent_is_empty)
        }
        Some(Held::Text(attribute)) => of_text(attribute, &text, inverted, absent_is_empty),
        None => of_text(&TextAttribute::Header(name), &text, inverted, absent_is_empty),
    }
}

/// What is asked of a name where the list of all names, joined with `,`, is asked whether one of them is so. Names with a
/// comma inside would be taken for several.
fn element(list: &Text) -> Option<Text> {
    let Text::Matches(regex) = list else { return None };
    let one = regex.source().strip_prefix("(?:.*,)?")?.strip_suffix("(?:,.*)?")?;
    Regex::parse(one).ok().map(Text::Matches)
}

fn is_plain(name: &str, early: &Early) -> bool {
    !name.starts_with(':') && !early.held.contains_key(name)
}

/// A test of a text that may be absent. Envoy takes an absent header for one that matches nothing, inverted or not, unless
/// it takes it for an empty one (`HeaderUtility::HeaderDataBaseImpl::matchesHeaders`).
fn of_text(
    attribute: &TextAttribute,
    text: &Text,
    inverted: bool,
    absent_is_empty: bool,
) -> Result<Predicate, Unread> {
    let test = |test: TextTest| Predicate::Test(Test::Text(attribute.clone(), test));
    let (matches, present) = (test(text.test()), test(TextTest::Present));
    let not = |test: Predicate| Predicate::Not(Box::new(test));
    let with_value = if inverted { Predicate::All(vec![present.clone(), not(matches)]) } else { matches };
    let without_value = absent_is_empty && text.holds("") != inverted;
    Ok(if without_value { Predicate::Any(vec![with_value, not(present)]) } else { with_value })
}

/// A test of a pseudo-header, which is always there once: `None` if it is none; without a value where it can't be read.
fn pseudo(name: &str, text: &Text) -> Option<Option<Predicate>> {
    match name {
        ":method" => Some(methods(text).map(|methods| Predicate::Test(Test::Method(methods)))),
        ":authority" | "host" => Some(match text {
            Text::Exact(host) => {
                HostPattern::parse(host).ok().map(|host| Predicate::Test(Test::Host(vec![host])))
            }
            Text::Matches(regex) => Some(Predicate::Test(Test::HostMatches(regex.clone()))),
            _ => None,
        }),
        name if name.starts_with(':') => Some(None),
        _ => None,
    }
}

/// The methods that meet a test, if it asks for nothing but methods that are known.
fn methods(text: &Text) -> Option<Vec<Method>> {
    let known: Vec<Method> = Method::ALL.into_iter().filter(|method| *method != Method::Other).collect();
    let met: Vec<Method> = known.iter().copied().filter(|method| text.holds(method.as_str())).collect();
    match text {
        Text::Exact(_) => {}
        Text::Matches(regex) => {
            let names: Vec<&str> = known.iter().map(|method| method.as_str()).collect();
            let names = Regex::parse(&names.join("|")).ok()?;
            let (asked, names) = (StringSet::regex(regex).ok()?, StringSet::regex(&names).ok()?);
            if !asked.is_subset(&names).ok()? {
                return None;
            }
        }
        Text::Prefix(_) | Text::Suffix(_) | Text::Contains(_) => return None,
    }
    (!met.is_empty()).then_some(met)
}

/// The addresses of which the list of tags meets a test: those of one tag, if the test holds of exactly the lists with it.
fn tagged(tags: &[(String, Vec<AddressRange>)], text: &Text) -> Option<Vec<AddressRange>> {
    const MOST: usize = 10;
    if tags.len() > MOST {
        return None;
    }
    tags.iter().enumerate().find_map(|(number, (_, ranges))| {
        let lists = 0..1_u32 << tags.len();
        let is_it = |bits: u32| {
            let with = tags.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
            let list: Vec<&str> = with.map(|(_, (name, _))| name.as_str()).collect();
            let holds = !list.is_empty() && text.holds(&list.join(","));
            holds == (bits & (1 << number) != 0)
        };
        lists.into_iter().all(is_it).then(|| ranges.clone())
    })
}
