//! What is open in the editor.

use crate::position::{Encoding, Text};
use crate::protocol::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A text as it stands in the editor, saved or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The editor's count of its changes.
    pub version: i32,
    /// What it says.
    pub text: Arc<str>,
}

impl Document {
    /// Makes changes, each to what the one before it left.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        self.version = version;
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let mut text = self.text.to_string();
                    let bytes = Text::new(self.text.clone(), encoding).bytes(part.range);
                    text.replace_range(bytes, &part.text);
                    self.text = text.into();
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    self.text = whole.text.into();
                }
            }
        }
    }
}

/// All that is open, by the addresses that the editor gave.
pub type Documents = BTreeMap<Uri, Document>;
