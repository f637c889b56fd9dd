//! Every code that a diagnostic can have: one line each, never reused.
//!
//! The thousands say the stage: 1 syntax, 2 names, 3 types, 4 findings, 5 targets, 6 clusters. Each code has a page
//! `docs/errors/GLnnnn.md`, which is run as its test, and a rendered snapshot; `cargo xtask tidy` holds the three
//! together.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The step that finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Text to tree.
    Syntax,
    /// What names stand for.
    Names,
    /// What values are.
    Types,
    /// What the program means.
    Findings,
    /// What a target can say.
    Targets,
    /// Live clusters.
    Clusters,
}

/// What it does to a check, unless `[lints]` says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// An error that no lint lowers.
    Error,
    /// An error that a lint can lower.
    Deny,
    /// A warning.
    Warn,
    /// Nothing, until a lint asks for it.
    Allow,
}

/// A kind of diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The number of `GLnnnn`.
    pub number: u16,
    /// The kebab-case name, which `[lints]` uses.
    pub name: &'static str,
    /// Its level unless `[lints]` says otherwise.
    pub level: Level,
}

impl Code {
    /// The step that finds it.
    #[must_use]
    pub fn stage(self) -> Stage {
        match self.number / 1000 {
            1 => Stage::Syntax,
            2 => Stage::Names,
            3 => Stage::Types,
            4 => Stage::Findings,
            5 => Stage::Targets,
            _ => Stage::Clusters,
        }
    }

    /// The code of that number or name: `GL3002`, `gl3002`, `3002` or `type-mismatch`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("GL").or_else(|| text.strip_prefix("gl")).unwrap_or(text);
        CODES.iter().copied().find(|code| code.name == text || digits.parse() == Ok(code.number))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GL{:04}", self.number)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::find(&text).ok_or_else(|| de::Error::custom(format!("there is no code `{text}`")))
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident = $number:literal $name:literal $level:ident;)*) => {
        impl Code {
            $($(#[$doc])* pub const $constant: Self = Self { number: $number, name: $name, level: Level::$level };)*
        }
        /// All codes in the order of their numbers.
        pub const CODES: &[Code] = &[$(Code::$constant),*];
    };
}

codes! {
    // 1: syntax
    /// A character that no token begins with.
    UNKNOWN_CHARACTER = 1001 "unknown-character" Error;
    /// A string that is not closed, or has an escape that isn't one.
    BAD_STRING = 1002 "bad-string" Error;
    /// A number, or its unit, that isn't one.
    BAD_NUMBER = 1003 "bad-number" Error;
    /// A path pattern that isn't one.
    BAD_PATH = 1004 "bad-path" Error;
    /// Something else was expected here.
    UNEXPECTED = 1005 "unexpected" Error;
    /// A bracket that is never closed, or was never opened.
    UNBALANCED = 1006 "unbalanced" Error;
    /// A word or sign of another language, for which gloo has its own.
    FOREIGN_WORD = 1007 "foreign-word" Error;
    /// An address that must be quoted.
    UNQUOTED_ADDRESS = 1008 "unquoted-address" Error;
    /// Nesting, or a file, beyond what is read.
    TOO_LARGE = 1009 "too-large" Error;
    /// Text that looks like other text: bidirectional controls, mixed scripts.
    CONFUSABLE = 1010 "confusable-text" Warn;

    // 2: names
    /// A name that nothing has.
    UNKNOWN_NAME = 2001 "unknown-name" Error;
    /// A name that two declarations have.
    DUPLICATE_NAME = 2002 "duplicate-name" Error;
    /// A name that could stand for several things.
    AMBIGUOUS_NAME = 2003 "ambiguous-name" Error;
    /// A declaration of another module that isn't `pub`.
    PRIVATE_NAME = 2004 "private-name" Error;
    /// A name that is never used.
    UNUSED_NAME = 2005 "unused-name" Warn;
    /// A declaration that in the end stands for itself.
    CYCLE = 2006 "cycle" Error;
    /// A name that may not be declared.
    RESERVED_NAME = 2007 "reserved-name" Error;
    /// The name of another kind of thing.
    WRONG_KIND = 2008 "wrong-kind" Error;
    /// A `use` that brings in nothing new.
    UNUSED_USE = 2009 "unused-use" Warn;

    // 3: types
    /// A setting that this block doesn't have.
    UNKNOWN_SETTING = 3001 "unknown-setting" Error;
    /// A value of another type.
    TYPE_MISMATCH = 3002 "type-mismatch" Error;
    /// A setting, argument or part that must be there.
    MISSING = 3003 "missing" Error;
    /// A setting, argument or entry given twice.
    REPEATED = 3004 "repeated" Error;
    /// A number outside its range.
    OUT_OF_RANGE = 3005 "out-of-range" Error;
    /// An argument that isn't taken, or too many of them.
    BAD_ARGUMENTS = 3006 "bad-arguments" Error;
    /// Shares that don't add up.
    BAD_SHARES = 3007 "bad-shares" Error;
    /// A host that isn't one.
    BAD_HOST = 3008 "bad-host" Error;
    /// An address or a range of addresses that isn't one.
    BAD_ADDRESS = 3009 "bad-address" Error;
    /// A regular expression that RE2 doesn't take.
    BAD_REGEX = 3010 "bad-regex" Error;
    /// A path pattern that can't be meant.
    BAD_PATTERN = 3011 "bad-pattern" Error;
    /// An entry that doesn't belong here.
    MISPLACED = 3012 "misplaced" Error;
    /// An attribute that can't be asked here.
    UNAVAILABLE_ATTRIBUTE = 3013 "unavailable-attribute" Error;
    /// A destination whose port must be named.
    AMBIGUOUS_PORT = 3014 "ambiguous-port" Error;
    /// Two settings that exclude each other.
    CONTRADICTION = 3015 "contradiction" Error;
    /// A file that is named but can't be taken in.
    BAD_FILE = 3016 "bad-file" Error;
    /// A `gloo.toml` that isn't one.
    BAD_MANIFEST = 3017 "bad-manifest" Error;

    // 4: findings
    /// Two tables give one request two answers.
    CONFLICTING_ROUTES = 4001 "conflicting-routes" Error;
    /// A test whose request is answered otherwise.
    TEST_FAILED = 4002 "test-failed" Error;
    /// Conditions of a rule that exclude each other.
    IMPOSSIBLE_MATCH = 4003 "impossible-match" Deny;
    /// A rule whose requests are all taken by those before it.
    SHADOWED_RULE = 4004 "shadowed-rule" Deny;
    /// A rule of a delegated table outside of what is delegated.
    DELEGATE_ESCAPE = 4005 "delegate-escape" Error;
    /// A question that is beyond the checker's limits.
    UNDECIDED = 4006 "undecided" Deny;
    /// More tries than the timeout leaves time for.
    RETRY_BUDGET = 4007 "retry-budget" Warn;
    /// A part of a split that no request is drawn for.
    WEIGHT_ZERO = 4008 "weight-zero" Warn;
    /// A claim about all requests that some request shows to be wrong.
    PROOF_FAILED = 4009 "proof-failed" Error;
    /// A claim that speaks of no request.
    PROOF_VACUOUS = 4010 "proof-vacuous" Warn;
    /// A service that no rule names and that nobody may call.
    UNREACHABLE_SERVICE = 4011 "unreachable-service" Warn;
    /// A subset that no rule names.
    UNREACHABLE_SUBSET = 4012 "unreachable-subset" Warn;
    /// A gateway that no table is on.
    UNREACHABLE_GATEWAY = 4013 "unreachable-gateway" Warn;
    /// A listener, or a host of one, that no table is for.
    UNREACHABLE_LISTENER = 4014 "unreachable-listener" Warn;
    /// A table for a host whose requests come to no listener of it.
    HOST_WITHOUT_LISTENER = 4015 "host-without-listener" Deny;
    /// One side begins TLS, or mutual TLS, and the other doesn't.
    TLS_MISMATCH = 4016 "tls-mismatch" Deny;
    /// A call that crosses clusters in plain text.
    REMOTE_WITHOUT_MTLS = 4017 "remote-without-mtls" Error;
    /// A `failover` that orders nothing, or an `only` that leaves nothing.
    FAILOVER_NOWHERE = 4018 "failover-nowhere" Warn;
    /// A gateway's rule that gives up before the rule of the next hop does.
    TIMEOUT_CHAIN = 4019 "timeout-chain" Warn;
    /// One host or identity that stands for two things.
    NAME_CLASH = 4020 "name-clash" Deny;
    /// Redirects that lead back to where they began.
    REDIRECT_LOOP = 4021 "redirect-loop" Deny;
    /// A condition reads a claim of a token that nobody has verified.
    CLAIM_WITHOUT_LOGIN = 4022 "claim-without-login" Deny;
    /// A rule asks who calls where callers may come without an identity.
    IDENTITY_WITHOUT_MTLS = 4023 "identity-without-mtls" Deny;
    /// A negated comparison holds where there is nothing to compare.
    NEGATED_COMPARISON_ON_OPTIONAL = 4024 "negated-comparison-on-optional" Warn;
    /// Two clusters answer a request otherwise.
    CLUSTER_DIVERGENCE = 4025 "cluster-divergence" Warn;
    /// A rule of one module takes requests of a rule of another.
    PARTLY_SHADOWED_RULE = 4026 "partly-shadowed-rule" Allow;

    /// An access rule that lets nobody in.
    DEAD_ALLOW = 4030 "dead-allow" Deny;
    /// An access rule that denies what no rule allows.
    DEAD_DENY = 4031 "dead-deny" Warn;
    /// An access rule that denies what others deny.
    REDUNDANT_DENY = 4032 "redundant-deny" Warn;
    /// A rule whose requests are all refused where they are sent.
    NEVER_ALLOWED = 4033 "never-allowed" Deny;
    /// A way in without a login beside one that asks for it.
    OPEN_ROUTE = 4034 "open-route" Warn;
    /// A policy, or a clause of one, that no request meets.
    UNCOVERED_POLICY = 4035 "uncovered-policy" Warn;
    /// Something that a `replaces` takes away.
    POLICY_WEAKENED = 4036 "policy-weakened" Warn;
    /// A limit that another path gets around.
    LIMIT_BYPASS = 4037 "limit-bypass" Deny;
    /// A rule of a service that trusts an address which callers say themselves.
    SPOOFABLE_CLIENT_IP = 4038 "spoofable-client-ip" Warn;
    /// A spelling of a path that gets around a rule.
    PATH_EVASION = 4039 "path-evasion" Warn;
    /// A rule that a second value of a header gets around.
    REPEATED_HEADER = 4040 "repeated-header" Warn;
    /// A rewrite that takes a path out of what the destination's rules say of it.
    REWRITE_MISMATCH = 4041 "rewrite-mismatch" Warn;
    /// A service that an access block closes without naming it.
    CLOSED_BY_ACCIDENT = 4042 "closed-by-accident" Warn;

    // 5: targets
    /// The target has no way to say it.
    NOT_ON_TARGET = 5001 "not-on-target" Error;
    /// gloo doesn't lower it to this target yet.
    NOT_LOWERED = 5002 "not-lowered" Error;
    /// A mesh construct on a cluster without a mesh.
    NO_MESH_ON_TARGET = 5010 "no-mesh-on-target" Error;
    /// The target would join what the program tells apart.
    JOINED_HEADERS = 5011 "joined-headers" Error;
}
