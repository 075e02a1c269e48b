//! Files that are broken or made to harm.

use zip::CompressionMethod;

use super::fixtures::{
    Pickle, archive, floats, legacy_file, open, safetensors_file, state_dict, tar_file, zip_file,
};
use crate::weights::WeightFileError;

pub fn refused(content: &[u8]) -> WeightFileError {
    open(content).unwrap_err()
}

fn one_tensor() -> Vec<u8> {
    state_dict(&[("w", &[100])]).end()
}

#[track_caller]
fn assert_code(content: &[u8], global: &str) {
    let error = refused(content);
    assert!(matches!(error, WeightFileError::Code { .. }), "{error}");
    assert!(
        error.to_string().contains(&format!("`{global}`")),
        "{error}"
    );
}

#[track_caller]
fn assert_damaged(content: &[u8]) {
    let error = refused(content);
    assert!(matches!(error, WeightFileError::Damaged { .. }), "{error}");
}

#[track_caller]
fn assert_excessive(content: &[u8]) {
    let error = refused(content);
    assert!(
        matches!(error, WeightFileError::Excessive { .. }),
        "{error}"
    );
}

#[test]
fn a_pickle_that_runs_code_is_refused_by_name_in_every_container_and_nothing_runs() {
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    let command = format!("touch {}", victim.display());
    let call = Pickle::new()
        .global("os", "system")
        .raw(b"(")
        .text(&command)
        .raw(b"tR");
    let beside = state_dict(&[("w", &[1])])
        .text("x")
        .global("posix", "system");
    let beside = beside.raw(b"(").text(&command).raw(b"tRs").end();
    let dropped = call
        .clone()
        .raw(b"0")
        .raw(&state_dict(&[("w", &[1])]).end())
        .end();
    let values = [floats(&[1.0])];
    assert_code(&call.clone().end(), "os.system");
    assert_code(&zip_file(&call.clone().end(), &[]), "os.system");
    assert_code(&zip_file(&beside, &values), "posix.system");
    assert_code(&zip_file(&dropped, &values), "os.system");
    assert_code(&legacy_file(&beside, &[&[1.0]]), "posix.system");
    assert!(!victim.exists());
}

#[test]
fn code_is_named_however_it_is_called() {
    let text = b"cos\nsystem\n(S'true'\ntR.";
    assert_code(text, "os.system");
    assert_code(b"(S'true'\nios\nsystem\n.", "os.system");
    assert_code(b"(cos\nsystem\nS'true'\no.", "os.system");
    let modern = b"\x80\x04\x8c\x08builtins\x94\x8c\x04eval\x94\x93\x8c\x011\x85R.";
    assert_code(modern, "builtins.eval");
    let hidden = Pickle::new()
        .global("subprocess", "Popen")
        .raw(b"q\x010h\x01)R");
    assert_code(&zip_file(&hidden.end(), &[]), "subprocess.Popen");
    let nested = Pickle::new()
        .global("collections", "OrderedDict")
        .raw(b")R)R")
        .end();
    assert_code(
        &zip_file(&nested, &[]),
        "something that the pickle computes first",
    );
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let values: Vec<f32> = (0..100_u8).map(f32::from).collect();
    let header = r#"{"w":{"dtype":"F32","shape":[100],"data_offsets":[0,400]}}"#;
    // The last blocks of a TAR archive hold padding.
    for (whole, padding) in [
        (zip_file(&one_tensor(), &[floats(&values)]), 0),
        (legacy_file(&one_tensor(), &[&values]), 0),
        (tar_file([1.0, 2.0, 3.0]), 3 * 512),
        (safetensors_file(header, &floats(&values)), 0),
    ] {
        open(&whole).unwrap();
        for length in (1..whole.len() - padding).step_by(7) {
            let result = open(&whole[..length]);
            let read = result.and_then(|file| file.values("w").or(file.values("weight")));
            assert!(read.is_err(), "{length} of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_compressed_archive_that_unpacks_to_far_more_is_refused() {
    let zeros = vec![0; 64 << 20];
    let pickle = state_dict(&[("w", &[16 << 20])]).end();
    let bomb = archive(
        &pickle,
        std::slice::from_ref(&zeros),
        CompressionMethod::Deflated,
    );
    assert!(bomb.len() < 1 << 20);
    assert_excessive(&bomb);
    assert_excessive(&archive(&zeros, &[], CompressionMethod::Deflated));
}

#[test]
fn a_tensor_that_repeats_few_values_without_end_is_refused() {
    let pickle = Pickle::new().raw(b"}").text("w");
    let pickle = pickle
        .strided("FloatStorage", "0", 1, &[1 << 30], &[0])
        .raw(b"s")
        .end();
    assert_excessive(&zip_file(&pickle, &[floats(&[1.0])]));
}

#[test]
fn a_pickle_that_copies_itself_or_never_ends_is_refused() {
    // Each pair holds the one before twice.
    let mut doubled = Pickle::new().raw(b"]q\x00");
    for slot in 1..60_u8 {
        doubled = doubled.raw(&[b'h', slot - 1, b'h', slot - 1, 0x86, b'q', slot]);
    }
    assert_excessive(&zip_file(&doubled.end(), &[]));
    let many = Pickle::new().raw(&vec![b'N'; 5 << 20]).end();
    assert_excessive(&legacy_file(&many, &[]));
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    for levels in [900, 500_000] {
        let nested = Pickle::new()
            .raw(b"}")
            .text("x")
            .raw(b"N")
            .raw(&vec![0x85; levels]);
        let content = zip_file(&nested.raw(b"s").end(), &[]);
        let error = refused(&content);
        let expected = match levels {
            900 => matches!(error, WeightFileError::NoTensors { .. }),
            _ => matches!(error, WeightFileError::Damaged { .. }),
        };
        assert!(expected, "{error}");
    }
}

#[test]
fn names_that_grow_with_every_level_are_refused() {
    let long = "n".repeat(1 << 20);
    let mut pickle = Pickle::new().raw(b"}(").text(&long).raw(b"}(");
    for name in 0..100_u8 {
        let key = char::from(b' ' + name % 90)
            .to_string()
            .repeat(1 + usize::from(name / 90));
        pickle = pickle.text(&key).tensor("FloatStorage", "0", &[1]);
    }
    let content = zip_file(&pickle.raw(b"uu").end(), &[floats(&[1.0])]);
    let error = refused(&content).to_string();
    assert!(error.contains("the names of its tensors"), "{error}");
}

#[test]
fn an_absurd_header_is_refused_before_it_is_read() {
    let mut content = safetensors_file("{}", &[]);
    for length in [u64::MAX, 1 << 40, 100_000_000] {
        content[..8].copy_from_slice(&length.to_le_bytes());
        assert_excessive(&content);
    }
    content[..8].copy_from_slice(&100_u64.to_le_bytes());
    assert_damaged(&content);
}

#[test]
fn a_header_that_contradicts_itself_or_the_file_is_refused() {
    for header in [
        "{",
        "{\"w\":1}",
        r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        r#"{"w":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}}"#,
        r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
        r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    ] {
        assert_damaged(&safetensors_file(header, &[0; 8]));
    }
}

#[test]
fn a_value_that_is_no_number_is_refused_with_its_place() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let pickle = state_dict(&[("fc.weight", &[2, 2])]).end();
        let file = open(&zip_file(&pickle, &[floats(&[1.0, 2.0, bad, 4.0])])).unwrap();
        let error = file.values("fc.weight").unwrap_err();
        assert!(
            matches!(error, WeightFileError::NotFinite { index: 2, .. }),
            "{error}"
        );
        let error = error.to_string();
        assert!(
            error.contains("\"fc.weight\"") && error.contains("index 2"),
            "{error}"
        );
    }
}

#[test]
fn a_message_holds_no_commands_for_the_terminal() {
    let call = Pickle::new().global("os\x1b[2J", "system").raw(b")R").end();
    let error = refused(&zip_file(&call, &[])).to_string();
    assert!(
        !error.contains('\x1b') && error.contains("os?[2J.system"),
        "{error}"
    );
}
