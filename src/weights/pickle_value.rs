//! The values on the stack of a pickle, and what they take in memory once they are made.

use std::rc::Rc;

use super::error::Refusal;
use super::pickle_calls::is_harmless;

/// Bytes the reader is assumed to keep for every value, besides text.
pub(super) const NODE: u64 = 128;
/// Bytes that all pickles of a file may take in memory; those of a large network take some
/// megabytes.
const MAX_MEMORY: u64 = 512 << 20;
/// Bytes that the full names of all tensors may take.
const MAX_NAMES: u64 = 64 << 20;

/// What is left of the memory that the pickles of one file may take.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Budget {
    pub fn new() -> Self {
        Self(MAX_MEMORY)
    }

    pub fn left(&self) -> u64 {
        self.0
    }

    /// # Errors
    /// Less than `bytes` are left.
    pub fn take(&mut self, bytes: u64) -> Result<(), Refusal> {
        let left = self.0.checked_sub(bytes).ok_or_else(|| {
            let limit = MAX_MEMORY >> 20;
            Refusal::Excessive(format!(
                "its pickle describes objects of more than {limit} MiB, besides the values of the tensors"
            ))
        })?;
        self.0 = left;
        Ok(())
    }
}

/// What a value takes once it is made.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub bytes: u64,
    /// Tensors, at most.
    pub tensors: u64,
    /// Bytes of their names below this value.
    pub names: u64,
}

impl Cost {
    pub fn and(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            tensors: self.tensors.saturating_add(other.tensors),
            names: self.names.saturating_add(other.names),
        }
    }

    /// Under a key of `bytes` bytes.
    fn under(self, bytes: u64) -> Self {
        let prefixes = self.tensors.saturating_mul(bytes.saturating_add(1));
        Self {
            names: self.names.saturating_add(prefixes),
            ..self
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Text(Rc<str>),
    /// `module.name`.
    Global(Rc<str>),
    Other,
}

#[derive(Debug, Clone)]
pub(super) struct Value {
    pub content: Content,
    pub cost: Cost,
    /// Where a copy of it is kept.
    pub memo: Option<u32>,
}

impl Value {
    fn key_bytes(&self) -> u64 {
        match &self.content {
            Content::Text(text) => text.len() as u64,
            Content::Global(_) | Content::Other => 20,
        }
    }
}

/// Refuses the call of what is not known to be harmless.
pub(super) fn check_call(callable: &Value) -> Result<(), Refusal> {
    match &callable.content {
        Content::Global(name) if is_harmless(name) => Ok(()),
        Content::Global(name) => Err(Refusal::Code(name.to_string())),
        Content::Text(_) | Content::Other => {
            let computed = "something that the pickle computes first";
            Err(Refusal::Code(computed.to_owned()))
        }
    }
}

/// What `items` take together.
pub(super) fn total(items: &[Value]) -> Cost {
    (items.iter().map(|item| item.cost)).fold(Cost::default(), Cost::and)
}

/// Of a tuple or list. One of two items may be a key with its value, as `OrderedDict` takes them;
/// items have their positions for names otherwise.
pub(super) fn sequence(items: &[Value]) -> Cost {
    match items.len() {
        2 => pair(items),
        _ => total(items).under(20),
    }
}

/// Of a key with its value.
pub(super) fn pair(items: &[Value]) -> Cost {
    let key = items.first().map_or(0, Value::key_bytes);
    total(items).under(key.max(20))
}

/// Refuses `value` where the names of its tensors take too much.
pub(super) fn check_names(value: &Value) -> Result<(), Refusal> {
    match value.cost.names {
        names if names > MAX_NAMES => Err(Refusal::Excessive(format!(
            "the names of its tensors take {names} bytes, at most {MAX_NAMES} are read"
        ))),
        _ => Ok(()),
    }
}
