//! The bytes of a tensor, converted to `f32`.

use burn::tensor::{bf16, f16};

/// Type of the elements of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ElementType {
    F64,
    F32,
    F16,
    Bf16,
    /// Another type, by its name.
    Other(String),
}

/// The numbers in `bytes`, which are in the byte order of this machine; `None` if the elements are not
/// floating-point numbers.
pub(super) fn decode(bytes: &[u8], element: &ElementType) -> Option<Vec<f32>> {
    match element {
        ElementType::F32 => Some(each(bytes, f32::from_ne_bytes)),
        // Values beyond the range of f32 become infinite.
        ElementType::F64 => Some(each(bytes, |bytes| f64::from_ne_bytes(bytes) as f32)),
        ElementType::F16 => Some(each(bytes, |bytes| f16::from_ne_bytes(bytes).to_f32())),
        ElementType::Bf16 => Some(each(bytes, |bytes| bf16::from_ne_bytes(bytes).to_f32())),
        ElementType::Other(_) => None,
    }
}

fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks().0.iter().copied().map(number).collect()
}

/// Converts little-endian elements of `size` bytes to the byte order of this machine.
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
        assert_eq!(one(&1.5_f32.to_ne_bytes(), ElementType::F32), [1.5]);
        assert_eq!(one(&(-0.1_f64).to_ne_bytes(), ElementType::F64), [-0.1]);
        // 2 to the power of -24 is the smallest that f16 holds.
        assert_eq!(
            one(&1_u16.to_ne_bytes(), ElementType::F16),
            [0.5_f32.powi(24)]
        );
        assert_eq!(one(&0xbfc0_u16.to_ne_bytes(), ElementType::Bf16), [-1.5]);
    }

    #[test]
    fn a_number_too_large_for_f32_becomes_infinite() {
        let values = decode(&1e300_f64.to_ne_bytes(), &ElementType::F64).unwrap();
        assert_eq!(values, [f32::INFINITY]);
    }

    #[test]
    fn whole_numbers_are_no_weights() {
        assert_eq!(decode(&[0; 8], &ElementType::Other("I64".into())), None);
    }
}
