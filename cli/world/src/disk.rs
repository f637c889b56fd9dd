//! The machine's own files.

use crate::{Change, Stored, World};
use std::io;
use std::path::{Path, PathBuf};

/// The machine's own files.
pub struct Disk;

impl World for Disk {
    fn current_folder(&self) -> io::Result<PathBuf> {
        std::env::current_dir()
    }

    fn list(&self, folder: &Path, skip: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).map_err(|error| at(&folder, &error))? {
                let entry = entry.map_err(|error| at(&folder, &error))?;
                let path = entry.path();
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if hidden || skip(&path) {
                    continue;
                }
                // A link to a folder is not followed: it could lead out of the workspace, or in a circle.
                if entry.file_type().map_err(|error| at(&path, &error))?.is_dir()
                    && path.extension().is_none_or(|extension| extension != "gloo")
                {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path).map_err(|error| at(path, &error))
    }

    fn beginning(&self, path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
        let file = std::fs::File::open(path).map_err(|error| at(path, &error))?;
        let mut beginning = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, bytes), &mut beginning)
            .map_err(|error| at(path, &error))?;
        Ok(beginning)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn change(&self, changes: &[Change]) -> io::Result<()> {
        let mut ready = Vec::new();
        for change in changes {
            if let Change::Write(path, content) = change {
                let folder = path.parent().unwrap_or(Path::new("."));
                std::fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
                let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| at(folder, &error))?;
                io::Write::write_all(&mut file, content).map_err(|error| at(path, &error))?;
                keep_mode(file.as_file(), path).map_err(|error| at(path, &error))?;
                if path.is_dir() {
                    return Err(at(
                        path,
                        &io::Error::other("a folder stands where the file is to be written"),
                    ));
                }
                // Closed, since a build can have more files than a process may have open.
                ready.push((file.into_temp_path(), path));
            }
        }
        for (file, path) in ready {
            file.persist(path).map_err(|error| at(path, &error.error))?;
        }
        for change in changes {
            if let Change::Delete(path) = change {
                std::fs::remove_file(path).map_err(|error| at(path, &error))?;
            }
        }
        Ok(())
    }

    fn stored(&self, folder: &Path) -> io::Result<Vec<Stored>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|error| at(folder, &error))? {
            let entry = entry.map_err(|error| at(folder, &error))?;
            // Another process may have deleted it meanwhile.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_file() {
                let modified = metadata.modified()?;
                files.push(Stored { path: entry.path(), bytes: metadata.len(), modified });
            }
        }
        Ok(files)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn build_stamp(&self) -> Option<String> {
        // Reading all of the executable would take longer than most checks.
        let metadata = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
        let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{} bytes of {}", metadata.len(), modified.as_nanos()))
    }
}

/// The mode that a new file gets: that of the file which it replaces, else what everybody may read.
fn keep_mode(file: &std::fs::File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::metadata(path)
        .map_or_else(|_| std::fs::Permissions::from_mode(0o644), |metadata| metadata.permissions());
    file.set_permissions(permissions)
}

/// The error with the path that it speaks of.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {}", path.display(), in_words(error)))
}

/// What an error of the system means, and what can be done.
pub fn in_words(error: &io::Error) -> String {
    use io::ErrorKind::{
        InvalidFilename, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
        StorageFull,
    };
    let words = match error.kind() {
        NotFound => "there is no such file or folder",
        PermissionDenied => "permission denied: `ls -ld` shows who may read and write it",
        IsADirectory => "it is a folder, and a file is wanted: rename it or move it away",
        NotADirectory => "a part of the path is a file, and a folder is wanted",
        StorageFull => "the disk is full",
        ReadOnlyFilesystem => "the file system is read-only",
        InvalidFilename => "the name is too long",
        _ => return error.to_string(),
    };
    words.to_owned()
}
