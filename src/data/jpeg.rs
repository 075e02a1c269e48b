//! What the JPEG decoder does not tell: whether it saw all of the image.

const TEMPORARY: u8 = 0x01;
const FIRST_RESTART: u8 = 0xd0;
const LAST_RESTART: u8 = 0xd7;
const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Whether a JPEG file reaches its end-of-image marker, walking over its segments and scans
/// (ITU-T T.81, annex B.1). The decoder fills what is missing with grey and says nothing.
///
/// The walk is needed because `ff d9` inside a segment ends nothing: thumbnails have one before
/// the first scan, and a progressive file may have one in a segment between its scans.
///
/// A file that lacks nothing but the marker is refused as well: only decoding its last scan would
/// tell that it is complete.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
        match marker {
            // Fill bytes may stand before a marker.
            0xff => at += 1,
            END_OF_IMAGE => return true,
            TEMPORARY | FIRST_RESTART..=LAST_RESTART | START_OF_IMAGE => at += 2,
            _ => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4) else {
                    return false;
                };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
                if marker == START_OF_SCAN {
                    match scan_length(bytes.get(at..).unwrap_or_default()) {
                        Some(length) => at += length,
                        None => return false,
                    }
                }
            }
        }
    }
    // A file that goes on here has an unusual layout, and the decoder has the word.
    at + 2 <= bytes.len()
}

/// Bytes of compressed data up to the marker that ends the scan, if there is one. In the data,
/// `ff` is followed by a zero, or by a restart marker, which ends nothing.
fn scan_length(data: &[u8]) -> Option<usize> {
    data.windows(2).position(|pair| {
        pair[0] == 0xff && !matches!(pair[1], 0 | FIRST_RESTART..=LAST_RESTART | 0xff)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, a segment with an end marker inside (as a thumbnail has), a scan, the end.
    const WHOLE: &[u8] = b"\xff\xd8\xff\xe1\0\x04\xff\xd9\xff\xff\xda\0\x02data\xff\0more\xff\xd9";

    /// Two scans, the first with a restart, and between them a segment with an end marker inside.
    const PROGRESSIVE: &[u8] = b"\xff\xd8\xff\xda\0\x03\x01coarse\xff\xd0\xff\0coarse\
        \xff\xfe\0\x06\xff\xd9\xff\xd9\xff\xda\0\x03\x02fine\xff\0\xff\xff\xd9";

    fn assert_whole_only_to_the_end(file: &[u8]) {
        assert!(is_whole(file));
        assert!(is_whole(&[file, b"appended"].concat()));
        for length in 2..file.len() {
            assert!(!is_whole(&file[..length]), "cut at {length}");
        }
    }

    #[test]
    fn only_an_end_marker_after_the_scan_counts() {
        assert_whole_only_to_the_end(WHOLE);
    }

    #[test]
    fn a_progressive_file_must_reach_the_end_of_its_last_scan() {
        assert_whole_only_to_the_end(PROGRESSIVE);
    }
}
