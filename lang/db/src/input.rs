//! What comes from outside: files, the manifest, what programs take in.

use gloo_ir::AssetError;
use gloo_source::FileId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file of the program.
#[salsa::input(debug)]
pub(crate) struct Source {
    /// Its number, which stays while it is there.
    #[returns(copy)]
    pub(crate) id: FileId,
    /// Its path, relative to the workspace, with `/`.
    #[returns(ref)]
    pub(crate) path: Arc<str>,
    /// Its text.
    #[returns(ref)]
    pub(crate) text: Arc<str>,
}

/// A file that programs may take in.
#[salsa::input(debug)]
pub(crate) struct Asset {
    /// Its text, or why there is none.
    #[returns(ref)]
    pub(crate) content: Result<Arc<str>, AssetError>,
}

/// The files of a workspace.
#[salsa::input(debug)]
pub(crate) struct Workspace {
    /// The files of the program, in the order of their paths.
    #[returns(ref)]
    pub(crate) sources: Vec<Source>,
    /// What can be taken in, by path.
    #[returns(ref)]
    pub(crate) assets: BTreeMap<String, Asset>,
    /// `gloo.toml`: its number and its text.
    #[returns(ref)]
    pub(crate) manifest: Option<(FileId, Arc<str>)>,
}
