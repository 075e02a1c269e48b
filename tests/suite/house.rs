//! The order of the house: rooms that use only rooms before them, files without circles, and a
//! kernels crate that knows nothing of this program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of the longest source file that a newcomer still finishes reading.
const LONGEST: usize = 450;

/// A source file without its tests.
struct Source {
    /// Relative to the package.
    path: PathBuf,
    /// Below the crate: `["data", "sources", "folder"]`.
    module: Vec<String>,
    lines: usize,
    /// Line number, from 1, and path of each name used: `["crate", "pixels", "ImageShape"]`.
    uses: Vec<(usize, Vec<String>)>,
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below `folder`, sorted.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The sources below `root`, without files of tests.
fn sources(root: &str) -> Vec<Source> {
    let root = package().join(root);
    let of_tests = |file: &PathBuf| {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        path.iter().any(|part| part == "tests" || part == "main")
    };
    let mut files = rust_files(&root);
    files.retain(|file| !of_tests(file));
    files.iter().map(|file| source(file, &root)).collect()
}

fn source(file: &Path, root: &Path) -> Source {
    let below = file.strip_prefix(root).unwrap().with_extension("");
    let mut module: Vec<String> = (below.iter())
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        module.pop();
    }
    let text = fs::read_to_string(file).unwrap();
    let code = &text[..start_of_tests(&text).unwrap_or(text.len())];
    Source {
        path: file.strip_prefix(package()).unwrap().to_path_buf(),
        lines: text.lines().count(),
        uses: uses(code, &module),
        module,
    }
}

/// Where the module of tests begins that stands in the file itself.
fn start_of_tests(text: &str) -> Option<usize> {
    let attributes = text.match_indices("#[cfg(test)]\n");
    let mut blocks = attributes.filter(|(at, attribute)| {
        let next = text[at + attribute.len()..].lines().next();
        next.is_some_and(|line| line.contains("mod ") && line.ends_with('{'))
    });
    blocks.next().map(|(at, _)| at)
}

/// The names that `code` takes by a path that starts with `crate` or `super`.
fn uses(code: &str, module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$' | '`')) {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let is_comment = (code.lines().nth(line - 1))
                .is_some_and(|text| text.trim_start().starts_with("//"));
            if !is_comment {
                let paths = expand(&code[at..]);
                found.extend(paths.into_iter().map(|path| (line, absolute(path, module))));
            }
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`; ends where the path does.
fn expand(text: &str) -> Vec<Vec<String>> {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
        .unwrap_or(text.len());
    let head: Vec<String> = (text[..end].split("::"))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    if !text[end..].starts_with('{') || !text[..end].ends_with("::") {
        return vec![head];
    }
    let mut paths = Vec::new();
    let (mut depth, mut start) = (0, end + 1);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < end) {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 1 => {
                let item = text[start..at].trim();
                let inner = expand(item).into_iter();
                paths.extend(
                    (inner.filter(|path| !path.is_empty()))
                        .map(|path| [head.clone(), path].concat()),
                );
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    paths
}

/// `path` from the crate's root on, without `crate`.
fn absolute(path: Vec<String>, module: &[String]) -> Vec<String> {
    let up = path.iter().take_while(|part| *part == "super").count();
    match up {
        0 => path[1..].to_vec(),
        _ => {
            let base = &module[..module.len().saturating_sub(up)];
            [base, &path[up..]].concat()
        }
    }
}

/// The rooms as the front page lists them: lines that start with ``//! - [`name`]``.
fn rooms() -> Vec<String> {
    let text = fs::read_to_string(package().join("src/lib.rs")).unwrap();
    let listed = text.lines().filter_map(|line| {
        let name = line.strip_prefix("//! - [`")?.split('`').next()?;
        Some(name.to_owned())
    });
    listed.collect()
}

#[test]
fn the_front_page_lists_every_room() {
    let text = fs::read_to_string(package().join("src/lib.rs")).unwrap();
    let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
    let declared = code.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let declared: BTreeSet<String> = declared.map(str::to_owned).collect();
    let listed: BTreeSet<String> = rooms().into_iter().collect();
    assert_eq!(listed, declared);
}

#[test]
fn every_room_uses_only_rooms_before_it() {
    let rooms = rooms();
    let place = |room: &String| rooms.iter().position(|other| other == room);
    let mut wrong = Vec::new();
    for source in sources("src") {
        let Some(own) = source.module.first().and_then(place) else {
            continue;
        };
        for (line, path) in &source.uses {
            if let Some(used) = path.first().and_then(place)
                && used > own
            {
                wrong.push(format!(
                    "{}:{line}: {} comes before {} and may not use it",
                    source.path.display(),
                    rooms[own],
                    rooms[used],
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    for root in ["src", "crates/kernels/src"] {
        let sources = sources(root);
        let by_module: BTreeMap<&[String], usize> = (sources.iter().enumerate())
            .map(|(at, source)| (source.module.as_slice(), at))
            .collect();
        // A parent's re-exports are not its own; who uses them uses the file they come from.
        let used = |source: &Source| -> BTreeMap<usize, usize> {
            let targets = source.uses.iter().filter_map(|(line, path)| {
                let longest = (1..=path.len()).rev();
                let mut files = longest.filter_map(|len| by_module.get(&path[..len]));
                let target = *files.next()?;
                let ancestor = source.module.starts_with(&sources[target].module);
                let descendant = sources[target].module.starts_with(&source.module);
                (!ancestor && !descendant).then_some((target, *line))
            });
            targets.collect()
        };
        let arrows: Vec<BTreeMap<usize, usize>> = sources.iter().map(used).collect();
        let mut circles = Vec::new();
        for start in 0..sources.len() {
            let mut reached = BTreeSet::new();
            let mut open: Vec<usize> = arrows[start].keys().copied().collect();
            while let Some(at) = open.pop() {
                if reached.insert(at) {
                    open.extend(arrows[at].keys());
                }
            }
            if reached.contains(&start) {
                let back = arrows[start].iter().map(|(target, line)| {
                    format!("{} (line {line})", sources[*target].path.display())
                });
                let back = back.collect::<Vec<_>>().join(", ");
                circles.push(format!("{} uses {back}", sources[start].path.display()));
            }
        }
        assert!(
            circles.is_empty(),
            "in circles, of which some of these arrows are part:\n{}",
            circles.join("\n")
        );
    }
}

#[test]
fn the_kernels_crate_knows_nothing_of_this_program() {
    let folder = package().join("crates/kernels");
    let mut files = rust_files(&folder);
    files.extend(["Cargo.toml", "README.md"].map(|name| folder.join(name)));
    for file in files {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        assert!(!text.contains("convlab"), "{}", file.display());
    }
}

#[test]
fn no_source_file_is_too_long_to_read() {
    for root in ["src", "crates"] {
        for file in rust_files(&package().join(root)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= LONGEST, "{}: {lines} lines", file.display());
        }
    }
    let mut lines: Vec<usize> = sources("src").iter().map(|source| source.lines).collect();
    lines.sort_unstable();
    assert!(lines[lines.len() / 2] <= 150, "the median is too high");
    let main = fs::read_to_string(package().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 60);
}
