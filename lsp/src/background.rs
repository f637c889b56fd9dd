//! The checker, beside everything else: one thread, which works on the newest state of each workspace.

use crate::pool::begin;
use crossbeam_channel::{Receiver, Sender, unbounded};
use gloo_checker::{EntryRegions, Memory, check_while, regions};
use gloo_ir::Program;
use gloo_source::{Diagnostic, FileId, Place};
use gloo_syntax::ast;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Workspaces with more rules are not parted into regions beside the check: that takes longer than a pause in typing.
const MOST_RULES: usize = 1000;

/// What a check found out.
pub struct Insight {
    /// The program that was checked.
    pub program: Arc<Program>,
    /// The trees that it was made of: places speak of their nodes.
    pub trees: BTreeMap<FileId, Arc<ast::File>>,
    /// What was found.
    pub found: Vec<Diagnostic<Place>>,
    /// The requests of each entry in parts that fare alike; empty until that is known, or if there is too much of it.
    pub regions: Vec<EntryRegions>,
}

/// A program to be checked.
pub struct Task {
    /// The folder of its workspace.
    pub root: PathBuf,
    /// The state that it is of.
    pub generation: u64,
    /// The newest state of the workspace.
    pub newest: Arc<AtomicU64>,
    /// The program.
    pub program: Arc<Program>,
    /// The trees that it was made of.
    pub trees: BTreeMap<FileId, Arc<ast::File>>,
}

impl Task {
    fn is_wanted(&self) -> bool {
        self.newest.load(Ordering::SeqCst) == self.generation
    }
}

/// What the thread tells.
pub enum Found {
    /// What is known of a workspace.
    Insight {
        /// Its folder.
        root: PathBuf,
        /// The state that it is of.
        generation: u64,
        /// What is known.
        insight: Arc<Insight>,
    },
    /// The check broke off by a mistake of its own.
    Broken(PathBuf),
}

/// The thread that checks.
pub struct Background {
    tasks: Sender<Task>,
}

impl Background {
    /// Begins; what is found is told to `tell`.
    #[must_use]
    pub fn new(tell: impl Fn(Found) + Send + 'static) -> Self {
        let (tasks, taken) = unbounded();
        begin(move || work(&taken, &tell));
        Self { tasks }
    }

    /// Checks a program, unless a newer one of the workspace comes first.
    pub fn check(&self, task: Task) {
        // The thread lives as long as this.
        let _ = self.tasks.send(task);
    }
}

fn work(tasks: &Receiver<Task>, tell: &impl Fn(Found)) {
    let mut memories: BTreeMap<PathBuf, Memory> = BTreeMap::new();
    for task in tasks {
        let memory = memories.entry(task.root.clone()).or_default();
        let done = catch_unwind(AssertUnwindSafe(|| one(&task, memory, tell)));
        if done.is_err() {
            memories.remove(&task.root);
            tell(Found::Broken(task.root));
        }
    }
}

fn one(task: &Task, memory: &mut Memory, tell: &impl Fn(Found)) {
    let Some(found) = check_while(&task.program, memory, &|| task.is_wanted()) else { return };
    let known = |found: &[Diagnostic<Place>], regions| {
        let insight = Insight {
            program: task.program.clone(),
            trees: task.trees.clone(),
            found: found.to_vec(),
            regions,
        };
        let (root, generation) = (task.root.clone(), task.generation);
        tell(Found::Insight { root, generation, insight: Arc::new(insight) });
    };
    known(&found, Vec::new());
    let rules: usize = task.program.tables.values().map(|table| table.rules.len()).sum();
    if rules > MOST_RULES {
        return;
    }
    let mut parts = Vec::new();
    for cluster in task.program.clusters.keys() {
        // A gateway at a time, so that no edit waits for all of them.
        for gateway in task.program.gateways.keys().map(Some).chain([None]) {
            if !task.is_wanted() {
                return;
            }
            parts.extend(regions(&task.program, |other, through| other == cluster && through == gateway));
        }
    }
    known(&found, parts);
}
