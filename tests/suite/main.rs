//! Drives the program as its users do.

mod augmentation;
mod by_hand;
mod configs;
mod data;
mod guide;
mod house;
mod inspect;
mod library;
mod mistakes;
mod prepare;
mod published_weights;
mod real_data;
mod reference;
mod report;
mod resume;
mod training;
mod transfer;
mod using;
mod versions;
#[cfg(feature = "wgpu")]
mod wgpu;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// An empty folder to work in, and the program.
struct Workplace {
    folder: TempDir,
}

/// A small, quick training on drawn images.
const QUICK: &[&str] = &[
    "model.name=dense",
    "data.train_images=300",
    "data.test_images=100",
    "training.epochs=2",
];

impl Workplace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The program in this folder, on a CPU backend, away from the user's own data.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_convlab"));
        command.current_dir(self.folder.path());
        command
            .env_remove("CONVLAB_DATA")
            .env_remove("CONVLAB_WEIGHTS")
            .env("CONVLAB_CACHE", self.path("cache/convlab"))
            .env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    /// Runs the program; a panic is a failure, whatever was expected.
    fn run(&self, args: &[&str]) -> Output {
        let output = self.command().args(args).output().unwrap();
        let errors = stderr(&output);
        assert!(!errors.contains("panicked"), "{args:?} panicked:\n{errors}");
        output
    }

    /// Runs the program and expects it to succeed; gives its stdout.
    fn succeed(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(
            output.status.success(),
            "{args:?} failed:\n{}",
            stderr(&output)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the program and expects it to refuse with exit status 2; gives its stderr.
    fn refuse(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = stderr(&output);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?} ended with:\n{errors}"
        );
        errors
    }

    /// Trains as `name` with `settings`.
    fn train(&self, name: &str, settings: &[&str]) -> PathBuf {
        let mut args = vec![
            "train",
            "--ui",
            "none",
            "--no-report",
            "--name",
            name,
            "--device",
            CPU,
        ];
        args.extend(settings);
        self.succeed(&args);
        self.path("artifacts").join(name)
    }
}

/// The CPU backend under test.
const CPU: &str = if cfg!(feature = "ndarray") {
    "ndarray"
} else {
    "flex"
};

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The history without the columns that tell how long it took.
fn history(run: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(run.join("history.csv")).unwrap();
    text.lines()
        .map(|line| line.split(',').take(6).map(String::from).collect())
        .collect()
}

fn weights(run: &Path) -> Vec<u8> {
    fs::read(run.join("model.safetensors")).unwrap()
}
