//! The stack of the pickle machine, with its marks and its memo.

use std::collections::HashMap;

use super::error::Refusal;
use super::pickle_value::{Budget, Content, Cost, NODE, Value};

/// Values above an open mark belong to it: only an instruction that closes the mark reaches below.
#[derive(Debug, Default)]
pub(super) struct Stack {
    values: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

impl Stack {
    /// Pushes a value that takes `bytes` in addition to the cost of every value.
    pub fn push(&mut self, content: Content, bytes: u64) {
        let cost = Cost {
            bytes: bytes.saturating_add(NODE),
            ..Cost::default()
        };
        let memo = None;
        self.values.push(Value {
            content,
            cost,
            memo,
        });
    }

    /// Pushes an opaque value made from values of total `cost`.
    pub fn push_costing(&mut self, cost: Cost) {
        let bytes = cost.bytes.saturating_add(NODE);
        self.values.push(Value {
            content: Content::Other,
            cost: Cost { bytes, ..cost },
            memo: None,
        });
    }

    pub fn push_tensor(&mut self) {
        self.push_costing(Cost {
            tensors: 1,
            ..Cost::default()
        });
    }

    pub fn mark(&mut self) {
        self.marks.push(self.values.len());
    }

    pub fn pop(&mut self) -> Result<Value, Refusal> {
        match self.is_mark_on_top() {
            true => Err(missing()),
            false => self.values.pop().ok_or_else(missing),
        }
    }

    /// Pops the `count` topmost values, the topmost last.
    pub fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Refusal> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let rest = self.values.len().checked_sub(count);
        let rest = rest.filter(|&rest| rest >= floor).ok_or_else(missing)?;
        Ok(self.values.split_off(rest))
    }

    /// Pops all values above the last mark, and the mark.
    pub fn pop_to_mark(&mut self) -> Result<Vec<Value>, Refusal> {
        let mark = self.marks.pop().ok_or_else(missing)?;
        Ok(self.values.split_off(mark))
    }

    pub fn pop_value_or_mark(&mut self) -> Result<(), Refusal> {
        match self.is_mark_on_top() {
            true => drop(self.marks.pop()),
            false => drop(self.pop()?),
        }
        Ok(())
    }

    pub fn top(&mut self) -> Result<&mut Value, Refusal> {
        match self.is_mark_on_top() {
            true => Err(missing()),
            false => self.values.last_mut().ok_or_else(missing),
        }
    }

    fn is_mark_on_top(&self) -> bool {
        self.marks.last() == Some(&self.values.len())
    }

    pub fn duplicate(&mut self, budget: &mut Budget) -> Result<(), Refusal> {
        let copy = self.top()?.clone();
        budget.take(copy.cost.bytes)?;
        self.values.push(copy);
        Ok(())
    }

    /// Stores a copy of the topmost value in the memo, at `slot` or at the next index.
    pub fn remember(&mut self, slot: Option<u64>, budget: &mut Budget) -> Result<(), Refusal> {
        let slot = slot.unwrap_or(self.memo.len() as u64);
        let slot = u32::try_from(slot).map_err(|_| missing())?;
        self.top()?.memo = Some(slot);
        self.refresh(budget)
    }

    /// Updates the copy of the topmost value in the memo, if there is one.
    pub fn refresh(&mut self, budget: &mut Budget) -> Result<(), Refusal> {
        let copy = self.top()?.clone();
        if let Some(slot) = copy.memo {
            budget.take(copy.cost.bytes)?;
            self.memo.insert(slot, copy);
        }
        Ok(())
    }

    /// Pushes the copy at `slot` of the memo.
    pub fn recall(&mut self, slot: u64, budget: &mut Budget) -> Result<(), Refusal> {
        let slot = u32::try_from(slot).map_err(|_| missing())?;
        let copy = self.memo.get(&slot).ok_or_else(missing)?.clone();
        budget.take(copy.cost.bytes)?;
        self.values.push(copy);
        Ok(())
    }
}

fn missing() -> Refusal {
    Refusal::Damaged("its pickle uses a value that does not exist".to_owned())
}
