//! What holds for images of every size and all ranges.

use proptest::prelude::*;

use super::*;

fn shapes() -> impl Strategy<Value = ImageShape> {
    let side = || prop_oneof![Just(1usize), Just(2), 3usize..40];
    (prop_oneof![Just(1usize), Just(3)], side(), side())
        .prop_map(|(channels, height, width)| ImageShape::new(channels, height, width))
}

fn fills() -> impl Strategy<Value = Fill> {
    prop_oneof![
        Just(Fill::Nearest),
        Just(Fill::Constant),
        Just(Fill::Reflect)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn images_of_any_size_are_changed_twice_in_the_same_way(
        shape in shapes(),
        fill in fills(),
        (rotation, shear, shift) in (0.0..180.0, 0.0..60.0, 0.0..1.0),
        (least, more) in (0.1..1.0, 0.0..9.0),
        (crop, noise, blur) in (0usize..50, 0.0..128.0, 0.0..5.0),
        (num_ops, magnitude) in (1usize..14, 0usize..=30),
        (epoch, index) in (1usize..1000, 0usize..100_000),
    ) {
        let config = AugmentConfig {
            rotation, shear, shift, crop, noise, blur, fill, num_ops, magnitude,
            zoom: Zoom { least, most: least + more },
            policy: Some(Policy::RandAugment),
            erasing: Some(Erasing { probability: 1.0, ..Erasing::default() }),
            ..config(r#"
                horizontal_flip = 0.5
                vertical_flip = 0.5
                brightness = 1.0
                contrast = 1.0
            "#)
        };
        config.check().unwrap();
        prop_assert_eq!(
            augmented(&config, shape, epoch, index),
            augmented(&config, shape, epoch, index)
        );
    }

    #[test]
    fn a_warp_shows_no_level_that_the_image_does_not_have(
        shape in shapes(),
        fill in fills(),
        matrix in proptest::array::uniform2(proptest::array::uniform3(-60.0..60.0f64)),
    ) {
        let before: Vec<u8> = noise(shape, 3).iter().map(|level| 100 + level % 50).collect();
        let (least, most) = (*before.iter().min().unwrap(), *before.iter().max().unwrap());
        let mut after = before;
        warp(&mut after, shape, Affine { matrix }, Border { fill, level: least });
        prop_assert!(after.iter().all(|level| (least..=most).contains(level)));
    }

    #[test]
    fn whole_steps_move_pixels_as_they_are(
        shape in shapes(),
        [x, y] in proptest::array::uniform2(-50i64..50),
    ) {
        let before = noise(shape, 4);
        let mut after = before.clone();
        let border = Border { fill: Fill::Constant, level: 7 };
        warp(&mut after, shape, Affine::shift(x as f64, y as f64), border);
        let area = shape.height * shape.width;
        for (place, &level) in after.iter().enumerate() {
            let (channel, row, column) = (place / area, place % area / shape.width, place % shape.width);
            let (row, column) = (row as i64 - y, column as i64 - x);
            let inside = (0..shape.height as i64).contains(&row) && (0..shape.width as i64).contains(&column);
            let from = channel as i64 * area as i64 + row * shape.width as i64 + column;
            prop_assert_eq!(level, if inside { before[from as usize] } else { 7 });
        }
    }
}

#[test]
fn an_empty_section_changes_nothing() {
    let still = AugmentConfig::default();
    assert_eq!(augmented(&still, COLOR, 3, 5), noise(COLOR, 9));
    let augmentation = Augmentation::new(&still, 42);
    assert_eq!(augmentation.mix(COLOR, 3, 5, [0, 8]), None);
}

#[test]
fn mirroring_twice_gives_the_image_back_bit_for_bit() {
    for text in ["horizontal_flip = 1.0", "vertical_flip = 1.0"] {
        let augmentation = Augmentation::new(&config(text), 1);
        let before = noise(COLOR, 9);
        let mut after = before.clone();
        augmentation.apply(&mut after, COLOR, 1, 0);
        let row = |pixels: &[u8], row: usize| pixels[row * 32..][..32].to_vec();
        match text.starts_with('h') {
            true => {
                let mirrored: Vec<u8> = row(&before, 2).into_iter().rev().collect();
                assert_eq!(row(&after, 2), mirrored);
            }
            false => assert_eq!(row(&after, 2), row(&before, 21)),
        }
        augmentation.apply(&mut after, COLOR, 1, 0);
        assert_eq!(after, before);
    }
}
