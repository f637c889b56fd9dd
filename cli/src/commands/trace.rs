//! `gloo trace`.

use crate::arguments::{Output, TraceArguments};
use crate::report::{Outcome, Terminal, report_diagnostics};
use crate::workspace::Workspace;
use crate::world::World;
use anyhow::{Result, anyhow, bail};
use gloo_ir::evaluate::{Request, decide};
use gloo_ir::{Attribute, CaseRequest, ClusterId, RequestText, request_from_text};
use gloo_source::render::render;
use gloo_source::{FileId, Place, Sources};

/// Shows the way of one request.
///
/// # Errors
/// The workspace can't be read, or the request isn't one.
pub fn run(arguments: &TraceArguments, world: &dyn World, terminal: &mut Terminal) -> Result<Outcome> {
    let workspace = Workspace::load(&arguments.workspace, world)?;
    let compiled = &workspace.compiled;
    if !workspace.is_right() {
        return Ok(report_diagnostics(&compiled.diagnostics, &compiled.sources, arguments.output, terminal));
    }
    let (case, _) = read(arguments, &workspace, terminal)?;
    let (cluster, request) = send(arguments, &workspace, &case)?;
    let trace = decide(&compiled.program, &cluster, &request);
    let position = |place: Place| workspace.position(place);
    match arguments.output {
        Output::Text => {
            if compiled.program.clusters.len() > 1 {
                terminal.line(&format!("on {}", terminal.bold(cluster.as_str())));
            }
            terminal.print(&trace.text(&position));
        }
        Output::Json => terminal.json(&trace.to_json(&position)),
    }
    Ok(Outcome::Good)
}

/// The request as a test would write it.
fn read(
    arguments: &TraceArguments,
    workspace: &Workspace,
    terminal: &mut Terminal,
) -> Result<(CaseRequest, Option<ClusterId>)> {
    let text = RequestText {
        request: &arguments.request,
        with: arguments.with.as_deref(),
        from: arguments.from.as_deref(),
        to: arguments.to.as_deref(),
        through: arguments.through.as_deref(),
        on: arguments.cluster.as_deref(),
    };
    // A number that no file of the workspace has.
    let file = FileId(u32::MAX);
    let (mut case, cluster) =
        request_from_text(&workspace.compiled.names, file, &text).map_err(|diagnostics| {
            for diagnostic in diagnostics {
                let alone = workspace.compiled.source_map.resolve(diagnostic);
                terminal.note(&render(&alone, &Sources::new(), terminal.error_options()));
            }
            anyhow!("the request can't be read")
        })?;
    for header in &arguments.headers {
        let Some((name, value)) = header.split_once(':') else {
            bail!("`{header}` is not a header; write it as `x-beta: 1`");
        };
        let name = Attribute::Header(name.trim().to_ascii_lowercase());
        case.attributes.entry(name).or_default().push(value.trim().to_owned());
    }
    Ok((case, cluster))
}

/// The cluster that answers, and the whole request there.
fn send(
    arguments: &TraceArguments,
    workspace: &Workspace,
    case: &CaseRequest,
) -> Result<(ClusterId, Request)> {
    let program = &workspace.compiled.program;
    let wanted = arguments.cluster.as_deref().map(ClusterId::new);
    let mut first = None;
    for cluster in
        program.clusters.keys().filter(|cluster| wanted.as_ref().is_none_or(|wanted| wanted == *cluster))
    {
        match Request::from_case(program, cluster, case) {
            Ok(request) => return Ok((cluster.clone(), request)),
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    match first {
        Some(error) => bail!("the request can't be sent: {error}; {}", error.help()),
        None => bail!("the workspace has no cluster that could answer; declare one"),
    }
}
