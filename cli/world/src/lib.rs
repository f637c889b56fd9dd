//! The world as the command line and the editor see it: files, processes and the environment.
//!
//! Everything else in the compiler is a function of what goes in; what reads and writes goes through [`World`]. Tests put
//! another world in its place.

#![expect(clippy::disallowed_methods, reason = "this is where files and processes are")]

mod disk;
mod files;
pub mod revision;

pub use disk::{Disk, in_words};
pub use files::{
    MANIFEST, WorkspaceFiles, find_root, others, read, read_what_is_there, relative, text, utf8,
};

use std::io;
use std::path::{Path, PathBuf};

/// Files and the environment.
pub trait World: Sync {
    /// The folder that commands start from.
    fn current_folder(&self) -> io::Result<PathBuf>;

    /// The files and links below a folder, in the order of their paths; hidden folders and what `skip` names are left
    /// out.
    ///
    /// # Errors
    /// A folder can't be read.
    fn list(&self, folder: &Path, skip: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// It can't be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// At most so many bytes of a file, from its beginning.
    ///
    /// # Errors
    /// It can't be read.
    fn beginning(&self, path: &Path, bytes: u64) -> io::Result<Vec<u8>>;

    /// Whether there is such a file or folder.
    fn exists(&self, path: &Path) -> bool;

    /// Makes all the changes, or none: new contents stand beside the old ones until every one of them is written.
    ///
    /// # Errors
    /// One of them can't be made; then all is as before, unless the error says otherwise.
    fn change(&self, changes: &[Change]) -> io::Result<()>;

    /// The files of one folder, hidden ones too, in no order.
    ///
    /// # Errors
    /// It can't be read.
    fn stored(&self, folder: &Path) -> io::Result<Vec<Stored>>;

    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// What tells this build of the command from others: nothing that two of them have in common.
    fn build_stamp(&self) -> Option<String>;
}

/// A file that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was written.
    pub modified: std::time::SystemTime,
}

/// A change to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has this content; folders on the way are made.
    Write(PathBuf, Vec<u8>),
    /// It is gone.
    Delete(PathBuf),
}
