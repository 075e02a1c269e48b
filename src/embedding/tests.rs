use super::*;

/// Three groups of points around corners in five dimensions.
fn groups(each: usize) -> Embeddings {
    let value = |image: usize, feature: usize| {
        let noise = ((image * 31 + feature * 17) % 13) as f32 / 26.0;
        let corner = if feature == image % 3 { 8.0 } else { 0.0 };
        corner + noise
    };
    let values = (0..3 * each).flat_map(|image| (0..5).map(move |feature| value(image, feature)));
    Embeddings {
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
    // Points three times as far apart along one axis, rotated by 30 degrees.
    let (sin, cos) = 30f32.to_radians().sin_cos();
    let cloud = [[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
    for width in [2, 40] {
        let values = cloud.iter().flat_map(|[x, y]: &[f32; 2]| {
            let turned = [cos * x - sin * y, sin * x + cos * y];
            let feature = |feature| if feature < 2 { turned[feature] } else { 0.0 };
            (0..width).map(feature).collect::<Vec<f32>>()
        });
        let features = Embeddings {
            images: 4,
            width,
            values: values.collect(),
        };
        let (points, shares) = principal_components(&features).unwrap();
        let expected = [0.9, 0.1];
        for axis in [0, 1] {
            assert!((shares[axis] - expected[axis]).abs() < 1e-6, "{shares:?}");
        }
        for (point, expected) in points.iter().zip(&cloud) {
            for axis in [0, 1] {
                assert!(
                    (point[axis].abs() - expected[axis].abs()).abs() < 1e-4,
                    "{points:?}"
                );
            }
        }
        assert!((points[0][0] + points[1][0]).abs() < 1e-4, "{points:?}");
    }
}

#[test]
fn features_that_are_not_finite_are_refused_and_large_ones_are_not() {
    let embeddings = |values: Vec<f32>| Embeddings {
        images: 4,
        width: 1,
        values,
    };
    assert!(principal_components(&embeddings(vec![1.0, f32::NAN, 0.0, 2.0])).is_err());
    let (points, shares) = principal_components(&embeddings(vec![1e38, -1e38, 0.0, 3e38])).unwrap();
    assert!(points.iter().flatten().all(|value| value.is_finite()));
    assert!(
        (shares[0] - 1.0).abs() < 1e-9 && shares[1] == 0.0,
        "{shares:?}"
    );
}

#[test]
fn both_projections_keep_groups_together() {
    let features = groups(20);
    let (components, _) = principal_components(&features).unwrap();
    assert_eq!(kept_together(&components), 1.0);
    let points = t_sne(&features, &components);
    assert!(kept_together(&points) > 0.95);
    assert_eq!(points, t_sne(&features, &components));
}

#[test]
fn few_images_and_identical_images_have_finite_points() {
    for features in [
        Embeddings {
            images: 4,
            width: 3,
            values: (0..12).map(|v| v as f32).collect(),
        },
        Embeddings {
            images: 9,
            width: 2,
            values: vec![0.5; 18],
        },
    ] {
        let (components, shares) = principal_components(&features).unwrap();
        let points = t_sne(&features, &components);
        for point in components.iter().chain(&points) {
            assert!(
                point.iter().all(|value| value.is_finite()),
                "{point:?} {shares:?}"
            );
        }
    }
}
