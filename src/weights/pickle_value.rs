//! The values on the stack of a pickle, and the memory that they need once created.

use std::rc::Rc;

use super::error::Refusal;
use super::pickle_calls::is_harmless;

/// Bytes that the reader is assumed to need for every value, in addition to text.
pub(super) const NODE: u64 = 128;
/// Limit in bytes for the memory of all pickles of a file; those of a large network take some
/// megabytes.
const MAX_MEMORY: u64 = 512 << 20;
/// Limit in bytes for the full names of all tensors.
const MAX_NAMES: u64 = 64 << 20;

/// The remaining memory for the pickles of one file.
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

/// The memory of a value once it is created.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub bytes: u64,
    /// Upper bound of the number of tensors.
    pub tensors: u64,
    /// Bytes of their names, relative to this value.
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

    /// The cost below a key of `bytes` bytes.
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
    /// Index of its copy in the memo.
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

/// Refuses the call of a function that is not known to be harmless.
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

/// The cost of all `items`.
pub(super) fn total(items: &[Value]) -> Cost {
    (items.iter().map(|item| item.cost)).fold(Cost::default(), Cost::and)
}

/// The cost of a tuple or list. Two items may be a key with its value, as in an `OrderedDict`;
/// otherwise items are named by their positions.
pub(super) fn sequence(items: &[Value]) -> Cost {
    match items.len() {
        2 => pair(items),
        _ => total(items).under(20),
    }
}

/// The cost of a key with its value.
pub(super) fn pair(items: &[Value]) -> Cost {
    let key = items.first().map_or(0, Value::key_bytes);
    total(items).under(key.max(20))
}

/// Refuses `value` if the names of its tensors take too much memory.
pub(super) fn check_names(value: &Value) -> Result<(), Refusal> {
    match value.cost.names {
        names if names > MAX_NAMES => Err(Refusal::Excessive(format!(
            "the names of its tensors take {names} bytes, at most {MAX_NAMES} are read"
        ))),
        _ => Ok(()),
    }
}
