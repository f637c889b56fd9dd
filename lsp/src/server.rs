//! The main loop: events in, answers out. It owns what changes; handlers get snapshots and run on other threads.

use crate::background::{Background, Found, Insight};
use crate::client::Client;
use crate::documents::Documents;
use crate::pool::Pool;
use crate::protocol::wire::{self, Connection, Message, RequestId, Response};
use crate::protocol::{Answer, LogMessageParams, MessageType, ShowMessageParams, Uri};
use crate::publishing::Diagnosed;
use crate::snapshot::Snapshot;
use crate::workspace::{Workspace, root_of, single_root};
use crate::{Build, routes};
use crossbeam_channel::{Receiver, Sender, unbounded};
use gloo_db::unless_changed;
use gloo_world::World;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// So many lines fit into a message.
const MOST_LINES: usize = 20;

/// What a request that isn't answered yet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A question.
    Question,
    /// A command, whose result is shown.
    Command,
}

/// Something that happens to the server.
pub(crate) enum Event {
    /// A thread has an answer.
    Answered(Response),
    /// A thread knows what is wrong with a workspace.
    Diagnosed(Diagnosed),
    /// The checker found something out.
    Found(Found),
}

/// The language server.
pub(crate) struct Server {
    pub(crate) client: Arc<Client>,
    pub(crate) world: Arc<dyn World + Send>,
    build: Arc<Build>,
    pub(crate) documents: Documents,
    pub(crate) workspaces: BTreeMap<PathBuf, Workspace>,
    pub(crate) insights: BTreeMap<PathBuf, Arc<Insight>>,
    /// What the editor shows, by the address.
    pub(crate) published: BTreeMap<Uri, String>,
    /// The addresses with diagnostics of each workspace.
    pub(crate) shown: BTreeMap<PathBuf, BTreeMap<Arc<str>, Uri>>,
    /// The requests that are not answered yet.
    pending: HashMap<RequestId, Asked>,
    sender: Sender<Message>,
    pub(crate) events: Sender<Event>,
    pub(crate) pool: Pool,
    pub(crate) background: Background,
    /// How many requests the server has made of the editor.
    asked: i32,
}

impl Server {
    /// A server that talks to `sender`, and the events of its threads.
    pub(crate) fn new(
        client: Client,
        sender: Sender<Message>,
        world: Arc<dyn World + Send>,
        build: Arc<Build>,
    ) -> (Self, Receiver<Event>) {
        let (events, happened) = unbounded();
        let tell = events.clone();
        let background = Background::new(move |found| drop(tell.send(Event::Found(found))));
        let server = Self {
            client: Arc::new(client),
            world,
            build,
            documents: Documents::new(),
            workspaces: BTreeMap::new(),
            insights: BTreeMap::new(),
            published: BTreeMap::new(),
            shown: BTreeMap::new(),
            pending: HashMap::new(),
            sender,
            events,
            pool: Pool::new(),
            background,
            asked: 0,
        };
        (server, happened)
    }

    /// Answers until the editor has said `exit`; whether it said `shutdown` before.
    pub(crate) fn run(mut self, connection: &Connection, happened: &Receiver<Event>) -> bool {
        let mut is_down = false;
        loop {
            crossbeam_channel::select! {
                recv(connection.receiver) -> message => match message {
                    Ok(Message::Request(request)) if request.method == "shutdown" => {
                        is_down = true;
                        self.send(Response::new_ok(request.id, Value::Null));
                    }
                    Ok(Message::Request(request)) if is_down => {
                        let code = wire::ErrorCode::InvalidRequest as i32;
                        self.send(Response::new_err(request.id, code, "the server is shut down".to_owned()));
                    }
                    Ok(Message::Request(request)) => routes::request(&mut self, request),
                    Ok(Message::Notification(notification)) if notification.method == "exit" => return is_down,
                    Ok(Message::Notification(notification)) => routes::notification(&mut self, notification),
                    // Answers to what the server asked say nothing that it needs.
                    Ok(Message::Response(_)) => {}
                    Err(_) => return is_down,
                },
                recv(happened) -> event => match event {
                    Ok(event) => self.event(event),
                    Err(_) => return is_down,
                },
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Answered(response) => {
                // One that was cancelled has been answered.
                let Some(asked) = self.pending.remove(&response.id) else { return };
                if let (Asked::Command, false, Ok(result)) =
                    (asked, self.client.shows_results, &response.response_result)
                {
                    self.show(result);
                }
                self.send(response);
            }
            Event::Diagnosed(diagnosed) => self.diagnosed(diagnosed),
            Event::Found(Found::Insight { root, generation, insight }) => {
                let Some(workspace) = self.workspaces.get(&root) else { return };
                let is_news = self.insights.get(&root).is_none_or(|known| known.found != insight.found);
                let is_newest = workspace.generation.load(Ordering::SeqCst) == generation;
                let has_regions = !insight.regions.is_empty();
                self.insights.insert(root.clone(), insight);
                if is_newest && (is_news || !has_regions) {
                    self.diagnose(&root, false);
                }
                if has_regions && self.client.refreshes_lenses {
                    self.ask("workspace/codeLens/refresh", Value::Null);
                }
            }
            Event::Found(Found::Broken(root)) => {
                self.log(&format!("the check of {} broke off: a bug in gloo", root.display()));
            }
        }
    }

    /// Takes back what is shown of a workspace that is gone.
    pub(crate) fn forget(&mut self, root: &Path) {
        self.workspaces.remove(root);
        self.insights.remove(root);
        for (_, uri) in self.shown.remove(root).unwrap_or_default() {
            self.publish(uri, None, Vec::new());
        }
    }

    /// A workspace as it is now.
    pub(crate) fn snapshot(&self, root: &Path) -> Option<Snapshot> {
        let workspace = self.workspaces.get(root)?;
        let insight = self.insights.get(root).cloned();
        Some(Snapshot::new(workspace, self.client.clone(), insight, self.world.clone(), self.build.clone()))
    }

    /// The root of the workspace that a file belongs to, which is read if it isn't known yet.
    pub(crate) fn root_for(&mut self, uri: &Uri) -> PathBuf {
        let known = uri.to_file_path().ok().and_then(|path| root_of(&path, &*self.world));
        let (root, is_single) = match known {
            Some(root) => (root, false),
            None => (single_root(uri), true),
        };
        // A file that is neither open nor in a workspace is none that could be asked about.
        if !is_single || self.documents.contains_key(uri) {
            self.read(&root, is_single);
        }
        root
    }

    /// Reads a workspace that isn't known yet.
    pub(crate) fn read(&mut self, root: &Path, is_single: bool) {
        if self.workspaces.contains_key(root) {
            return;
        }
        let mut workspace = Workspace::new(root.to_path_buf(), is_single);
        workspace.reload(&self.documents, &*self.world);
        self.workspaces.insert(root.to_path_buf(), workspace);
        self.diagnose(root, true);
    }

    /// Answers a request on another thread, unless a change of the workspace comes first.
    pub(crate) fn answer<R: Serialize>(
        &mut self,
        id: RequestId,
        asked: Asked,
        roots: &[PathBuf],
        handler: impl FnOnce(Vec<Snapshot>) -> Answer<R> + Send + 'static,
    ) {
        let snapshots: Vec<Snapshot> = roots.iter().filter_map(|root| self.snapshot(root)).collect();
        self.pending.insert(id.clone(), asked);
        let events = self.events.clone();
        self.pool.run(move || {
            let done = catch_unwind(AssertUnwindSafe(|| unless_changed(move || handler(snapshots))))
                .unwrap_or_else(|_| {
                    Some(Err(crate::protocol::Failure::Refused(
                        "a bug in gloo: the request failed".to_owned(),
                    )))
                });
            let response = match done {
                Some(Ok(result)) => Response::new_ok(id, result),
                Some(Err(failure)) => {
                    let (code, text) = failure.parts();
                    Response::new_err(id, code, text)
                }
                None => {
                    let code = wire::ErrorCode::ContentModified as i32;
                    Response::new_err(id, code, "the file has changed".to_owned())
                }
            };
            let _ = events.send(Event::Answered(response));
        });
    }

    /// Gives up a request.
    pub(crate) fn cancel(&mut self, id: RequestId) {
        if self.pending.remove(&id).is_some() {
            let code = wire::ErrorCode::RequestCanceled as i32;
            self.send(Response::new_err(id, code, "cancelled".to_owned()));
        }
    }

    /// Sends an answer.
    pub(crate) fn send(&self, response: Response) {
        // An editor that is gone needs none.
        let _ = self.sender.send(response.into());
    }

    /// Tells the editor something.
    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        let _ = self.sender.send(wire::Notification::new(method.to_owned(), params).into());
    }

    /// Asks the editor for something; what it answers isn't needed.
    pub(crate) fn ask(&mut self, method: &str, params: impl Serialize) {
        self.asked += 1;
        let id = RequestId::from(format!("gloo-{}", self.asked));
        let _ = self.sender.send(wire::Request::new(id, method.to_owned(), params).into());
    }

    /// Shows what came of a command in an editor that knows nothing of it.
    fn show(&self, result: &Value) {
        let text = |key: &str| result.get(key).and_then(Value::as_str).unwrap_or_default();
        let lines: Vec<&str> = text("text").lines().take(MOST_LINES).collect();
        let message = format!("{}\n{}", text("title"), lines.join("\n"));
        self.notify("window/showMessage", ShowMessageParams { kind: MessageType::Info, message });
    }

    /// Writes a line into the editor's log.
    pub(crate) fn log(&self, message: &str) {
        let params = LogMessageParams { kind: MessageType::Error, message: message.to_owned() };
        self.notify("window/logMessage", params);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Failure;

    #[test]
    fn a_handler_that_fails_is_an_error_and_the_server_goes_on() {
        let (ours, _theirs) = Connection::memory();
        let build: Arc<Build> = Arc::new(|_, _| Ok(Vec::new()));
        let world: Arc<dyn World + Send> = Arc::new(gloo_world::Disk);
        let (mut server, happened) = Server::new(Client::default(), ours.sender, world, build);
        let mut answered = |id: i32, handler: fn() -> Answer<i32>| {
            server.answer(RequestId::from(id), Asked::Question, &[], move |_| handler());
            match happened.recv().unwrap() {
                Event::Answered(response) => response.response_result.map_err(|error| error.code),
                _ => panic!("nothing else was asked"),
            }
        };
        let failed = wire::ErrorCode::RequestFailed as i32;
        // More often than there are threads.
        for round in 0..8 {
            assert_eq!(answered(round, || panic!("a bug")), Err(failed));
        }
        assert_eq!(answered(8, || Err(Failure::Refused("no".to_owned()))), Err(failed));
        assert_eq!(answered(9, || Ok(7)), Ok(Value::from(7)));
    }
}
