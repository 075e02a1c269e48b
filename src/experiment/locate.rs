//! Whether the file or an override caused a problem.

use super::document::Document;
use super::error::ConfigError;
use super::overrides::{Override, quoted};
use super::problem::Problem;

/// Attributes `problem` to the override that set one of its keys, else to the file; an override of
/// another key in the same section comes last.
pub fn locate(problem: Problem, document: &Document, overrides: &[Override]) -> ConfigError {
    let of_key = |key: &String| {
        (overrides.iter().rev()).find(|given| within(given.key, key) || within(key, given.key))
    };
    if let Some(given) = problem.keys.iter().find_map(of_key) {
        return problem.in_place(quoted(given.text));
    }
    let in_section =
        |given: &&Override| (problem.keys.iter()).any(|key| section(key) == section(given.key));
    match overrides.iter().rev().find(in_section) {
        Some(given) if document.find(&problem.keys).is_none() => {
            problem.in_place(quoted(given.text))
        }
        _ => document.at(problem),
    }
}

fn section(key: &str) -> Option<&str> {
    key.split('.').next()
}

/// Whether `key` is `whole` or a part of it, as `a.b` and `a[1]` are parts of `a`.
fn within(key: &str, whole: &str) -> bool {
    key.strip_prefix(whole)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
