//! What archives of photographs look like inside.

use std::path::Path;

use super::lists;
use crate::data::decoding::has_image_extension;

/// The files and folders in an archive of photographs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveLayout {
    /// `<root>/<class>/*.jpg`, the class in upper or lower case; not split.
    ClassFolders {
        /// The folder with the folders of the classes.
        root: &'static str,
    },
    /// `images/*.jpg`, with the class and the split of every image in `annotations/trainval.txt`
    /// and `annotations/test.txt`.
    Lists,
}

impl ArchiveLayout {
    /// Path below `unpacked/` for the entry `name` of the archive; `None` if it is not needed. File
    /// names may have letters, digits and `_-.` only, which mean the same on every system.
    pub(super) fn destination(self, classes: &[&str], name: &str) -> Option<String> {
        let (folder, file) = name.rsplit_once('/')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if file.starts_with('.') || !file.bytes().all(plain) {
            return None;
        }
        let is_image = has_image_extension(Path::new(file));
        match self {
            Self::ClassFolders { root } => {
                let class = folder.strip_prefix(root)?.strip_prefix('/')?.to_lowercase();
                let known = classes.contains(&class.as_str());
                (known && is_image).then(|| format!("{class}/{file}"))
            }
            Self::Lists => {
                let known = match folder {
                    lists::IMAGES => is_image,
                    lists::LISTS => lists::FILES.contains(&file),
                    _ => false,
                };
                known.then(|| format!("{folder}/{file}"))
            }
        }
    }

    /// A file or folder that `folder` lacks to be read.
    pub(super) fn missing(self, classes: &[&str], folder: &Path) -> Option<String> {
        let is_there = |part: &String| folder.join(part).exists();
        match self {
            Self::ClassFolders { root } => {
                let mut classes = classes.iter().map(|class| (*class).to_owned());
                let class = classes.find(|class| !is_there(class))?;
                Some(format!("{root}/{class}/*.jpg"))
            }
            Self::Lists => {
                let lists = lists::FILES.map(|file| format!("{}/{file}", lists::LISTS));
                let mut needed = lists.into_iter().chain([lists::IMAGES.to_owned()]);
                needed.find(|part| !is_there(part))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_of_known_classes_are_taken_from_an_archive() {
        let folders = ArchiveLayout::ClassFolders { root: "PetImages" };
        let destination =
            |layout: ArchiveLayout, name: &str| layout.destination(&["cat", "dog"], name);
        assert_eq!(
            destination(folders, "PetImages/Cat/1.jpg").as_deref(),
            Some("cat/1.jpg")
        );
        for name in [
            "PetImages/Cat/Thumbs.db",
            "PetImages/Cat/.hidden.jpg",
            "PetImages/Cat/deeper/1.jpg",
            "PetImages/Fox/1.jpg",
            "PetImagesCat/1.jpg",
            "Cat/1.jpg",
            "PetImages/Cat/1 .jpg",
            "PetImages",
        ] {
            assert_eq!(destination(folders, name), None, "{name}");
        }
        for (name, taken) in [
            ("images/pug_1.jpg", true),
            ("annotations/test.txt", true),
            ("annotations/list.txt", false),
            ("images/test.txt", false),
            ("annotations/trimaps/pug_1.png", false),
        ] {
            let expected = taken.then(|| name.to_owned());
            assert_eq!(destination(ArchiveLayout::Lists, name), expected);
        }
    }
}
