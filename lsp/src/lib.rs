//! Editor requests to answers: a language server.
//!
//! [`run`] talks to an editor over a connection. Its main loop (`server.rs`) owns the files and takes in what the editor
//! tells; each request is answered on another thread by a function of a [`Snapshot`](snapshot::Snapshot), one file per
//! capability. A change of a file ends the answers that work on the older state. The checker runs beside all this
//! (`background.rs`), and what it finds is shown as long as it is still true.

mod about;
mod background;
mod calls;
mod capabilities;
mod client;
mod commands;
mod completion;
mod context;
mod declare;
mod definition;
mod diagnostics;
mod documents;
mod edit;
mod extract;
mod fixes;
mod folding;
mod formatting;
mod highlighting;
mod hints;
mod hover;
mod lenses;
mod links;
mod names;
mod notifications;
mod occurrence;
mod pool;
mod position;
mod protocol;
mod publishing;
mod references;
mod regions;
mod rename;
mod routes;
mod server;
mod signature;
mod snapshot;
mod symbols;
mod tree;
mod types;
mod vocabulary;
mod workspace;

use anyhow::Context;
use client::Client;
use gloo_ir::Program;
use gloo_source::{Diagnostic, Place};
use gloo_world::World;
use protocol::wire::{Connection, IoThreads, Response};
use protocol::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, InitializeResult, Registration,
    RegistrationParams, ServerInfo,
};
use server::Server;
use std::sync::Arc;

/// From a program that is free of errors to the files of its clusters, by their paths, or to what can't be built. A file
/// says in its first line from which declarations it comes, each as the second argument writes it.
///
/// The targets are no business of the server: whoever begins it brings them.
pub type Build = dyn Fn(&Program, &(dyn Fn(Place) -> String + Sync)) -> Result<Vec<(String, String)>, Vec<Diagnostic<Place>>>
    + Send
    + Sync;

/// Answers an editor over standard input and output until it says `exit`; whether it ended as agreed.
///
/// # Errors
/// What comes isn't the protocol, or the editor is gone.
pub fn stdio(world: Arc<dyn World + Send>, build: Arc<Build>) -> anyhow::Result<bool> {
    let (connection, threads): (Connection, IoThreads) = Connection::stdio();
    let ended = run(&connection, world, build)?;
    // The writer ends when nobody can send any more.
    drop(connection);
    threads.join()?;
    Ok(ended)
}

/// Answers an editor over a connection until it says `exit`; whether it ended as agreed.
///
/// # Errors
/// What comes isn't the protocol, or the editor is gone.
pub fn run(connection: &Connection, world: Arc<dyn World + Send>, build: Arc<Build>) -> anyhow::Result<bool> {
    let begun = connection.initialize_start();
    let (id, params) =
        begun.context("no editor began to talk over standard input, which editors run this command for")?;
    let client = Client::of(&params);
    let result = InitializeResult {
        capabilities: capabilities::capabilities(&client),
        server_info: Some(ServerInfo {
            name: "gloo".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    let _ = connection.sender.send(Response::new_ok(id, result).into());
    let (watches, folders) = (client.watches, client.folders.clone());
    let (mut server, happened) = Server::new(client, connection.sender.clone(), world, build);
    if watches {
        server.ask("client/registerCapability", watchers()?);
    }
    for folder in &folders {
        notifications::folder_opened(&mut server, folder);
    }
    Ok(server.run(connection, &happened))
}

/// Every file counts: programs take in files of all kinds.
fn watchers() -> anyhow::Result<RegistrationParams> {
    let all = FileSystemWatcher { glob_pattern: "**/*".to_owned().into(), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![all] };
    let registration = Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(serde_json::to_value(options)?),
    };
    Ok(RegistrationParams { registrations: vec![registration] })
}
