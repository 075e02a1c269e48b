//! The bytes of a tensor as the numbers a network computes with.

use burn::tensor::{bf16, f16};

/// What the elements of a tensor are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    F64,
    F32,
    F16,
    Bf16,
    /// Anything else, by its name.
    Other(String),
}

/// The numbers in `bytes`, which are in the byte order of this machine; nothing where the elements
/// are no floating-point numbers.
pub(super) fn decode(bytes: &[u8], element: &Element) -> Option<Vec<f32>> {
    match element {
        Element::F32 => Some(each(bytes, f32::from_ne_bytes)),
        // What has no size as f32 becomes infinite.
        Element::F64 => Some(each(bytes, |bytes| f64::from_ne_bytes(bytes) as f32)),
        Element::F16 => Some(each(bytes, |bytes| f16::from_ne_bytes(bytes).to_f32())),
        Element::Bf16 => Some(each(bytes, |bytes| bf16::from_ne_bytes(bytes).to_f32())),
        Element::Other(_) => None,
    }
}

fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks().0.iter().copied().map(number).collect()
}

/// Turns little-endian elements of `size` bytes into those of this machine.
pub(super) fn to_native(bytes: &mut [u8], size: usize) {
    if cfg!(target_endian = "big") && size > 1 {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_floating_point_kind_becomes_f32() {
        let one = |bytes: &[u8], element| decode(bytes, &element).unwrap();
        assert_eq!(one(&1.5_f32.to_ne_bytes(), Element::F32), [1.5]);
        assert_eq!(one(&(-0.1_f64).to_ne_bytes(), Element::F64), [-0.1]);
        // 2 to the power of -24 is the smallest that f16 holds.
        assert_eq!(one(&1_u16.to_ne_bytes(), Element::F16), [0.5_f32.powi(24)]);
        assert_eq!(one(&0xbfc0_u16.to_ne_bytes(), Element::Bf16), [-1.5]);
    }

    #[test]
    fn a_number_too_large_for_f32_becomes_infinite() {
        let values = decode(&1e300_f64.to_ne_bytes(), &Element::F64).unwrap();
        assert_eq!(values, [f32::INFINITY]);
    }

    #[test]
    fn whole_numbers_are_no_weights() {
        assert_eq!(decode(&[0; 8], &Element::Other("I64".into())), None);
    }
}
