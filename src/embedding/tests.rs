use super::*;
use crate::reference::devices;

/// Three groups of points around corners in five dimensions.
fn groups(each: usize) -> Embedded {
    let value = |image: usize, feature: usize| {
        let noise = ((image * 31 + feature * 17) % 13) as f32 / 26.0;
        let corner = if feature == image % 3 { 8.0 } else { 0.0 };
        corner + noise
    };
    let values = (0..3 * each).flat_map(|image| (0..5).map(move |feature| value(image, feature)));
    Embedded {
        images: 3 * each,
        width: 5,
        values: values.collect(),
    }
}

/// The share of images whose nearest neighbour is of their own group.
fn kept_together(points: &Points) -> f64 {
    let near = |image: usize| {
        let others = (0..points.len()).filter(|&other| other != image);
        let distance = |other: usize| {
            let axes = [0, 1].map(|axis| points[image][axis] - points[other][axis]);
            axes[0].powi(2) + axes[1].powi(2)
        };
        others
            .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
            .unwrap()
    };
    let kept = (0..points.len()).filter(|&image| near(image) % 3 == image % 3);
    kept.count() as f64 / points.len() as f64
}

#[test]
fn components_have_the_variances_of_the_points() {
    // Points on a line with deviation 3 times that across it.
    let values = [[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
    for width in [2, 40] {
        // Fewer images than features take the other way round.
        let values = values.iter().flat_map(|point: &[f32; 2]| {
            let feature = |feature| if feature < 2 { point[feature] } else { 0.0 };
            (0..width).map(feature).collect::<Vec<f32>>()
        });
        let features = Embedded {
            images: 4,
            width,
            values: values.collect(),
        };
        let (points, shares) = principal_components(&features, &devices()[0]).unwrap();
        assert!(
            (shares[0] - 0.9).abs() < 1e-5 && (shares[1] - 0.1).abs() < 1e-5,
            "{shares:?}"
        );
        assert!((points[0][0].abs() - 3.0).abs() < 1e-4, "{points:?}");
        assert!((points[2][1].abs() - 1.0).abs() < 1e-4, "{points:?}");
        assert!((points[0][0] + points[1][0]).abs() < 1e-4, "{points:?}");
    }
}

#[test]
fn both_projections_keep_groups_together() {
    let features = groups(20);
    let (components, _) = principal_components(&features, &devices()[0]).unwrap();
    assert_eq!(kept_together(&components), 1.0);
    let points = t_sne(&features, &components);
    assert!(kept_together(&points) > 0.95);
    assert_eq!(points, t_sne(&features, &components));
}

#[test]
fn few_images_and_images_that_are_all_alike_have_places_too() {
    for features in [
        Embedded {
            images: 4,
            width: 3,
            values: (0..12).map(|v| v as f32).collect(),
        },
        Embedded {
            images: 9,
            width: 2,
            values: vec![0.5; 18],
        },
    ] {
        let (components, shares) = principal_components(&features, &devices()[0]).unwrap();
        let points = t_sne(&features, &components);
        for point in components.iter().chain(&points) {
            assert!(
                point.iter().all(|value| value.is_finite()),
                "{point:?} {shares:?}"
            );
        }
    }
}
