//! What the JPEG decoder does not tell: whether it saw all of the image.

/// Whether the compressed data of a JPEG file reaches its end-of-image marker. The decoder fills
/// what is missing with grey and says nothing; and the marker of an embedded thumbnail must not
/// count, hence the walk over the segments (ITU-T T.81, annex B.1).
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
        match (marker, bytes.get(at + 2..at + 4)) {
            // Fill bytes may stand before a marker.
            (0xff, _) => at += 1,
            // Inside a scan, 0xff of the data is followed by 0x00, so this is a marker.
            (START_OF_SCAN, _) => {
                return bytes[at + 2..].windows(2).any(|pair| pair == [0xff, 0xd9]);
            }
            (_, Some(&[high, low])) => at += 2 + usize::from(u16::from_be_bytes([high, low])),
            (_, _) => return false,
        }
    }
    // A file that goes on here has an unusual layout, and the decoder has the word.
    at + 2 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, a segment with an end marker inside (as a thumbnail has), a scan, the end.
    const WHOLE: &[u8] = b"\xff\xd8\xff\xe1\0\x04\xff\xd9\xff\xff\xda\0\x02data\xff\0more\xff\xd9";

    #[test]
    fn only_an_end_marker_after_the_scan_counts() {
        assert!(is_whole(WHOLE));
        assert!(is_whole(&[WHOLE, b"appended"].concat()));
        for length in 2..WHOLE.len() {
            assert!(!is_whole(&WHOLE[..length]), "cut at {length}");
        }
    }
}
