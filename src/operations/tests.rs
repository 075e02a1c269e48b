use std::fs;

use burn::tensor::Device;
use proptest::prelude::*;

use super::*;
use crate::device;
use crate::device::DeviceChoice;

fn device() -> Device {
    device::open(DeviceChoice::cpu(), &()).unwrap().device
}

fn matrix(text: &str) -> Grid {
    read(text.as_ref()).unwrap().grid
}

const LECTURE: &str = "105 102 100 97 96 / 103 99 103 101 102 / 101 98 104 102 100 / \
                       99 101 106 104 99 / 104 104 104 100 98";

#[test]
fn sharpening_the_lectures_matrix_gives_its_numbers() {
    let grid = matrix(LECTURE);
    let kernel = Kernel::parse("sharpen", 2).unwrap();
    let window = SlidingOperation::convolution(kernel, 2, PaddingMode::Same, 1, 1);
    let output = window.apply(&grid, &device()).unwrap();
    assert_eq!(output.size, [1, 5, 5]);
    assert_eq!(output.values[0], 320.0);
    // 5 * 104 - 103 - 98 - 102 - 106, in the middle.
    assert_eq!(output.values[12], 111.0);
    let terms = window.explain(&grid, 0, [0, 0, 0]).unwrap();
    assert_eq!(terms.result, 320.0);
    let padded = terms.terms.iter().filter(|term| term.value.is_none());
    assert_eq!(padded.count(), 5);
}

#[test]
fn pooling_the_lectures_matrix_gives_its_numbers() {
    let grid = matrix("4 9 2 5 / 5 6 2 4 / 2 4 5 4 / 5 6 8 4");
    let average = SlidingOperation::pooling(OperationKind::AveragePool, 2, 2, 2);
    let output = average.apply(&grid, &device()).unwrap();
    assert_eq!(output.values, [6.0, 3.25, 4.25, 5.25]);
    let max = SlidingOperation::pooling(OperationKind::MaxPool, 2, 2, 2);
    let output = max.apply(&grid, &device()).unwrap();
    assert_eq!(output.values, [9.0, 5.0, 6.0, 8.0]);
}

/// Plain loops over a padded copy, apart from everything above.
fn naive(
    grid: &Grid,
    weights: &[f32],
    size: [usize; 3],
    [stride, dilation]: [usize; 2],
    padding: PaddingMode,
    reduce: impl Fn(&[f64]) -> f64,
) -> Vec<f64> {
    let used = |axis: usize| axis >= 3 - grid.rank;
    let step = [0, 1, 2].map(|axis| if used(axis) { stride } else { 1 });
    let reach = [0, 1, 2].map(|axis| dilation * (size[axis] - 1));
    // Keras: output positions are the size over the stride, rounded up; an odd zero comes last.
    let total = [0, 1, 2].map(|axis| {
        let positions = grid.size[axis].div_ceil(step[axis]);
        let last = (positions - 1) * step[axis] + reach[axis];
        match padding {
            PaddingMode::Same => (last + 1).max(grid.size[axis]) - grid.size[axis],
            PaddingMode::Valid => 0,
        }
    });
    let before = total.map(|total| total / 2);
    let padded = [0, 1, 2].map(|axis| grid.size[axis] + total[axis]);
    let mut out = Vec::new();
    for channel in 0..grid.channels {
        let mut field = vec![0.0; padded.iter().product()];
        for z in 0..grid.size[0] {
            for y in 0..grid.size[1] {
                for x in 0..grid.size[2] {
                    let to = ((z + before[0]) * padded[1] + y + before[1]) * padded[2];
                    let row = grid.slice(channel, z);
                    field[to + x + before[2]] = f64::from(row[y * grid.size[2] + x]);
                }
            }
        }
        for z in (0..padded[0] - reach[0]).step_by(step[0]) {
            for y in (0..padded[1] - reach[1]).step_by(step[1]) {
                for x in (0..padded[2] - reach[2]).step_by(step[2]) {
                    let mut products = Vec::new();
                    for kz in 0..size[0] {
                        for ky in 0..size[1] {
                            for kx in 0..size[2] {
                                let row = (z + kz * dilation) * padded[1] + y + ky * dilation;
                                let value = field[row * padded[2] + x + kx * dilation];
                                let weight = weights[(kz * size[1] + ky) * size[2] + kx];
                                products.push(value * f64::from(weight));
                            }
                        }
                    }
                    out.push(reduce(&products));
                }
            }
        }
    }
    out
}

fn assert_equal(output: &Grid, expected: &[f64]) {
    assert_eq!(output.values.len(), expected.len());
    for (value, expected) in output.values.iter().zip(expected) {
        let difference = (f64::from(*value) - expected).abs();
        assert!(difference < 1e-3, "{value} instead of {expected}");
    }
}

fn grids() -> impl Strategy<Value = Grid> {
    (
        1..=3_usize,
        [1..=4_usize, 1..=9_usize, 1..=11_usize],
        prop::bool::ANY,
        0..1000_u32,
    )
        .prop_map(|(rank, size, color, seed)| {
            let size = [0, 1, 2].map(|axis| if axis >= 3 - rank { size[axis] } else { 1 });
            let channels = if color && rank == 2 { 3 } else { 1 };
            let count = channels * size.iter().product::<usize>();
            // Any numbers will do, as long as neighbours differ.
            let values = (0..count as u32)
                .map(|at| ((at + 1) * (seed + 7) * 2_654_435 % 511) as f32 - 255.0)
                .collect();
            Grid::new(rank, channels, size, values)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn convolutions_equal_plain_loops(
        grid in grids(),
        sides in [1..=3_usize, 1..=4_usize, 1..=5_usize],
        stride in 1..=3_usize,
        dilation in 1..=3_usize,
        same in prop::bool::ANY,
    ) {
        let size = [0, 1, 2].map(|axis| if axis >= 3 - grid.rank { sides[axis] } else { 1 });
        let weights: Vec<f32> =
            (0..size.iter().product::<usize>()).map(|at| (at * 7 % 5) as f32 - 2.0).collect();
        let kernel = Kernel { size, weights: weights.clone() };
        let padding = if same { PaddingMode::Same } else { PaddingMode::Valid };
        let window = SlidingOperation::convolution(kernel, grid.rank, padding, stride, dilation);
        let fits = same || (0..3).all(|axis| dilation * (size[axis] - 1) < grid.size[axis]);
        let output = window.apply(&grid, &device());
        prop_assert_eq!(output.is_ok(), fits);
        if let Ok(output) = output {
            let sum = |products: &[f64]| products.iter().sum();
            let expected = naive(&grid, &weights, size, [stride, dilation], padding, sum);
            assert_equal(&output, &expected);
            explanations_lead_to(&window, &grid, &output);
        }
    }

    #[test]
    fn pooling_equals_plain_loops(
        grid in grids(),
        side in 1..=4_usize,
        stride in 1..=4_usize,
        max in prop::bool::ANY,
    ) {
        let size = [0, 1, 2].map(|axis| if axis >= 3 - grid.rank { side } else { 1 });
        let operation = if max { OperationKind::MaxPool } else { OperationKind::AveragePool };
        let window = SlidingOperation::pooling(operation, grid.rank, side, stride);
        let output = window.apply(&grid, &device());
        prop_assert_eq!(output.is_ok(), (0..3).all(|axis| size[axis] <= grid.size[axis]));
        if let Ok(output) = output {
            let ones = vec![1.0; size.iter().product()];
            let reduce = |values: &[f64]| match max {
                true => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                false => values.iter().sum::<f64>() / values.len() as f64,
            };
            let expected = naive(&grid, &ones, size, [stride, 1], PaddingMode::Valid, reduce);
            assert_equal(&output, &expected);
            explanations_lead_to(&window, &grid, &output);
        }
    }
}

/// The terms of the last output value lead to it.
fn explanations_lead_to(window: &SlidingOperation, grid: &Grid, output: &Grid) {
    let last = output.size.map(|size| size - 1);
    let terms = window.explain(grid, output.channels - 1, last).unwrap();
    let value = f64::from(*output.values.last().unwrap());
    assert!((terms.result - value).abs() < 1e-3);
    let beyond = [last[0], last[1], last[2] + 1];
    assert!(window.explain(grid, 0, beyond).is_err());
}

#[test]
fn numbers_are_read_from_text_and_csv_with_any_separator() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("a.csv", "\u{feff}1,2,3\r\n4,5,6.5\r\n"),
        ("b.csv", "1;2;3\n4;5;6.5"),
        ("c.txt", "1 2 3\n\n4  5 6.5\n"),
        ("d.csv", "1;2;3\n4;5;6,5"),
        ("e.tsv", "1\t2\t3\n4\t5\t6.5"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let input = read(&path).unwrap();
        assert!(!input.is_picture);
        assert_eq!(
            input.grid,
            Grid::matrix(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.5])
        );
    }
    assert_eq!(matrix("1 2 3").rank, 1);
    assert_eq!(matrix("1; 2; 3").size, [1, 1, 3]);
}

#[test]
fn a_folder_of_slices_is_a_stack_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("10.csv"), "5 6\n7 8").unwrap();
    fs::write(folder.path().join("9.csv"), "1 2\n3 4").unwrap();
    fs::write(folder.path().join("notes.md"), "not a slice").unwrap();
    let grid = read(folder.path()).unwrap().grid;
    assert_eq!((grid.rank, grid.size), (3, [2, 2, 2]));
    assert_eq!(grid.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    fs::write(folder.path().join("11.csv"), "1 2 3\n4 5 6").unwrap();
    let error = read(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("expected 2x2") && error.contains("received 2x3"),
        "{error}"
    );
}

#[test]
fn pictures_keep_their_size_and_colours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    let picture = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 9]));
    picture.save(&path).unwrap();
    let input = read(&path).unwrap();
    assert!(input.is_picture);
    assert_eq!((input.grid.channels, input.grid.size), (3, [1, 2, 3]));
    assert_eq!(input.grid.slice(0, 0), [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
    assert_eq!(input.grid.slice(2, 0), [9.0; 6]);
}

#[test]
fn mistakes_are_told_with_what_was_expected() {
    let refused = |text: &str| read(text.as_ref()).unwrap_err().to_string();
    assert!(refused("nowhere.png").contains("there is no such file"));
    assert!(refused("1 2 / 3").contains("row 2: expected 2 numbers"));
    assert!(refused("2024/05").contains("there is no such file"));
    assert!(refused(" ").contains("expected rows of numbers"));
    let folder = tempfile::tempdir().unwrap();
    let gap = folder.path().join("gap.csv");
    fs::write(&gap, "1,2,3\n4,,6\n").unwrap();
    let error = read(&gap).unwrap_err().to_string();
    assert!(
        error.contains("row 2: expected numbers, received \"\""),
        "{error}"
    );
    let kernel = |text: &str, rank| Kernel::parse(text, rank).unwrap_err().to_string();
    assert!(kernel("sharpn", 2).contains("did you mean \"sharpen\""));
    assert!(kernel("emboss", 1).contains("expected sharpen, edge-x, laplacian, blur"));
    assert!(kernel("1 2; 3", 2).contains("row 2"));
    assert!(kernel("1 nan", 2).contains("nan"));
    assert!(kernel("1/0", 2).contains("1/0"));
    assert!(kernel("1 2 | 1 2; 3 4", 3).contains("same size"));
    let kernel = Kernel::parse("1 1; 1 1", 2).unwrap();
    let window = SlidingOperation::convolution(kernel, 1, PaddingMode::Valid, 1, 1);
    let error = window.output_size(&matrix("1 2 3")).unwrap_err();
    assert!(error.to_string().contains("it has more axes"), "{error}");
}

#[test]
fn a_kernel_shows_its_weights() {
    let kernel = Kernel::parse("0 -1; 1/2 5", 2).unwrap();
    let text = kernel.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(words, ["2x2", "kernel", "0", "-1", "0.5", "5"]);
}
