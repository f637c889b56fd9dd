//! What the commands take that ask about all requests.

use super::{Output, WorkspaceArgument};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What `gloo prove` takes.
#[derive(Args, Debug)]
pub struct ProveArguments {
    /// A claim, as a `prove` block has it; without one, all claims of the workspace are proved.
    #[arg(value_name = "CLAIM")]
    pub claim: Option<String>,
    /// How to write the answers.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// What `gloo who-can` and `gloo what-reaches` take.
#[derive(Args, Debug)]
pub struct ReachArguments {
    /// A service, subset, external, or all services of a namespace: `cart`, `shop.cart.v2`, `stripe`, `shop.*`.
    #[arg(value_name = "DESTINATION")]
    pub destination: String,
    /// How to write the answer.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// How regions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RegionsOutput {
    /// For people.
    Text,
    /// For programs: one object.
    Json,
    /// As `test` blocks of the language, to be kept or run through a real Envoy.
    Tests,
}

/// What `gloo regions` takes.
#[derive(Args, Debug)]
pub struct RegionsArguments {
    /// Only requests that enter by this gateway.
    #[arg(long, value_name = "GATEWAY")]
    pub on: Option<String>,
    /// Only this cluster.
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How to write the regions.
    #[arg(short, long, value_enum, default_value_t = RegionsOutput::Text)]
    pub output: RegionsOutput,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffOutput {
    /// For people.
    Text,
    /// For programs: one object.
    Json,
    /// For a pull request.
    Markdown,
}

/// What `gloo diff` takes.
#[derive(Args, Debug)]
pub struct DiffArguments {
    /// The old version: a folder, or a revision of Git.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The new version: a folder, or a revision of Git [default: the workspace around the current folder]
    #[arg(value_name = "NEW")]
    pub new: Option<String>,
    /// How to write the differences.
    #[arg(short, long, value_enum, default_value_t = DiffOutput::Text)]
    pub output: DiffOutput,
}

/// What `gloo verify` takes.
#[derive(Args, Debug)]
pub struct VerifyArguments {
    /// The folder that has a folder of manifests for each cluster, as `gloo build` writes them.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The workspace [default: the one around the current folder]
    #[arg(long, value_name = "WORKSPACE")]
    pub against: Option<PathBuf>,
    /// How to write what came of it.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
}
