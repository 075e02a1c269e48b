//! T-shirts, pullovers, coats and shirts: one cut with different measures and trimmings.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::Canvas,
    fabric::Fabric,
    pose::symmetric,
    upper_body::{Cut, TOP},
};

fn long_sleeve(rng: &mut ChaCha8Rng, shoulder: f32) -> (f32, f32) {
    (
        shoulder + rng.random_range(0.3..0.46),
        rng.random_range(0.45..0.72),
    )
}

fn short_sleeve(rng: &mut ChaCha8Rng, shoulder: f32) -> (f32, f32) {
    (
        shoulder + rng.random_range(0.26..0.42),
        TOP + rng.random_range(0.42..0.6),
    )
}

/// Short or no sleeves and a plain neckline.
pub fn t_shirt(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let shoulder = rng.random_range(0.42..0.52);
    let sleeveless = rng.random_bool(0.12);
    let cut = Cut {
        neck: rng.random_range(0.16..0.28),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.1),
        hem: shoulder + symmetric(rng, 0.06),
        length: rng.random_range(0.6..0.88),
        cuff: if sleeveless {
            (shoulder + 0.03, TOP + 0.3)
        } else {
            short_sleeve(rng, shoulder)
        },
        sleeve_width: if sleeveless {
            0.1
        } else {
            rng.random_range(0.24..0.32)
        },
    };
    let neckline = rng.random_range(0.14..0.42);
    canvas.fill(&cut.outline(neckline), &cloth);
}

/// Long sleeves, ribbed at neck, cuffs and hem.
pub fn pullover(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let shoulder = rng.random_range(0.44..0.54);
    let cut = Cut {
        neck: rng.random_range(0.16..0.24),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.06),
        hem: shoulder - rng.random_range(0.02..0.1),
        length: rng.random_range(0.66..0.84),
        cuff: long_sleeve(rng, shoulder),
        sleeve_width: rng.random_range(0.22..0.27),
    };
    let neckline = rng.random_range(0.08..0.2);
    let rib = cloth.part(rng.random_range(0.6..0.8));
    let outline = cut.outline(neckline);
    canvas.fill(&outline, &cloth);
    cut.seams(canvas);
    let (hem, length) = (cut.hem - 0.04, cut.length - 0.06);
    canvas.stroke(&[(-hem, length, 0.0), (hem, length, 0.0)], 0.13, &rib);
    cut.cuffs(canvas, 0.13, &rib);
    let neck = cut.neck;
    let collar = [
        (-neck, TOP, 0.0),
        (0.0, TOP + neckline, 0.9),
        (neck, TOP, 0.0),
    ];
    canvas.stroke(&collar, 0.11, &rib);
    if rng.random_bool(0.15) {
        // A turtle neck fills the neckline and stands above it.
        let high = [
            (-neck, TOP - 0.12, 0.1),
            (neck, TOP - 0.12, 0.1),
            (neck, TOP + 0.1, 0.6),
            (-neck, TOP + 0.1, 0.6),
        ];
        canvas.fill(&high, &rib);
    }
}

/// Long, with lapels over a front that opens.
pub fn coat(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::leather(rng);
    let trim = cloth.trim();
    let shoulder = rng.random_range(0.4..0.48);
    let cut = Cut {
        neck: rng.random_range(0.14..0.22),
        shoulder,
        waist: shoulder - rng.random_range(0.02..0.12),
        hem: shoulder + rng.random_range(0.0..0.14),
        length: rng.random_range(0.86..1.0),
        cuff: (
            shoulder + rng.random_range(0.22..0.36),
            rng.random_range(0.3..0.55),
        ),
        sleeve_width: rng.random_range(0.22..0.28),
    };
    canvas.fill(&cut.outline(0.05), &cloth);
    cut.seams(canvas);
    let (neck, length) = (cut.neck, cut.length);
    let lapel_end = rng.random_range(-0.4..0.0);
    let opening = symmetric(rng, 0.04);
    canvas.stroke(
        &[(opening, lapel_end, 0.0), (opening, length, 0.0)],
        0.07,
        trim,
    );
    let lapel = cloth.part(rng.random_range(0.7..1.4));
    for side in [-1.0, 1.0] {
        let collar = [
            (side * neck * 0.4, TOP - 0.06, 0.2),
            (side * neck * 1.4, TOP + 0.06, 0.2),
            (side * neck * 1.5, TOP + 0.34, 0.1),
            (opening, lapel_end, 0.1),
        ];
        canvas.fill(&collar, &lapel);
        canvas.ring(&collar, 0.035, trim);
        if rng.random_bool(0.7) {
            let pocket = [(side * 0.16, 0.36, 0.0), (side * 0.32, 0.3, 0.0)];
            canvas.stroke(&pocket, 0.06, trim);
        }
    }
    if rng.random_bool(0.3) {
        let belt = cut.waist;
        canvas.stroke(&[(-belt, 0.08, 0.0), (belt, 0.08, 0.0)], 0.09, trim);
    }
    if rng.random_bool(0.6) {
        for step in 0..3u8 {
            let y = lapel_end + 0.12 + 0.24 * f32::from(step);
            canvas.ellipse((opening + 0.12, y), (0.045, 0.045), trim);
        }
    }
}

/// A pointed collar, a row of buttons, long or short sleeves.
pub fn shirt(canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let cloth = Fabric::cloth(rng);
    let trim = cloth.trim();
    let shoulder = rng.random_range(0.42..0.5);
    let long = rng.random_bool(0.7);
    let cut = Cut {
        neck: rng.random_range(0.15..0.2),
        shoulder,
        waist: shoulder - rng.random_range(0.0..0.1),
        hem: shoulder + symmetric(rng, 0.04),
        length: rng.random_range(0.68..0.86),
        cuff: if long {
            long_sleeve(rng, shoulder)
        } else {
            short_sleeve(rng, shoulder)
        },
        sleeve_width: rng.random_range(0.2..0.27),
    };
    let mut outline = cut.outline(0.1);
    // Shirt tails: the hem hangs lower in the middle than at the sides.
    let tail = rng.random_range(0.0..0.14);
    for corner in &mut outline {
        if corner.0 == 0.0 && corner.1 > 0.0 {
            *corner = (0.0, cut.length + tail, 1.0);
        }
    }
    canvas.fill(&outline, &cloth);
    if long {
        cut.seams(canvas);
    }
    let length = cut.length + tail * 0.4;
    canvas.stroke(&[(0.0, TOP + 0.2, 0.0), (0.0, length, 0.0)], 0.045, trim);
    for step in 0..4u8 {
        let y = -0.5 + 0.3 * f32::from(step);
        canvas.ellipse((0.0, y), (0.05, 0.05), trim);
    }
    let collar = cloth.part(rng.random_range(1.1..1.5));
    let spread = rng.random_range(0.16..0.26);
    for side in [-1.0, 1.0] {
        let flap = [
            (side * cut.neck, TOP - 0.08, 0.1),
            (side * (cut.neck + 0.08), TOP + 0.06, 0.1),
            (side * spread, TOP + 0.3, 0.0),
            (0.0, TOP + 0.16, 0.0),
        ];
        canvas.fill(&flap, &collar);
        canvas.ring(&flap, 0.05, trim);
    }
    if rng.random_bool(0.5) {
        let pocket = [
            (0.14, -0.34, 0.0),
            (0.34, -0.34, 0.0),
            (0.34, -0.12, 0.3),
            (0.14, -0.12, 0.3),
        ];
        canvas.ring(&pocket, 0.04, trim);
    }
    if long {
        cut.cuffs(canvas, 0.08, &collar);
    }
}
