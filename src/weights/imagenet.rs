//! The class names of networks trained on ImageNet.

const CLASSES: &str = include_str!("imagenet_classes.txt");

/// The 1,000 classes of the ImageNet challenge, in the order of the outputs.
pub fn imagenet_classes() -> Vec<&'static str> {
    let lines = CLASSES.lines();
    lines.filter(|line| !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_thousand_classes_and_they_stand_in_their_order() {
        let classes = imagenet_classes();
        assert_eq!(classes.len(), 1_000);
        assert!(
            classes
                .iter()
                .all(|class| class.trim() == *class && !class.is_empty())
        );
        for (index, class) in [(0, "tench"), (281, "tabby"), (999, "toilet tissue")] {
            assert_eq!(classes[index], class);
        }
    }
}
