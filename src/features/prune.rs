//! Removes the features that were not used for longest when there are too many.

use std::fs::{self, DirEntry, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::EXTENSION;

/// Bytes of all kept features, at most: 16 GiB.
const MOST: u64 = 16 << 30;

/// Marks a file as used now. On a file system without modification times the order is arbitrary.
pub fn used(path: &Path) {
    let _ = File::options()
        .append(true)
        .open(path)
        .and_then(|file| file.set_modified(SystemTime::now()));
}

/// Removes the files of `folder` that were not used for longest until at most [`MOST`] bytes are
/// left. Those used since `started` stay, and so do those that cannot be removed, which is tried
/// again the next time.
pub fn prune(folder: &Path, started: SystemTime) {
    prune_to(MOST, folder, started);
}

fn prune_to(most: u64, folder: &Path, started: SystemTime) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| facts(&entry)).collect();
    files.sort_by_key(|(used, ..)| *used);
    let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (used, size, path) in files {
        if bytes <= most || used >= started {
            return;
        }
        if fs::remove_file(path).is_ok() {
            bytes -= size;
        }
    }
}

/// When a file of features was used, its size, and its path.
fn facts(entry: &DirEntry) -> Option<(SystemTime, u64, PathBuf)> {
    let path = entry.path();
    let metadata = entry.metadata().ok()?;
    let kept = path.extension()? == EXTENSION && metadata.is_file();
    kept.then_some((metadata.modified().ok()?, metadata.len(), path))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, hours) in [("a", 5), ("b", 4), ("c", 3), ("d", 2)] {
            let path = path(&format!("{name}.features"));
            fs::write(&path, [0; 100]).unwrap();
            let then = SystemTime::now() - Duration::from_secs(3600 * hours);
            File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(then))
                .unwrap();
        }
        fs::write(path("notes.txt"), [0; 500]).unwrap();
        let started = SystemTime::now() - Duration::from_secs(60);
        used(&path("b.features"));
        let left = || {
            let names = ["a", "b", "c", "d"];
            let names = names
                .iter()
                .filter(|name| path(&format!("{name}.features")).exists());
            names.copied().collect::<String>()
        };
        prune_to(400, folder.path(), started);
        assert_eq!(left(), "abcd");
        prune_to(300, folder.path(), started);
        assert_eq!(left(), "bcd");
        prune_to(0, folder.path(), started);
        assert_eq!(left(), "b");
        assert!(path("notes.txt").exists());
    }
}
