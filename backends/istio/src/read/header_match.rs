//! What a match asks of one header, or of what Envoy holds in one: method, host, path.

use super::Site;
use super::filters::TAGS;
use super::inner_text;
use super::text::Text;
use gloo_domain::{AddressRange, HostPattern, Method, Regex, StringSet};
use gloo_ir::{AddressAttribute, Predicate, Test, TextAttribute, TextTest};
use gloo_target::{Fields, Unread};

/// Tags with the ranges of each.
pub(super) type Tags = Vec<(String, Vec<AddressRange>)>;

/// A test of a header; inverted for `withoutHeaders`. `fields` and `field` say where it stands.
pub(super) fn read(
    site: &Site<'_>,
    fields: &Fields<'_>,
    field: &str,
    text: &Text,
    inverted: bool,
) -> Result<Predicate, Unread> {
    let name = field.to_ascii_lowercase();
    let unread = || fields.unread(field, "it isn't known what this asks");
    let signed = |test: Predicate| if inverted { Predicate::Not(Box::new(test)) } else { test };
    match name.as_str() {
        ":method" => method(text).map(signed).ok_or_else(unread),
        ":authority" | "host" => host(text).map(signed).ok_or_else(unread),
        ":path" => {
            let regex = text.regex().ok_or_else(unread)?;
            let why = "this asks for the path with its query, and for neither alone";
            inner_text::line(&regex).map(signed).ok_or_else(|| fields.unread(field, why))
        }
        TAGS if !site.patches.tags.is_empty() => {
            let ranges = tagged(&site.patches.tags, text).ok_or_else(unread)?;
            Ok(signed(Predicate::Test(Test::Address(AddressAttribute::Client, ranges))))
        }
        "cookie" if !matches!(text, Text::Present) => {
            // An empty header has no cookie, so an absent one is as good.
            let regex = text.regex().ok_or_else(unread)?;
            let why = "this asks for something else than for the first cookie of a name";
            inner_text::cookie(&regex).map(signed).ok_or_else(|| fields.unread(field, why))
        }
        // What a proxy knows of tokens, and pseudo-headers that clients may set.
        special if special.starts_with([':', '@']) => Err(unread()),
        _ => {
            let attribute = TextAttribute::Header(name);
            if attribute.may_be_several()
                && attribute != TextAttribute::Header("content-type".to_owned())
                && !site.world.mesh.individual_headers
            {
                let what = "without `match_headers_individually: true` several values of a header are matched as one";
                return Err(fields.unread(field, what));
            }
            Ok(of_text(&attribute, text, inverted))
        }
    }
}

/// A test of a header that may be absent. In `withoutHeaders` Istio has an absent header taken for an empty one, unless
/// only its presence is asked for (`TranslateRouteMatch`).
fn of_text(attribute: &TextAttribute, text: &Text, inverted: bool) -> Predicate {
    let test = |test: TextTest| Predicate::Test(Test::Text(attribute.clone(), test));
    let not = |test: Predicate| Predicate::Not(Box::new(test));
    let (matches, present) = (test(text.test()), test(TextTest::Present));
    match (inverted, text) {
        (false, _) => matches,
        (true, Text::Present) => not(present),
        (true, text) if text.holds("") => Predicate::All(vec![present, not(matches)]),
        (true, _) => not(matches),
    }
}

/// The hosts that meet a test. Names have no case, and their ports are taken away before.
pub(super) fn host(text: &Text) -> Option<Predicate> {
    match text {
        Text::Exact(host) => {
            let host = HostPattern::parse(host).ok()?;
            Some(Predicate::Test(Test::Host(vec![host])))
        }
        Text::Matches(regex) => Some(Predicate::Test(Test::HostMatches(regex.clone()))),
        Text::Present | Text::Prefix(_) => None,
    }
}

/// The methods that meet a test, if it asks for nothing but methods that are known.
pub(super) fn method(text: &Text) -> Option<Predicate> {
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
        Text::Present | Text::Prefix(_) => return None,
    }
    (!met.is_empty()).then(|| Predicate::Test(Test::Method(met)))
}

/// The addresses of which the list of tags meets a test: those of one tag, if the test holds of exactly the lists with it,
/// in whichever order.
fn tagged(tags: &[(String, Vec<AddressRange>)], text: &Text) -> Option<Vec<AddressRange>> {
    const MOST: usize = 10;
    if tags.len() > MOST {
        return None;
    }
    tags.iter().enumerate().find_map(|(number, (_, ranges))| {
        let lists = 0..1_u32 << tags.len();
        let is_it = |bits: u32| {
            let with = tags.iter().enumerate().filter(|(index, _)| bits & (1 << index) != 0);
            let mut list: Vec<&str> = with.map(|(_, (name, _))| name.as_str()).collect();
            let is_met = |list: &[&str]| !list.is_empty() && text.holds(&list.join(","));
            let there = is_met(&list);
            list.reverse();
            let wanted = bits & (1 << number) != 0;
            there == wanted && is_met(&list) == wanted
        };
        lists.into_iter().all(is_it).then(|| ranges.clone())
    })
}
