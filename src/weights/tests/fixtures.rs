//! Files written byte by byte, as PyTorch and safetensors write them.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::weights::{WeightFile, WeightFileError};

/// A pickle of protocol 2, instruction by instruction.
#[derive(Clone)]
pub struct Pickle(Vec<u8>);

impl Pickle {
    pub fn new() -> Self {
        Self(b"\x80\x02".to_vec())
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn text(self, text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap();
        self.raw(b"X")
            .raw(&length.to_le_bytes())
            .raw(text.as_bytes())
    }

    pub fn int(self, number: i32) -> Self {
        self.raw(b"J").raw(&number.to_le_bytes())
    }

    pub fn global(self, module: &str, name: &str) -> Self {
        self.raw(format!("c{module}\n{name}\n").as_bytes())
    }

    fn ints(self, numbers: &[i32]) -> Self {
        let mark = self.raw(b"(");
        numbers
            .iter()
            .fold(mark, |pickle, &number| pickle.int(number))
            .raw(b"t")
    }

    /// A storage of `elements` values of `class`.
    fn storage(self, class: &str, key: &str, elements: i32) -> Self {
        let id = self.raw(b"(").text("storage").global("torch", class);
        id.text(key).text("cpu").int(elements).raw(b"tQ")
    }

    /// A tensor of `shape` whose rows lie `strides` apart in a storage of `elements` values.
    pub fn strided(
        self,
        class: &str,
        key: &str,
        elements: i32,
        shape: &[i32],
        strides: &[i32],
    ) -> Self {
        let call = self.global("torch._utils", "_rebuild_tensor_v2").raw(b"(");
        let tensor = call
            .storage(class, key, elements)
            .int(0)
            .ints(shape)
            .ints(strides);
        tensor
            .raw(b"\x89")
            .global("collections", "OrderedDict")
            .raw(b")RtR")
    }

    /// A tensor of `shape` with a storage of its own.
    pub fn tensor(self, class: &str, key: &str, shape: &[i32]) -> Self {
        let mut strides = vec![1; shape.len()];
        for i in (1..shape.len()).rev() {
            strides[i - 1] = strides[i] * shape[i];
        }
        self.strided(class, key, shape.iter().product(), shape, &strides)
    }

    pub fn end(self) -> Vec<u8> {
        self.raw(b".").0
    }
}

/// A state dict of `f32` tensors by name and shape; their storages are `0`, `1`, ...
pub fn state_dict(tensors: &[(&str, &[i32])]) -> Pickle {
    entries(Pickle::new(), tensors)
}

/// The dictionary of `tensors` after what `pickle` holds.
pub fn entries(pickle: Pickle, tensors: &[(&str, &[i32])]) -> Pickle {
    let dict = pickle.raw(b"}(");
    let filled = tensors
        .iter()
        .enumerate()
        .fold(dict, |dict, (index, (name, shape))| {
            dict.text(name)
                .tensor("FloatStorage", &index.to_string(), shape)
        });
    filled.raw(b"u")
}

pub fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A ZIP archive as PyTorch has written it since 1.6.
pub fn zip_file(pickle: &[u8], storages: &[Vec<u8>]) -> Vec<u8> {
    archive(pickle, storages, CompressionMethod::Stored)
}

pub fn archive(pickle: &[u8], storages: &[Vec<u8>], method: CompressionMethod) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(method);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: String, content: &[u8]| {
        zip.start_file(name, options).unwrap();
        zip.write_all(content).unwrap();
    };
    add("archive/data.pkl".to_owned(), pickle);
    for (index, storage) in storages.iter().enumerate() {
        add(format!("archive/data/{index}"), storage);
    }
    add("archive/version".to_owned(), b"3\n");
    zip.finish().unwrap().into_inner()
}

/// Four pickles, then storages of `f32`, as PyTorch wrote them before 1.6.
pub fn legacy_file(object: &[u8], storages: &[&[f32]]) -> Vec<u8> {
    let number = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    let mut file = Pickle::new().raw(number).end();
    file.extend(Pickle::new().int(1001).end());
    file.extend(
        Pickle::new()
            .raw(b"}")
            .text("little_endian")
            .raw(b"\x88s")
            .end(),
    );
    file.extend(object);
    let keys = (0..storages.len()).fold(Pickle::new().raw(b"]("), |pickle, index| {
        pickle.text(&index.to_string())
    });
    file.extend(keys.raw(b"e").end());
    for storage in storages {
        file.extend((storage.len() as u64).to_le_bytes());
        file.extend(floats(storage));
    }
    file
}

/// A TAR archive with one tensor `weight` of three values, as PyTorch wrote it before 0.1.10.
pub fn tar_file(values: [f32; 3]) -> Vec<u8> {
    let count = || Pickle::new().int(1).end();
    let kind = Pickle::new()
        .raw(b"(")
        .int(7)
        .text("cpu")
        .global("torch", "FloatStorage");
    let storages = [
        count(),
        kind.raw(b"t").end(),
        3_u64.to_le_bytes().to_vec(),
        floats(&values),
        Pickle::new().raw(b"]").end(),
    ];
    let tensor = Pickle::new()
        .raw(b"(")
        .int(9)
        .int(7)
        .global("torch", "FloatTensor");
    let sizes = [1_u64, 3, 1, 0].map(u64::to_le_bytes);
    let tensors = [count(), tensor.raw(b"t").end(), sizes.concat()];
    let object = Pickle::new()
        .raw(b"}")
        .text("weight")
        .text("9")
        .raw(b"Qs")
        .end();
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in [
        ("storages", storages.concat()),
        ("tensors", tensors.concat()),
        ("pickle", object),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder
            .append_data(&mut header, name, content.as_slice())
            .unwrap();
    }
    builder.into_inner().unwrap()
}

/// A safetensors file with `header` as it is, and `values` bytes of zeros after it.
pub fn safetensors_file(header: &str, values: &[u8]) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length, header.as_bytes(), values].concat()
}

/// A file of the folder that is handed back with it.
pub fn write(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    // No name's ending may help.
    let path = folder.path().join("weights");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// The file of `content`, which stays readable though it is removed.
pub fn open(content: &[u8]) -> Result<WeightFile, WeightFileError> {
    let (_folder, path) = write(content);
    WeightFile::open(&path)
}
