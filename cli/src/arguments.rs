//! What the command line takes.

mod check;
mod questions;

pub use check::{CheckArguments, CheckOutput};
pub use questions::{
    DiffArguments, DiffOutput, ProveArguments, ReachArguments, RegionsArguments, RegionsOutput,
    VerifyArguments,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Routes and security policy for service meshes and gateways, written once in a typed language.
#[derive(Parser, Debug)]
#[command(name = "gloo", version, max_term_width = 100, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Arguments {
    /// When to use colours; NO_COLOR and what the output goes to decide, if it is `auto`.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  gloo new shop && cd shop      make a workspace with a gateway, a route and a test
  gloo check                    say what is wrong with the workspace around this folder
  gloo test --envoy             run its tests, and again through a real Envoy
  gloo build --out out          write the manifests of every cluster

Exit status: 0 all is well, 1 something was found, 2 wrong usage or unreadable files.";

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// When the output is a terminal and NO_COLOR isn't set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs: one object.
    Json,
}

/// The workspace to work on.
#[derive(Args, Debug, Clone, Default)]
pub struct WorkspaceArgument {
    /// A workspace, or a folder or file in one [default: the workspace around the current folder]
    #[arg(value_name = "WORKSPACE")]
    pub workspace: Option<PathBuf>,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a new workspace with a gateway, a route and a test.
    #[command(after_help = "Example:\n  gloo new shop")]
    New {
        /// The folder to make.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Say what is wrong with a workspace.
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArguments),
    /// Lay out files in the one canonical way.
    #[command(after_help = "Examples:\n  gloo fmt\n  gloo fmt --check\n  gloo fmt - < routes.gloo")]
    Fmt {
        /// Change nothing: say which files would change, and exit with 1 if there are any.
        #[arg(long)]
        check: bool,
        /// Files, folders or workspaces; `-` formats standard input to standard output.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Run the tests of a workspace.
    #[command(after_help = "Examples:\n  gloo test\n  gloo test --filter canary\n  gloo test --envoy")]
    Test(TestArguments),
    /// Show the way of one request, step by step, each with the declaration that decided it.
    #[command(after_help = "\
Examples:
  gloo trace 'GET https://shop.acme.com/cart' --header 'x-beta: 1'
  gloo trace 'GET https://shop.acme.com/api/me' --with '{ auth0: valid  auth0.sub: \"u1\"  client.ip: 10.0.0.7 }'
  gloo trace 'POST /charge/1' --from shop.checkout --to shop.payments --cluster east")]
    Trace(TraceArguments),
    /// Prove a claim about all requests, or all claims of the workspace; a claim that fails is shown a request.
    #[command(after_help = "\
Examples:
  gloo prove
  gloo prove 'every request through edge where path in /admin/** => denied'
  gloo prove 'some request from shop.checkout to shop.payments => allowed' -o json

Exit status: 0 every claim holds, 1 one fails, is vacuous or can't be decided, 2 wrong usage.")]
    Prove(ProveArguments),
    /// Say which requests, from where, can reach a service, subset or external.
    #[command(
        after_help = "Examples:\n  gloo who-can reach payments\n  gloo who-can reach shop.cart.v2 -o json"
    )]
    WhoCan {
        /// What is asked: `reach`.
        #[arg(value_parser = ["reach"])]
        verb: String,
        /// The rest of the question.
        #[command(flatten)]
        arguments: ReachArguments,
    },
    /// Say which rules send requests to a service, subset or external, each with its requests.
    #[command(after_help = "Examples:\n  gloo what-reaches cart.v2\n  gloo what-reaches 'shop.*'")]
    WhatReaches(ReachArguments),
    /// Part the requests of every entry into regions that fare alike, each with a request.
    #[command(after_help = "\
Examples:
  gloo regions --on edge
  gloo regions --cluster lab -o json
  gloo regions --on edge -o tests > regions.gloo")]
    Regions(RegionsArguments),
    /// Say for which requests two versions of a workspace do different things.
    #[command(after_help = "\
Examples:
  gloo diff HEAD~1                 what the last commit and your changes change
  gloo diff origin/main . -o markdown
  gloo diff old/shop new/shop

Exit status: 0 no request fares otherwise, 1 some do, 2 wrong usage or a workspace with errors.")]
    Diff(DiffArguments),
    /// Write the manifests of every cluster.
    #[command(after_help = "\
Examples:
  gloo build
  gloo build --out manifests --cluster east
  gloo build --backend envoy --cluster east")]
    Build(BuildArguments),
    /// Hold manifests, edited by hand or made by another tool, against the program for every request.
    #[command(after_help = "\
Examples:
  gloo verify out
  gloo verify ../deploy/manifests --against . -o json

Exit status: 0 proved equal, 1 they differ or can't be proved equal, 2 wrong usage.")]
    Verify(VerifyArguments),
    /// Explain a code such as GL3002, or list all codes.
    #[command(after_help = "Examples:\n  gloo explain GL3002\n  gloo explain type-mismatch\n  gloo explain")]
    Explain {
        /// A code or its name; without one, all are listed.
        code: Option<String>,
    },
    /// Check a workspace again whenever one of its files is saved.
    #[command(after_help = "Example:\n  gloo watch examples/bookinfo")]
    Watch {
        /// The workspace.
        #[command(flatten)]
        workspace: WorkspaceArgument,
    },
    /// Answer an editor: the language server, over standard input and output (docs/editor.md).
    #[command(
        after_help = "Example, for Helix:\n  [language-server.gloo]\n  command = \"gloo\"\n  args = [\"lsp\"]"
    )]
    Lsp {
        /// As is said anyway; editors add it.
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print the completion script of a shell.
    #[command(
        after_help = "Example:\n  gloo completions bash > ~/.local/share/bash-completion/completions/gloo"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder.
    #[command(hide = true)]
    Man {
        /// The folder.
        folder: PathBuf,
    },
}

/// What `gloo test` takes.
#[derive(Args, Debug)]
pub struct TestArguments {
    /// Run the requests through a real Envoy too, on the clusters that can be run.
    #[arg(long)]
    pub envoy: bool,
    /// Only tests whose title contains this.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// A folder with a file for each gateway of `--cluster`, and `secrets` beside them, as they are built for a cluster of
    /// Envoy: they are run instead of what would be built. `make conformance` (tests/conformance) puts there what Istio
    /// and Envoy Gateway make of the manifests of their clusters; of no use to anybody else, so it isn't shown.
    #[arg(long, hide = true, value_name = "DIR", requires_all = ["envoy", "cluster"])]
    pub configuration: Option<PathBuf>,
    /// The cluster that the files of `--configuration` are of.
    #[arg(long, hide = true, value_name = "CLUSTER", requires = "configuration")]
    pub cluster: Option<String>,
    /// How to write the results.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// What `gloo trace` takes.
#[derive(Args, Debug)]
pub struct TraceArguments {
    /// The request: a method and a URL, or a method and a path for a call between services.
    #[arg(value_name = "REQUEST")]
    pub request: String,
    /// A header, as `NAME: VALUE`; may be given more than once.
    #[arg(long = "header", short = 'H', value_name = "HEADER")]
    pub headers: Vec<String>,
    /// What else is true of the request, as a test writes it in braces.
    #[arg(long, value_name = "ATTRIBUTES")]
    pub with: Option<String>,
    /// The caller, for a call of a service or of a host outside.
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<String>,
    /// The service that is called.
    #[arg(long, value_name = "SERVICE")]
    pub to: Option<String>,
    /// The gateway that the request enters by, where several serve its host.
    #[arg(long, value_name = "GATEWAY")]
    pub through: Option<String>,
    /// The cluster that answers; the first that has the entry, if it isn't said.
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How to write the trace.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// What a cluster's manifests are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum BackendArgument {
    /// Istio.
    Istio,
    /// The Gateway API, by Envoy Gateway.
    GatewayApi,
    /// Envoy by itself.
    Envoy,
}

/// What `gloo build` takes.
#[derive(Args, Debug)]
pub struct BuildArguments {
    /// The folder to write to [default: `out` in `gloo.toml`, else `out`]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Only this cluster; may be given more than once.
    #[arg(long = "cluster", value_name = "CLUSTER")]
    pub clusters: Vec<String>,
    /// Write for this instead of what the cluster says.
    #[arg(long, value_enum)]
    pub backend: Option<BackendArgument>,
    /// How the files are laid out [default: `layout` in `gloo.toml`, else `flat`]
    #[arg(long, value_enum)]
    pub layout: Option<LayoutArgument>,
    /// Prove everything again, whatever was proved when the same was built before.
    #[arg(long)]
    pub no_cache: bool,
    /// How to write what was done.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// The workspace.
    #[command(flatten)]
    pub workspace: WorkspaceArgument,
}

/// How the files of a build are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutArgument {
    /// Folders of manifests.
    Flat,
    /// With a `kustomization.yaml` for each cluster.
    Kustomize,
    /// For Argo CD.
    Argocd,
    /// For Flux.
    Flux,
}
