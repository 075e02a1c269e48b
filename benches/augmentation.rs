//! Images per second that one thread augments, as JSON; `benches/peers/augment.py` runs it beside
//! torchvision.
//!
//! ```text
//! cargo bench --profile dev --bench augmentation               # every case
//! cargo bench --profile dev --bench augmentation -- affine 2.0 # one of them, for two seconds
//! ```

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use convlab::augmentation::{AugmentConfig, Augmentation};
use convlab::pixels::ImageShape;

/// Grey and small as MNIST, coloured and large as ImageNet.
const SHAPES: [ImageShape; 2] = [ImageShape::new(1, 28, 28), ImageShape::new(3, 224, 224)];

/// The cases of `augment.py`, by name.
const CASES: [(&str, &str); 4] = [
    ("flip", "horizontal_flip = 0.5"),
    (
        "affine",
        "rotation = 15.0\nshift = 0.1\nzoom = 0.2\nshear = 10.0\nhorizontal_flip = 0.5",
    ),
    (
        "affine and colors",
        "rotation = 15.0\nshift = 0.1\nzoom = 0.2\nshear = 10.0\nhorizontal_flip = 0.5\nbrightness = 0.2\ncontrast = 0.2",
    ),
    (
        "randaugment",
        "policy = \"randaugment\"\nfill = \"constant\"",
    ),
];

fn images_per_second(config: &AugmentConfig, shape: ImageShape, budget: Duration) -> f64 {
    let augmentation = Augmentation::new(config, 42);
    // Waves, whose levels a policy does not find used up.
    let image: Vec<u8> = (0..shape.len())
        .map(|i| (128.0 + 100.0 * (i as f32 * 0.01).sin()) as u8)
        .collect();
    let mut pixels = image.clone();
    let mut run = |count: usize| {
        let start = Instant::now();
        for index in 0..count {
            pixels.copy_from_slice(&image);
            augmentation.apply(black_box(&mut pixels), shape, 1, index);
        }
        start.elapsed()
    };
    let mut count = 16;
    loop {
        let taken = run(count);
        if taken >= budget {
            return count as f64 / taken.as_secs_f64();
        }
        count *= 2;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo bench` adds `--bench`.
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let only = arguments.next();
    let seconds = arguments.next().map_or(Ok(1.0), |text| text.parse())?;
    let mut speeds = BTreeMap::new();
    for (name, text) in CASES {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let config: AugmentConfig = toml::from_str(text)?;
        for shape in SHAPES {
            let speed = images_per_second(&config, shape, Duration::from_secs_f64(seconds));
            speeds.insert(format!("{name} {shape}"), speed);
        }
    }
    println!("{}", serde_json::to_string(&speeds)?);
    Ok(())
}
