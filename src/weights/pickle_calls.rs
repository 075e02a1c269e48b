//! The functions that a pickle of weights may call.

/// Whether `global`, the full name of a function or class, only creates data: containers, tensors,
/// arrays, and the values stored with weights. The list is that of PyTorch's `weights_only`, with the
/// classes in which training scripts store their options.
pub(super) fn is_harmless(global: &str) -> bool {
    let name = |module: &str| global.strip_prefix(module)?.strip_prefix('.');
    let built_in = name("builtins").or(name("__builtin__"));
    if let Some(name) = built_in {
        return PLAIN.contains(&name);
    }
    // Includes quantised and sparse tensors: the reader reports that it cannot read them.
    if let Some(name) = name("torch._utils") {
        return name.starts_with("_rebuild_");
    }
    OTHERS.contains(&global)
}

const PLAIN: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "range",
    "set",
    "slice",
    "str",
    "tuple",
    "object",
];

const OTHERS: &[&str] = &[
    "_codecs.encode",
    "argparse.Namespace",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.defaultdict",
    "copy_reg._reconstructor",
    "copyreg._reconstructor",
    "datetime.date",
    "datetime.datetime",
    "datetime.timedelta",
    "numpy._core.multiarray._reconstruct",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy.dtype",
    "numpy.ndarray",
    "pathlib.Path",
    "pathlib.PosixPath",
    "pathlib.PurePath",
    "pathlib.PurePosixPath",
    "pathlib.WindowsPath",
    "torch.Size",
    "torch._tensor._rebuild_from_type_v2",
    "torch.device",
    "torch.nn.parameter.Buffer",
    "torch.nn.parameter.Parameter",
    "torch.serialization._get_layout",
    "types.SimpleNamespace",
];

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn what_makes_data_may_be_called_and_what_acts_may_not() {
        for global in [
            "collections.OrderedDict",
            "torch._utils._rebuild_tensor_v2",
            "__builtin__.set",
        ] {
            assert!(is_harmless(global), "{global}");
        }
        for global in [
            "os.system",
            "posix.system",
            "builtins.eval",
            "__builtin__.exec",
            "builtins.getattr",
            "torch.hub.load",
            "torch._utilsx._rebuild_tensor",
            "torch.storage._load_from_bytes",
            "collections.OrderedDict.x",
        ] {
            assert!(!is_harmless(global), "{global}");
        }
    }
}
