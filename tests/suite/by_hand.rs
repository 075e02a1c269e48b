//! `convolve` and `pool`: the lecture's numbers, pictures, and mistakes.

use super::*;

const LECTURE: &str = "105,102,100,97,96\n103,99,103,101,102\n101,98,104,102,100\n\
                       99,101,106,104,99\n104,104,104,100,98\n";

#[test]
fn the_lectures_output_value_is_explained_term_by_term() {
    let place = Workplace::new();
    place.write("lecture.csv", LECTURE);
    let args = ["convolve", "lecture.csv", "--kernel", "sharpen"];
    let text = place.succeed(&[&args[..], &["--explain", "0,0"]].concat());
    for part in [
        "input 5x5 -> output 5x5",
        "-1,-1 (padding)",
        "sum of the products = 320",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let row = |line: &str| {
        line.split_whitespace()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let rows: Vec<_> = text.lines().map(row).collect();
    assert!(rows.contains(&row("0,0 105 5 525")), "{text}");
    assert!(rows.contains(&row("1,0 102 -1 -102")), "{text}");
    place.succeed(&[&args[..], &["--out", "out.csv"]].concat());
    let csv = fs::read_to_string(place.path("out.csv")).unwrap();
    assert!(csv.starts_with("320,"), "{csv}");
}

#[test]
fn the_lectures_pooling_is_printed() {
    let place = Workplace::new();
    let matrix = "4 9 2 5 / 5 6 2 4 / 2 4 5 4 / 5 6 8 4";
    let text = place.succeed(&["pool", matrix, "--kind", "average"]);
    let numbers: Vec<f32> = text
        .lines()
        .rev()
        .take(2)
        .flat_map(|line| {
            line.split_whitespace()
                .rev()
                .filter_map(|word| word.parse().ok())
        })
        .collect();
    assert_eq!(numbers, [5.25, 4.25, 3.25, 6.0]);
}

#[test]
fn a_picture_is_shown_before_and_after() {
    let place = Workplace::new();
    let photo = image::RgbImage::from_fn(64, 48, |x, y| {
        image::Rgb([4 * x as u8, 5 * y as u8, (x * y) as u8])
    });
    photo.save(place.path("photo.png")).unwrap();
    let text = place.succeed(&[
        "convolve",
        "photo.png",
        "--kernel",
        "edge-x",
        "--padding",
        "valid",
        "--stride",
        "2",
        "--out",
        "edges.png",
    ]);
    assert!(text.contains("input 48x64 -> output 23x31"), "{text}");
    let picture = image::open(place.path("edges.png")).unwrap().into_rgb8();
    assert!(picture.width() > 280 + 2 * 31, "{}", picture.width());
    place.succeed(&["pool", "photo.png", "--out", "pooled.png"]);
    assert!(place.path("pooled.png").exists());
}

#[test]
fn mistakes_name_what_was_expected() {
    let place = Workplace::new();
    place.write("m.csv", "1,2\n3,4\n");
    for (args, part) in [
        (
            &["convolve", "m.csv", "--kernel", "blurr"][..],
            "did you mean \"blur\"",
        ),
        (
            &["convolve", "none.png", "--kernel", "blur"],
            "there is no such file",
        ),
        (
            &[
                "convolve",
                "m.csv",
                "--kernel",
                "blur",
                "--padding",
                "valid",
            ],
            "--padding same",
        ),
        (&["pool", "m.csv", "--size", "3"], "choose a smaller one"),
        (&["pool", "m.csv", "--explain", "1,0"], "x from 0 to 0"),
        (&["pool", "m.csv", "--explain", "1"], "expected X,Y"),
        (&["pool", "m.csv", "--out", "m.csv"], "is the input"),
        (
            &["pool", "m.csv", "--out", "none/x.csv"],
            "there is no folder",
        ),
        (
            &[
                "convolve",
                "m.csv",
                "--kernel",
                "blur",
                "--dilation",
                "65535",
            ],
            "expected at most 67108864 values",
        ),
        (&["pool", "m.csv", "--out", "x.pdf"], "ends in .png"),
        (&["pool", ".", "--out", "x.png"], "same size"),
    ] {
        if args.contains(&".") {
            place.write("n.csv", "1,2,3\n4,5,6\n");
        }
        let errors = place.refuse(args);
        assert!(errors.contains(part), "no {part:?} in:\n{errors}");
    }
}
