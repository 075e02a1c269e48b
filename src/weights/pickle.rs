//! Checks a pickle before it is read.
//!
//! A pickle is a program for a stack machine, which Python executes: files of weights have been used
//! to run code on the machines of those who opened them. Nothing is executed here. The reader that
//! follows only creates tensors and ignores everything else; this check refuses every call of a
//! function that is not on a short list. It also adds up the memory that the reader would need,
//! because a few bytes can request gigabytes.

use std::io::{BufRead, Read};
use std::rc::Rc;

use super::error::Refusal;
use super::pickle_stack::Stack;
use super::pickle_value::{Budget, Content, Cost, NODE, Value};
use super::pickle_value::{check_call, check_names, pair, sequence, total};

/// Checks the pickle at `reader` up to its end, and returns the full names of all globals in it.
///
/// # Errors
/// The pickle calls a function that is not allowed, needs more memory than `budget`, or is truncated.
pub(super) fn walk(
    reader: &mut impl BufRead,
    budget: &mut Budget,
) -> Result<Vec<Rc<str>>, Refusal> {
    let mut machine = Machine {
        reader,
        budget,
        stack: Stack::default(),
        globals: Vec::new(),
    };
    loop {
        let [opcode] = machine.bytes()?;
        machine.budget.take(NODE)?;
        if opcode == b'.' {
            check_names(&machine.stack.pop()?)?;
            return Ok(machine.globals);
        }
        machine.step(opcode)?;
    }
}

struct Machine<'a, R> {
    reader: &'a mut R,
    budget: &'a mut Budget,
    stack: Stack,
    globals: Vec<Rc<str>>,
}

impl<R: BufRead> Machine<'_, R> {
    fn step(&mut self, opcode: u8) -> Result<(), Refusal> {
        match opcode {
            // PROTO and FRAME.
            0x80 => self.bytes::<1>().map(drop),
            0x95 => self.bytes::<8>().map(drop),
            // NONE, NEWTRUE, NEWFALSE and the empty containers.
            b'N' | 0x88 | 0x89 | b')' | b']' | b'}' | 0x8f => self.fixed::<0>(),
            // Numbers.
            b'K' => self.fixed::<1>(),
            b'M' => self.fixed::<2>(),
            b'J' => self.fixed::<4>(),
            b'G' => self.fixed::<8>(),
            b'I' | b'L' | b'F' => self.line().map(|_| self.stack.push(Content::Other, 0)),
            0x8a => self.counted::<1>(false),
            0x8b => self.counted::<4>(false),
            // Text and bytes: as a line, or by the width of their length.
            b'S' | b'V' => self.line().map(|line| self.push_text(&line)),
            0x8c | b'U' => self.counted::<1>(true),
            b'X' | b'T' => self.counted::<4>(true),
            0x8d => self.counted::<8>(true),
            b'C' => self.counted::<1>(false),
            b'B' => self.counted::<4>(false),
            0x8e | 0x96 => self.counted::<8>(false),
            // The stack itself.
            b'(' => {
                self.stack.mark();
                Ok(())
            }
            b'0' => self.stack.pop_value_or_mark(),
            b'1' => self.stack.pop_to_mark().map(drop),
            b'2' => self.stack.duplicate(self.budget),
            b'g' | b'p' | b'h' | b'j' | b'q' | b'r' | 0x94 => self.memory(opcode),
            b't' | b'l' | 0x91 | 0x85 | 0x86 | 0x87 => self.sequence(opcode),
            b'a' | b'e' | 0x90 | b's' | b'u' | b'd' => self.fill(opcode),
            _ => self.object(opcode),
        }
    }

    /// GET and PUT, by a line, a byte or four; MEMOIZE.
    fn memory(&mut self, opcode: u8) -> Result<(), Refusal> {
        let slot = match opcode {
            b'g' | b'p' => self.line()?.trim().parse().ok(),
            b'h' | b'q' => Some(self.number::<1>()?),
            b'j' | b'r' => Some(self.number::<4>()?),
            _ => return self.stack.remember(None, self.budget),
        };
        let bad =
            || Refusal::Damaged("its pickle has a memo index that is not a number".to_owned());
        let slot = slot.ok_or_else(bad)?;
        match opcode {
            b'g' | b'h' | b'j' => self.stack.recall(slot, self.budget),
            _ => self.stack.remember(Some(slot), self.budget),
        }
    }

    /// TUPLE, LIST, FROZENSET, TUPLE1 to TUPLE3.
    fn sequence(&mut self, opcode: u8) -> Result<(), Refusal> {
        let items = match opcode {
            0x85 => self.stack.pop_many(1),
            0x86 => self.stack.pop_many(2),
            0x87 => self.stack.pop_many(3),
            _ => self.stack.pop_to_mark(),
        };
        self.stack.push_costing(sequence(&items?));
        Ok(())
    }

    /// APPEND, APPENDS, ADDITEMS, SETITEM, SETITEMS; and DICT, which creates the container as well.
    fn fill(&mut self, opcode: u8) -> Result<(), Refusal> {
        let items = match opcode {
            b'a' => self.stack.pop_many(1),
            b's' => self.stack.pop_many(2),
            _ => self.stack.pop_to_mark(),
        };
        let items = items?;
        let added = match opcode {
            b's' | b'u' | b'd' => items.chunks(2).map(pair).fold(Cost::default(), Cost::and),
            _ => sequence(&items),
        };
        if opcode == b'd' {
            self.stack.push(Content::Other, 0);
        }
        let container = self.stack.top()?;
        container.cost = container.cost.and(added);
        Ok(())
    }

    /// The instructions that name globals, create objects and call functions.
    fn object(&mut self, opcode: u8) -> Result<(), Refusal> {
        match opcode {
            // GLOBAL and STACK_GLOBAL.
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push_global(&module, &name);
            }
            0x93 => {
                let (name, module) = (self.stack.pop()?.content, self.stack.pop()?.content);
                let (Content::Text(module), Content::Text(name)) = (module, name) else {
                    return Err(Refusal::Damaged(
                        "its pickle names a global by values that are not text".to_owned(),
                    ));
                };
                self.push_global(&module, &name);
            }
            // PERSID and BINPERSID: storages outside of the pickle.
            b'P' => {
                self.line()?;
                self.stack.push_tensor();
            }
            b'Q' => {
                self.stack.pop()?;
                self.stack.push_tensor();
            }
            // REDUCE, INST and OBJ call.
            b'R' => {
                let arguments = self.stack.pop()?;
                check_call(&self.stack.pop()?)?;
                self.stack.push_costing(arguments.cost);
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                let arguments = self.stack.pop_to_mark()?;
                self.push_global(&module, &name);
                check_call(&self.stack.pop()?)?;
                self.stack.push_costing(total(&arguments));
            }
            b'o' => {
                let items: Vec<Value> = self.stack.pop_to_mark()?;
                items.first().map_or(Ok(()), check_call)?;
                self.stack.push_costing(total(&items));
            }
            // NEWOBJ and NEWOBJ_EX create an object without calling its class, BUILD sets its
            // attributes; the classes in saved networks may have any name.
            0x81 => {
                let items = self.stack.pop_many(2)?;
                self.stack.push_costing(total(&items));
            }
            0x92 => {
                let items = self.stack.pop_many(3)?;
                self.stack.push_costing(total(&items));
            }
            b'b' => {
                let state = self.stack.pop()?;
                let object = self.stack.top()?;
                object.cost = object.cost.and(state.cost);
                self.stack.refresh(self.budget)?;
            }
            other => {
                let reason = format!("its pickle holds the unknown instruction 0x{other:02x}");
                return Err(Refusal::Damaged(reason));
            }
        }
        Ok(())
    }

    fn push_text(&mut self, text: &str) {
        let bytes = text.len() as u64;
        self.stack.push(Content::Text(text.into()), bytes);
    }

    fn push_global(&mut self, module: &str, name: &str) {
        let global: Rc<str> = format!("{module}.{name}").into();
        let bytes = global.len() as u64;
        self.globals.push(Rc::clone(&global));
        self.stack.push(Content::Global(global), bytes);
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A value in `N` bytes.
    fn fixed<const N: usize>(&mut self) -> Result<(), Refusal> {
        self.bytes::<N>()?;
        self.stack.push(Content::Other, 0);
        Ok(())
    }

    /// A little-endian number of `N` bytes.
    fn number<const N: usize>(&mut self) -> Result<u64, Refusal> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(&self.bytes::<N>()?);
        Ok(u64::from_le_bytes(wide))
    }

    /// A value after its length, which takes `N` bytes.
    fn counted<const N: usize>(&mut self, is_text: bool) -> Result<(), Refusal> {
        let length = self.number::<N>()?;
        self.budget.take(length)?;
        let mut bytes = Vec::new();
        self.reader.take(length).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < length {
            let received = bytes.len();
            let reason = format!("expected {length} bytes in its pickle, received {received}");
            return Err(Refusal::Damaged(reason));
        }
        match is_text {
            true => self.push_text(&String::from_utf8_lossy(&bytes)),
            false => self.stack.push(Content::Other, length),
        }
        Ok(())
    }

    fn line(&mut self) -> Result<String, Refusal> {
        let mut line = Vec::new();
        let limit = self.budget.left();
        self.reader.take(limit).read_until(b'\n', &mut line)?;
        self.budget.take(line.len() as u64)?;
        if line.pop() != Some(b'\n') {
            return Err(Refusal::Damaged("its pickle ends too early".to_owned()));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}
