use super::*;

fn found_in(folder: &Path) -> Vec<PictureInput> {
    find_pictures(&[folder.to_path_buf()], io::empty())
}

fn reason(input: &PictureInput) -> &str {
    &input.as_ref().unwrap_err().reason
}

#[test]
fn folders_give_their_pictures_by_name_at_any_depth() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("b")).unwrap();
    for name in ["c.PNG", "a.jpg", "b/z.bmp", "notes.txt", "png"] {
        fs::write(path(name), "").unwrap();
    }
    let expected = ["a.jpg", "b/z.bmp", "c.PNG"].map(|name| Ok(path(name)));
    assert_eq!(found_in(folder.path()), expected);
}

#[test]
fn an_empty_folder_is_reported_and_the_other_inputs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = [folder.path().to_path_buf(), "a.png".into()];
    let found = find_pictures(&inputs, io::empty());
    assert!(reason(&found[0]).contains("holds no pictures"), "{found:?}");
    assert_eq!(found[1..], [Ok("a.png".into())]);
}

#[test]
fn standard_input_without_paths_is_reported() {
    for stdin in ["", "\n \n\r\n"] {
        let found = find_pictures(&["-".into()], stdin.as_bytes());
        assert_eq!(found.len(), 1);
        assert!(reason(&found[0]).contains("held no paths"), "{found:?}");
    }
}

#[test]
fn standard_input_that_breaks_off_is_reported_after_the_paths_it_gave() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let stdin = io::Read::chain(b"a.png\nb.png\n".as_slice(), io::BufReader::new(Broken));
    let found = find_pictures(&["-".into()], stdin);
    assert_eq!(found[..2], [Ok("a.png".into()), Ok("b.png".into())]);
    assert!(reason(&found[2]).ends_with("gone"), "{found:?}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn lines_that_are_not_utf8_are_paths_too() {
        let found = find_pictures(&["-".into()], b"\xff.png\r\n\na b.png".as_slice());
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"\xff.png"));
        assert_eq!(found, [Ok(odd.into()), Ok("a b.png".into())]);
    }

    #[test]
    fn links_that_lead_nowhere_or_in_circles_are_not_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        symlink("nowhere.png", path("broken.png")).unwrap();
        symlink("circle.png", path("circle.png")).unwrap();
        symlink(".", path("folder")).unwrap();
        symlink("nowhere", path("lost")).unwrap();
        symlink("nowhere.txt", path("notes.txt")).unwrap();
        let found = found_in(folder.path());
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(
            found[..2],
            ["broken.png", "circle.png"].map(|n| Ok(path(n)))
        );
        assert!(reason(&found[2]).contains("link to a folder"), "{found:?}");
        assert_eq!(found[3], Ok(path("lost")));
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_reported_and_the_rest_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("closed")).unwrap();
        fs::write(path("open.png"), "").unwrap();
        fs::set_permissions(path("closed"), fs::Permissions::from_mode(0o0)).unwrap();
        if fs::read_dir(path("closed")).is_ok() {
            return; // The superuser may list anything.
        }
        let found = found_in(folder.path());
        let expected = format!("cannot list the folder {}", path("closed").display());
        assert!(reason(&found[0]).starts_with(&expected), "{found:?}");
        assert_eq!(found[1..], [Ok(path("open.png"))]);
    }
}
