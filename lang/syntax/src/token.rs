//! The words and signs of the language.

/// What a token is. What stands in it is read from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// A word without a meaning of its own: a name.
    Name,
    /// `"text"`, `r"text"`.
    String,
    /// A literal that begins with a digit: `42`, `250ms`, `90%`, `100/min`, `5xx`, `10.0.0.0/8`.
    Number,
    /// A path pattern: `/api/**`.
    Path,
    /// An expression that could not be read. It is not in the text: the parser puts it in to go on after an error.
    Missing,
    /// A word or sign with a meaning of its own.
    Fixed(Fixed),
}

macro_rules! fixed {
    ($($(#[$section:meta])* $group:ident { $($variant:ident = $text:literal)* })*) => {
        /// A word or sign with a meaning of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fixed {
            $($(#[doc = concat!("`", $text, "`")] $variant,)*)*
        }

        impl Fixed {
            /// All of them.
            pub const ALL: &[Self] = &[$($(Self::$variant,)*)*];

            /// How it is written.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self {
                    $($(Self::$variant => $text,)*)*
                }
            }

            /// What kind it is.
            #[must_use]
            pub fn class(self) -> Class {
                match self {
                    $($(Self::$variant)|* => Class::$group,)*
                }
            }

            /// The word or sign that is written so.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                match text {
                    $($($text => Some(Self::$variant),)*)*
                    _ => None,
                }
            }
        }
    };
}

/// What kind of word or sign a [`Fixed`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A bracket, separator or operator.
    Sign,
    /// A word that can't be a name.
    Reserved,
    /// An HTTP method: can't be a name either.
    Method,
    /// A word that begins a declaration. It can be a name.
    Declaration,
    /// A word with a meaning in one place. It can be a name.
    Contextual,
}

fixed! {
    Sign {
        BraceOpen = "{" BraceClose = "}" ParenOpen = "(" ParenClose = ")" BracketOpen = "[" BracketClose = "]"
        Comma = "," Colon = ":" Dot = "." Star = "*" At = "@" Pipe = "|" Equals = "=" Arrow = "=>"
        Equal = "==" NotEqual = "!=" Not = "!" And = "&&" Or = "||"
    }
    Reserved {
        Where = "where" In = "in" Matches = "matches" Contains = "contains" StartsWith = "starts_with"
        EndsWith = "ends_with" True = "true" False = "false" Otherwise = "otherwise"
    }
    Method {
        Get = "GET" Head = "HEAD" Post = "POST" Put = "PUT" Delete = "DELETE" Connect = "CONNECT"
        Options = "OPTIONS" Trace = "TRACE" Patch = "PATCH"
    }
    Declaration {
        Pub = "pub" Use = "use" Let = "let" Mesh = "mesh" Cluster = "cluster" Namespace = "namespace"
        External = "external" Gateway = "gateway" Routes = "routes" Provider = "provider" Policy = "policy"
        Access = "access" Traffic = "traffic" Telemetry = "telemetry" PatchWord = "patch" Prove = "prove" Test = "test"
    }
    Contextual {
        As = "as" On = "on" For = "for" Service = "service" Port = "port" Subset = "subset" Listener = "listener"
        Delegated = "delegated" Any = "any" Grpc = "grpc" Tcp = "tcp" With = "with"
        RequestHeaders = "request_headers" ResponseHeaders = "response_headers" Set = "set" Add = "add"
        Remove = "remove" Body = "body" Shadow = "shadow" Replaces = "replaces"
        Require = "require" Limit = "limit" Per = "per" Via = "via" By = "by" Waf = "waf" Mask = "mask" Cors = "cors"
        Csrf = "csrf" Transform = "transform" Request = "request" Response = "response" Wasm = "wasm" Lua = "lua"
        MaxBody = "max_body" Compress = "compress" Allow = "allow" Deny = "deny" Log = "log" TraceWord = "trace"
        Every = "every" No = "no" Some = "some" From = "from" Through = "through" To = "to"
    }
}

impl Token {
    /// Whether it can be a name.
    #[must_use]
    pub fn is_name(self) -> bool {
        match self {
            Self::Name => true,
            Self::Fixed(fixed) => matches!(fixed.class(), Class::Declaration | Class::Contextual),
            Self::String | Self::Number | Self::Path | Self::Missing => false,
        }
    }

    /// Whether it begins a declaration.
    #[must_use]
    pub fn is_declaration(self) -> bool {
        matches!(self, Self::Fixed(fixed) if fixed.class() == Class::Declaration)
    }

    /// The bracket that closes it, if it is an opening one.
    #[must_use]
    pub fn closer(self) -> Option<Fixed> {
        match self {
            Self::Fixed(Fixed::BraceOpen) => Some(Fixed::BraceClose),
            Self::Fixed(Fixed::ParenOpen) => Some(Fixed::ParenClose),
            Self::Fixed(Fixed::BracketOpen) => Some(Fixed::BracketClose),
            _ => None,
        }
    }

    /// Whether it is a closing bracket.
    #[must_use]
    pub fn is_closer(self) -> bool {
        matches!(self, Self::Fixed(Fixed::BraceClose | Fixed::ParenClose | Fixed::BracketClose))
    }
}

impl From<Fixed> for Token {
    fn from(fixed: Fixed) -> Self {
        Self::Fixed(fixed)
    }
}
