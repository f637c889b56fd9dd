//! Where the nodes of a tree stand.

use gloo_source::{FileId, NodeId, Span};

/// The span of each node of one file's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSpans {
    file: FileId,
    spans: Vec<(u32, u32)>,
}

impl NodeSpans {
    /// No nodes, of `file`.
    pub(crate) fn new(file: FileId) -> Self {
        Self { file, spans: Vec::new() }
    }

    /// Gives the next number to the node that stands at `start..end`.
    pub(crate) fn push(&mut self, start: u32, end: u32) -> NodeId {
        let id = NodeId(self.spans.len() as u32);
        self.spans.push((start, end));
        id
    }

    /// Takes back all nodes but the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.spans.truncate(len);
    }

    /// Where a node stands; the start of the file for a number that no node of the tree has.
    #[must_use]
    pub fn get(&self, node: NodeId) -> Span {
        let (start, end) = self.spans.get(node.0 as usize).copied().unwrap_or((0, 0));
        Span::new(self.file, start, end)
    }

    /// The smallest node that holds the character at `offset` or ends there, the last one where several are as small.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<NodeId> {
        self.all_at(offset).next()
    }

    /// All nodes that hold the character at `offset` or end there, the smallest first: the node under a cursor and what
    /// it stands in.
    pub fn all_at(&self, offset: u32) -> impl Iterator<Item = NodeId> {
        let mut found: Vec<_> = (0u32..)
            .zip(&self.spans)
            .filter(|(_, (start, end))| *start <= offset && offset <= *end)
            .map(|(id, (start, end))| (end - start, std::cmp::Reverse(*end), id))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, id)| NodeId(id))
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}
