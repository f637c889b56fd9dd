//! The order in which the rules of a virtual host decide.

use std::cmp::Reverse;

/// What ranks a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weight {
    pub path: PathKind,
    /// How long the path of the match is, as written.
    pub length: usize,
    pub method: bool,
    pub headers: Count,
    pub cookies: Count,
    pub queries: Count,
}

/// How a path is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathKind {
    Exact,
    Regex,
    Prefix,
}

/// So many tests, of which so many are for one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    pub all: usize,
    pub exact: usize,
}

/// Whose ranking it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranking {
    /// Exact paths, then regular expressions, then prefixes; then the length of the path; then headers, the method being
    /// one, then those for one value; so cookies, so query keys (`XdsIRRoutes.Less` in `internal/gatewayapi/sort.go`).
    EnvoyGateway,
    /// Exact paths, then prefixes, then regular expressions, about which the specification says nothing; then the length of
    /// the path; then the method; then the number of headers; then of query keys (`HTTPRouteRule.matches`).
    Specification,
}

/// Which of two routes comes first if their matches rank alike. Age decides before the name, and manifests don't say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ties {
    /// As if all were made at once: by namespace and name.
    ByName,
    /// As if each were older than those whose names come before.
    ByNameReversed,
}

/// A ranking with what breaks its ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub ranking: Ranking,
    pub ties: Ties,
}

impl Order {
    /// All that are told apart, Envoy Gateway's first.
    pub const ALL: [Self; 4] = [
        Self { ranking: Ranking::EnvoyGateway, ties: Ties::ByName },
        Self { ranking: Ranking::EnvoyGateway, ties: Ties::ByNameReversed },
        Self { ranking: Ranking::Specification, ties: Ties::ByName },
        Self { ranking: Ranking::Specification, ties: Ties::ByNameReversed },
    ];

    /// Sorts what is in the order of rules within their routes.
    pub fn sort<T>(self, matches: &mut [T], of: impl Fn(&T) -> Place<'_>) {
        matches.sort_by(|one, other| {
            let (one, other) = (of(one), of(other));
            let names = one.route.cmp(&other.route);
            let age = if self.ties == Ties::ByName { names } else { names.reverse() };
            self.key(one.weight).cmp(&self.key(other.weight)).then(age)
        });
    }

    fn key(self, weight: &Weight) -> Reverse<[usize; 8]> {
        let Weight { path, length, method, headers, cookies, queries } = weight;
        let method = usize::from(*method);
        Reverse(match self.ranking {
            Ranking::EnvoyGateway => [
                match path {
                    PathKind::Exact => 2,
                    PathKind::Regex => 1,
                    PathKind::Prefix => 0,
                },
                *length,
                headers.all + method,
                headers.exact + method,
                cookies.all,
                cookies.exact,
                queries.all,
                queries.exact,
            ],
            Ranking::Specification => [
                match path {
                    PathKind::Exact => 2,
                    PathKind::Prefix => 1,
                    PathKind::Regex => 0,
                },
                *length,
                method,
                headers.all,
                queries.all,
                0,
                0,
                0,
            ],
        })
    }
}

/// Where a match stands.
pub(super) struct Place<'a> {
    /// Namespace and name of its route.
    pub route: (&'a str, &'a str),
    pub weight: &'a Weight,
}

#[cfg(test)]
mod tests {
    use super::{Count, Order, PathKind, Place, Weight};

    fn weight(path: PathKind, length: usize, headers: usize) -> Weight {
        let headers = Count { all: headers, exact: 0 };
        Weight { path, length, method: false, headers, cookies: Count::default(), queries: Count::default() }
    }

    #[test]
    fn each_ranking_has_its_own_order() {
        let all = [
            ("b", weight(PathKind::Prefix, 9, 0)),
            ("a", weight(PathKind::Prefix, 9, 0)),
            ("regex", weight(PathKind::Regex, 3, 0)),
            ("exact", weight(PathKind::Exact, 1, 0)),
            ("longer", weight(PathKind::Prefix, 10, 0)),
            ("headers", weight(PathKind::Prefix, 9, 1)),
        ];
        let names = |order: Order| {
            let mut sorted = all.clone();
            order.sort(&mut sorted, |(name, weight)| Place { route: ("", name), weight });
            sorted.map(|(name, _)| name).join(" ")
        };
        assert_eq!(
            Order::ALL.map(names),
            [
                "exact regex longer headers a b",
                "exact regex longer headers b a",
                "exact longer headers a b regex",
                "exact longer headers b a regex",
            ]
        );
    }
}
