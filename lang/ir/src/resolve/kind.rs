//! The kinds of things that have names.

/// A kind of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `let`
    Let,
    /// `mesh`
    Mesh,
    /// `cluster`
    Cluster,
    /// `namespace`
    Namespace,
    /// `service`, within a namespace
    Service,
    /// `external`
    External,
    /// `gateway`
    Gateway,
    /// `routes`
    Routes,
    /// `provider`
    Provider,
    /// `policy`
    Policy,
    /// `telemetry`
    Telemetry,
    /// `patch`
    Patch,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Let,
        Self::Mesh,
        Self::Cluster,
        Self::Namespace,
        Self::Service,
        Self::External,
        Self::Gateway,
        Self::Routes,
        Self::Provider,
        Self::Policy,
        Self::Telemetry,
        Self::Patch,
    ];

    /// The word that declares it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Let => "let",
            Self::Mesh => "mesh",
            Self::Cluster => "cluster",
            Self::Namespace => "namespace",
            Self::Service => "service",
            Self::External => "external",
            Self::Gateway => "gateway",
            Self::Routes => "routes",
            Self::Provider => "provider",
            Self::Policy => "policy",
            Self::Telemetry => "telemetry",
            Self::Patch => "patch",
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Routes => "routes table",
            Self::Telemetry => "telemetry declaration",
            other => other.word(),
        }
    }

    /// What it is called in a sentence, with its article.
    #[must_use]
    pub fn with_article(self) -> String {
        let article = if self == Self::External { "an" } else { "a" };
        format!("{article} {}", self.noun())
    }

    /// Whether it is a real thing outside the program, whose name is unique in the workspace.
    #[must_use]
    pub fn is_unique_in_workspace(self) -> bool {
        matches!(self, Self::Mesh | Self::Cluster | Self::Namespace)
    }
}

/// Several kinds: what a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kinds(u16);

impl Kinds {
    /// These kinds.
    #[must_use]
    pub const fn of(kinds: &[Kind]) -> Self {
        let mut bits = 0;
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u16;
            rest = others;
        }
        Self(bits)
    }

    /// Whether `kind` is one of them.
    #[must_use]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// These, and `kind`.
    #[must_use]
    pub fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u16)
    }

    /// `a service, a gateway or a routes table`; `let`s are left out, since they only stand for something else.
    #[must_use]
    pub fn in_words(self) -> String {
        super::suggest::one_of(&self.listed(Kind::with_article))
    }

    /// `service, gateway or routes table`
    #[must_use]
    pub fn nouns(self) -> String {
        super::suggest::one_of(&self.listed(|kind| kind.noun().to_owned()))
    }

    fn listed(self, say: impl Fn(Kind) -> String) -> Vec<String> {
        Kind::ALL
            .iter()
            .filter(|kind| **kind != Kind::Let && self.contains(**kind))
            .map(|kind| say(*kind))
            .collect()
    }
}
