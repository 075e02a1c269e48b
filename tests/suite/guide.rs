//! The README and the guide can be followed: their commands work on a machine with no data and no
//! network, and their links lead somewhere.
//!
//! In a fenced block tagged `sh`, every line is run. A word after it says why a block is not:
//! `network` (it downloads), `own-files` (it needs the reader's files), `checkout` (it builds), or
//! `install`.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Words after `sh` for blocks that are not run.
const NOT_RUN: &[&str] = &["network", "own-files", "checkout", "install"];

/// A fenced block of a page.
struct Block {
    /// Line of the page that opens it, from 1.
    line: usize,
    /// The words after the fence, e.g. `sh network`.
    info: Vec<String>,
    text: String,
}

impl Block {
    fn is_shell(&self) -> bool {
        self.info.first().is_some_and(|word| word == "sh")
    }

    fn is_run(&self) -> bool {
        self.is_shell() && self.info.len() == 1
    }

    fn has_command(&self) -> bool {
        let lines = self.text.lines().map(str::trim_start);
        let mut lines = lines.map(|line| line.strip_prefix("$ ").unwrap_or(line));
        lines.any(|line| line.split(' ').next() == Some("convlab"))
    }

    /// The lines without comments, which a translation changes.
    fn commands(&self) -> Vec<&str> {
        let lines = self.text.lines();
        let lines = lines.map(|line| line.split("  #").next().unwrap_or(line).trim_end());
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect()
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    fs::read_to_string(package().join(page)).unwrap()
}

/// The Markdown files below `folder`, as paths from the package.
fn markdown_below(folder: &str) -> BTreeSet<String> {
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(package().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            pages.extend(markdown_below(&path));
        } else if path.ends_with(".md") {
            pages.insert(path);
        }
    }
    pages
}

/// The README and everything in `docs/`.
fn pages() -> BTreeSet<String> {
    let mut pages = markdown_below("docs");
    pages.insert("README.md".into());
    pages
}

/// The page that `page` translates: `docs/guide/x.md` for `docs/guide/id/x.md`.
fn original(page: &str) -> Option<String> {
    let (_language, name) = page.strip_prefix("docs/guide/")?.split_once('/')?;
    Some(format!("docs/guide/{name}"))
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, number) in text.lines().zip(1..) {
        match (line.trim_start().strip_prefix("```"), open.as_mut()) {
            (Some(info), None) => {
                open = Some(Block {
                    line: number,
                    info: info.split_whitespace().map(str::to_owned).collect(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// Runs the blocks of `page` in order, in an empty folder, with `convlab` on the path and no way
/// to the network.
#[cfg(unix)]
fn follow(page: &str) {
    let place = Workplace::new();
    let (bin, folder) = (place.path("bin"), place.path("folder"));
    for folder in [&bin, &folder] {
        fs::create_dir(folder).unwrap();
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_convlab"), bin.join("convlab")).unwrap();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&others);
    let path = std::env::join_paths(std::iter::once(bin).chain(others)).unwrap();
    for block in blocks(&read(page)).iter().filter(|block| block.is_run()) {
        let mut shell = Command::new("sh");
        shell
            .args(["-e", "-c", &block.text])
            .current_dir(&folder)
            .env("PATH", &path)
            .env("HOME", place.path("home"))
            .env("XDG_CACHE_HOME", place.path("cache"));
        for variable in ["CONVLAB_DATA", "CONVLAB_WEIGHTS", "CONVLAB_CACHE"] {
            shell.env_remove(variable);
        }
        for variable in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
            shell.env(variable, "http://127.0.0.1:9");
        }
        let output = shell.output().unwrap();
        let errors = stderr(&output);
        assert!(
            output.status.success() && !errors.contains("panicked"),
            "{page}, block in line {}:\n{}\n{errors}",
            block.line,
            block.text
        );
    }
}

/// Declares a test for each page with commands that are run.
macro_rules! followed {
    ($($test:ident: $page:literal;)+) => {
        const FOLLOWED: &[&str] = &[$($page),+];
        $(
            #[cfg(unix)]
            #[test]
            fn $test() {
                follow($page);
            }
        )+
    };
}

followed! {
    the_readme_can_be_followed: "README.md";
    augmentation_can_be_followed: "docs/guide/augmentation.md";
    the_configuration_reference_can_be_followed: "docs/guide/configuration.md";
    continuous_integration_can_be_followed: "docs/guide/continuous-integration.md";
    convolution_and_pooling_can_be_followed: "docs/guide/convolution-and-pooling.md";
    data_sets_can_be_followed: "docs/guide/data-sets.md";
    the_first_network_can_be_followed: "docs/guide/first-network.md";
    the_plan_for_teachers_can_be_followed: "docs/guide/for-teachers.md";
    looking_inside_can_be_followed: "docs/guide/looking-inside.md";
    measuring_honestly_can_be_followed: "docs/guide/measuring-honestly.md";
    networks_can_be_followed: "docs/guide/networks.md";
    preparing_images_can_be_followed: "docs/guide/preparing-images.md";
    transfer_learning_can_be_followed: "docs/guide/transfer-learning.md";
}

#[test]
fn every_page_with_commands_is_followed() {
    let mut with_commands = pages();
    with_commands
        .retain(|page| original(page).is_none() && blocks(&read(page)).iter().any(Block::is_run));
    let followed: BTreeSet<String> = FOLLOWED.iter().map(|&page| page.to_owned()).collect();
    assert_eq!(with_commands, followed);
}

#[test]
fn every_block_of_commands_is_run_or_says_why_not() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in blocks(&read(&page)) {
            let mut reasons = block.info.iter().skip(1);
            let tagged = match block.is_shell() {
                true => reasons.all(|word| NOT_RUN.contains(&word.as_str())),
                false => !block.has_command(),
            };
            if !tagged {
                wrong.push(format!("{page}:{}: {:?}", block.line, block.info));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "tag these blocks `sh`, followed by one of {NOT_RUN:?} if they cannot be run:\n{}",
        wrong.join("\n")
    );
}

/// Their blocks are not run, so they must be those of the page that is.
#[test]
fn a_translation_has_the_commands_of_its_original() {
    for page in pages() {
        let Some(original) = original(&page) else {
            continue;
        };
        let (translated, text) = (read(&page), read(&original));
        let (translated, text) = (blocks(&translated), blocks(&text));
        let commands = |blocks: &[Block]| -> Vec<(Vec<String>, Vec<String>)> {
            let shell = blocks.iter().filter(|block| block.is_shell());
            shell
                .map(|block| {
                    let commands = block.commands().into_iter().map(str::to_owned);
                    (block.info.clone(), commands.collect())
                })
                .collect()
        };
        assert_eq!(commands(&translated), commands(&text), "{page}");
    }
}

/// `text` without fenced blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchors of the headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.replace(' ', "-");
            kept.chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
                .collect()
        })
        .collect()
}

/// The targets of the links in `text`, without those to other sites.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose
        .match_indices("](")
        .filter_map(|(at, opening)| prose[at + opening.len()..].split(')').next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut pages = pages();
    let others = [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "benches/peers/README.md",
        "crates/kernels/README.md",
        "tests/reference/README.md",
    ];
    pages.extend(others.map(str::to_owned));
    let mut headings: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let mut broken = Vec::new();
    for page in &pages {
        let path = package().join(page);
        for link in links(&read(page)) {
            let (file, anchor) = match link.split_once('#') {
                Some((file, anchor)) => (file, Some(anchor)),
                None => (link.as_str(), None),
            };
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            let found = target.exists()
                && anchor.is_none_or(|anchor| {
                    let known = headings.entry(target.clone()).or_insert_with(|| {
                        anchors(&fs::read_to_string(&target).unwrap_or_default())
                    });
                    known.contains(anchor)
                });
            if !found {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_example_names_weights_that_can_be_downloaded() {
    for entry in fs::read_dir(package().join("configs")).unwrap() {
        let path = entry.unwrap().path();
        let config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let weights = config.get("model").and_then(|model| model.get("weights"));
        let weights = weights.and_then(toml::Value::as_str).unwrap_or_default();
        // A published name, not a file of somebody's.
        assert!(!weights.contains(['.', '/']), "{}", path.display());
    }
}
