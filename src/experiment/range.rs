//! Ranges of values, which several sections check.

use super::problem::Problem;
use crate::text::short_number;

/// A whole number from 1 to `most`.
pub fn at_least_one(key: &str, value: usize, most: usize) -> Result<(), Problem> {
    let right = (1..=most).contains(&value);
    expect(right, key, &format!("1 to {most}"), value.to_string())
}

/// A whole number from 0 to `most`.
pub fn at_most(key: &str, value: usize, most: usize) -> Result<(), Problem> {
    let expected = format!("0 to {most}");
    expect(value <= most, key, &expected, value.to_string())
}

/// A share of something of which a part must be left.
pub fn below_one(key: &str, value: f64) -> Result<(), Problem> {
    let right = (0.0..1.0).contains(&value);
    expect(
        right,
        key,
        "at least 0 and less than 1",
        short_number(value),
    )
}

/// A share, none and all included.
pub fn up_to_one(key: &str, value: f64) -> Result<(), Problem> {
    let right = (0.0..=1.0).contains(&value);
    expect(right, key, "0 to 1", short_number(value))
}

/// A factor that makes something smaller, but not nothing.
pub fn positive_up_to_one(key: &str, value: f64) -> Result<(), Problem> {
    let right = value > 0.0 && value <= 1.0;
    let expected = "more than 0 and at most 1";
    expect(right, key, expected, short_number(value))
}

/// A finite number that is not negative.
pub fn not_negative(key: &str, value: f64) -> Result<(), Problem> {
    let right = value >= 0.0 && value.is_finite();
    let expected = "zero or a positive number";
    expect(right, key, expected, short_number(value))
}

/// Backends compute in 32 bits, where `1e-60` is zero and `1e60` infinite.
pub fn positive_f32(key: &str, value: f64) -> Result<(), Problem> {
    let right = value > 0.0 && (value as f32).is_normal();
    let expected = "a positive number, from 1.2e-38 to 3.4e38 as it is used in 32 bits";
    expect(right, key, expected, short_number(value))
}

fn expect(right: bool, key: &str, expected: &str, received: String) -> Result<(), Problem> {
    match right {
        true => Ok(()),
        false => Err(Problem::new(
            key,
            format!("expected {expected}, received {received}"),
        )),
    }
}
