//! What earlier checks found and earlier builds proved, by the content that they were made of.
//!
//! Only the checker's findings with their places, and what was proved, are kept: the files are read and compiled each time. What can't be
//! read, is cut off or was made by another build of gloo is as if it weren't there, and what can't be written is
//! nobody's problem: a cache may be deleted at any time. It is as trustworthy as whoever may write its folder.

use crate::hash::sha256;
use crate::world::{Change, Stored, World};
use gloo_source::{Diagnostic, Place, Sources};
use gloo_target::ClusterOutput;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// So many checks are remembered.
const MOST_ENTRIES: usize = 64;
/// So many bytes are kept in all; what is larger by itself is not kept.
const MOST_BYTES: u64 = 32 << 20;

/// The folder that remembers.
pub struct Cache<'w> {
    world: &'w dyn World,
    folder: PathBuf,
    /// What tells this build of gloo from all others.
    build: String,
}

impl<'w> Cache<'w> {
    /// The user's cache; `None` if there is no folder for it, or nothing that tells this build from others.
    pub fn of_user(world: &'w dyn World) -> Option<Self> {
        let absolute = |name: &str| world.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
        let build = format!("{} {}", env!("CARGO_PKG_VERSION"), world.build_stamp()?);
        Some(Self { world, folder: base.join("gloo/findings"), build })
    }

    /// What was found about these files by what is called `asked`, or else what `find` finds now.
    pub fn findings(
        &self,
        sources: &Sources,
        asked: &str,
        find: impl FnOnce() -> Vec<Diagnostic<Place>>,
    ) -> Vec<Diagnostic<Place>> {
        let path = self.folder.join(self.key(sources, asked));
        if let Some(found) = self.read(&path) {
            return found;
        }
        let found = find();
        self.write(&path, &found);
        found
    }

    /// How many kinds of requests were looked at when this output was proved to mean what these files say, if it was.
    /// `asked` tells for which target.
    pub fn proved(&self, sources: &Sources, asked: &str, output: &ClusterOutput) -> Option<usize> {
        self.read(&self.folder.join(self.proof_key(sources, asked, output)))
    }

    /// Remembers that this output was proved to mean what these files say.
    pub fn note_proved(&self, sources: &Sources, asked: &str, output: &ClusterOutput, regions: usize) {
        self.write(&self.folder.join(self.proof_key(sources, asked, output)), &regions);
    }

    fn proof_key(&self, sources: &Sources, asked: &str, output: &ClusterOutput) -> String {
        let program = self.key(sources, asked);
        let mut parts = vec![b"proof".as_slice(), program.as_bytes()];
        parts.extend(output.files.iter().flat_map(|file| [file.path.as_bytes(), file.text.as_bytes()]));
        sha256(parts)
    }

    /// A name for these files, this question and this build.
    fn key(&self, sources: &Sources, asked: &str) -> String {
        let files = sources.iter().flat_map(|(_, file)| [file.path.as_bytes(), file.text.as_bytes()]);
        sha256([self.build.as_bytes(), asked.as_bytes()].into_iter().chain(files))
    }

    fn read<T: DeserializeOwned>(&self, path: &Path) -> Option<T> {
        if !self.world.exists(path) {
            return None;
        }
        let content = self.world.read(path).ok()?;
        let end = content.iter().position(|byte| *byte == b'\n')?;
        let (sum, list) = content.split_at_checked(end + 1)?;
        if sum.trim_ascii_end() != sha256([list]).as_bytes() {
            return None;
        }
        serde_json::from_slice(list).ok()
    }

    fn write<T: Serialize>(&self, path: &Path, found: &T) {
        let Ok(list) = serde_json::to_vec(found) else { return };
        let content = [sha256([&*list]).as_bytes(), b"\n", &list].concat();
        let size = content.len() as u64;
        if size > MOST_BYTES {
            return;
        }
        let mut changes = self.outdated(size);
        changes.push(Change::Write(path.to_path_buf(), content));
        let _ = self.world.change(&changes);
    }

    /// What has to go, the oldest first, so that there is room for one more of that size.
    fn outdated(&self, size: u64) -> Vec<Change> {
        if !self.world.exists(&self.folder) {
            return Vec::new();
        }
        let mut stored = self.world.stored(&self.folder).unwrap_or_default();
        stored.sort_by_key(|file| std::cmp::Reverse(file.modified));
        let (mut entries, mut bytes) = (1, size);
        let is_too_much = |file: &Stored| {
            entries += 1;
            bytes += file.bytes;
            entries > MOST_ENTRIES || bytes > MOST_BYTES
        };
        let kept = stored.iter().position(is_too_much).unwrap_or(stored.len());
        stored.into_iter().skip(kept).map(|file| Change::Delete(file.path)).collect()
    }
}
