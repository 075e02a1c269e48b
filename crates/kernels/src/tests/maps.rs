//! Operations on feature maps and on each value give what Burn's own operations give.

use burn::tensor::{DType, Tensor};

use super::operations::{ARRIVALS, LOSSES, Operation, PLAIN, operations, weighted};
use super::support::{Results, backends, close, smooth, tensor, values};
use crate as kernels;
use crate::simd::forced;

/// Relative to the largest value: sums in another order, and a tanh of 6 units in the last place.
const TOLERANCE: f32 = 1e-5;

/// Whether a leaf may come as `arrival`: vectors only as they are.
fn arrives(operation: &Operation, arrival: &str) -> bool {
    operation.shapes.len() == 1 || operation.name.starts_with("sum") || arrival == "row-major"
}

#[test]
fn values_may_lie_in_any_order() {
    for backend in backends() {
        for operation in operations() {
            for (name, arrival) in ARRIVALS {
                if !arrives(&operation, name) {
                    continue;
                }
                let leaves = operation.values(arrival);
                let run =
                    |run| operation.run(run, &leaves, arrival, |_| true, weighted, &backend.device);
                close(
                    &run(&operation.kernel),
                    &run(&operation.composed),
                    TOLERANCE,
                )
                .unwrap_or_else(|e| panic!("{}, {}, {name}: {e}", backend.name, operation.name));
            }
        }
    }
}

#[test]
fn gradients_may_lie_in_any_order() {
    for backend in backends() {
        for operation in operations() {
            let leaves = operation.values(PLAIN);
            for (number, loss) in LOSSES.into_iter().enumerate() {
                let run = |run| operation.run(run, &leaves, PLAIN, |_| true, loss, &backend.device);
                close(
                    &run(&operation.kernel),
                    &run(&operation.composed),
                    TOLERANCE,
                )
                .unwrap_or_else(|e| {
                    panic!("{}, {}, loss {number}: {e}", backend.name, operation.name)
                });
            }
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same() {
    for (arch_name, arch) in forced::all() {
        for backend in backends() {
            for operation in operations() {
                for (name, arrival) in ARRIVALS.into_iter().take(2) {
                    if !arrives(&operation, name) {
                        continue;
                    }
                    let leaves = operation.values(arrival);
                    let run = |run| {
                        operation.run(run, &leaves, arrival, |_| true, weighted, &backend.device)
                    };
                    let actual = forced::with(arch, || run(&operation.kernel));
                    close(&actual, &run(&operation.composed), TOLERANCE).unwrap_or_else(|e| {
                        panic!("{arch_name}, {}, {}: {e}", backend.name, operation.name)
                    });
                }
            }
        }
    }
}

#[test]
fn gradients_that_are_not_needed_do_not_change_the_others() {
    for backend in backends() {
        for operation in operations() {
            let leaves = operation.values(PLAIN);
            let count = leaves.len();
            let run = |bits: usize| {
                let needs_grad = |n: usize| bits >> n & 1 == 1;
                let device = &backend.device;
                operation.run(
                    &operation.kernel,
                    &leaves,
                    PLAIN,
                    needs_grad,
                    weighted,
                    device,
                )
            };
            let all = run((1 << count) - 1);
            for bits in 0..(1 << count) {
                let needed = |n: &usize| bits >> n & 1 == 1;
                let expected = (0..count).filter(needed).map(|n| all[n + 1].clone());
                let expected: Results = std::iter::once(all[0].clone()).chain(expected).collect();
                assert!(
                    run(bits) == expected,
                    "{}, {}: {bits:b}",
                    backend.name,
                    operation.name
                );
            }
        }
    }
}

#[test]
fn a_special_value_goes_where_burn_lets_it_go() {
    for backend in backends() {
        for operation in operations() {
            for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                for leaf in 0..operation.shapes.len() {
                    let mut leaves = operation.values(PLAIN);
                    let middle = leaves[leaf].len() / 2;
                    leaves[leaf][middle] = special;
                    let run = |run| {
                        let device = &backend.device;
                        operation.run(run, &leaves, PLAIN, |_| true, weighted, device)
                    };
                    close(
                        &run(&operation.kernel),
                        &run(&operation.composed),
                        TOLERANCE,
                    )
                    .unwrap_or_else(|e| {
                        let what = format!("{special} in leaf {leaf}");
                        panic!("{}, {}, {what}: {e}", backend.name, operation.name)
                    });
                }
            }
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    for backend in backends() {
        for operation in operations() {
            let leaves = operation.values(PLAIN);
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                let device = &backend.device;
                pool.build().unwrap().install(|| {
                    operation.run(
                        &operation.kernel,
                        &leaves,
                        PLAIN,
                        |_| true,
                        weighted,
                        device,
                    )
                })
            };
            let one = with(1);
            assert!(
                one == with(2) && one == with(5),
                "{}, {}",
                backend.name,
                operation.name
            );
        }
    }
}

#[test]
fn double_precision_stays_double() {
    for backend in backends() {
        for operation in operations() {
            let leaves: Vec<Tensor<4>> = (operation.values(PLAIN).into_iter())
                .zip(&operation.shapes)
                .map(|(values, shape)| tensor(values, *shape, &backend.device))
                .map(|leaf| leaf.cast(DType::F64) / 3.0)
                .collect();
            // The statistics of a batch norm are single here: Burn does not mix the two.
            if leaves.len() == 3 {
                continue;
            }
            let what = format!("{}, {}", backend.name, operation.name);
            let output = (operation.kernel)(&leaves);
            assert_eq!(output.dtype(), DType::F64, "{what}");
            let largest = (output - (operation.composed)(&leaves)).abs().max();
            assert!(largest.into_scalar::<f64>() < 1e-12, "{what}");
        }
    }
}

/// What others hold stays as it is, also where the sum is written over a term.
#[test]
fn a_sum_changes_no_tensor_that_is_held() {
    for backend in backends() {
        let make = |seed| {
            tensor(
                smooth(seed, 2 * 3 * 4 * 5, 1.0),
                [2, 3, 4, 5],
                &backend.device,
            )
        };
        let last = |seed| make(seed).reshape([2, 4, 5, 3]).permute([0, 3, 1, 2]);
        let (a, b) = (last(1), last(2));
        let before = [values(a.clone()), values(b.clone())];
        let expected = values(kernels::add(a.clone(), b.clone(), None));
        for (a, b) in [
            (a.clone(), last(2)),
            (last(1), b.clone()),
            (last(1), last(2)),
        ] {
            assert_eq!(
                values(kernels::add(a, b, None)),
                expected,
                "{}",
                backend.name
            );
        }
        assert_eq!([values(a), values(b)], before, "{}", backend.name);
    }
}

/// Each branch alone, both in either order, one several times, and forks of forks.
#[test]
fn a_fork_passes_on_the_gradients_of_the_branches_that_are_read() {
    type Read = fn([Tensor<4>; 2]) -> Tensor<4>;
    let reads: [(&str, Read); 7] = [
        ("the first", |[a, _]| a.clone() * a),
        ("the second", |[_, b]| b.clone() * b * 3.0),
        ("both", |[a, b]| a * b),
        ("the second before the first", |[a, b]| b * 2.0 + a.tanh()),
        ("the first, cut off", |[a, b]| a.detach() * b),
        ("one deep", |[a, b]| ((a.tanh() * 2.0).tanh() + b).tanh()),
        ("a fork of a branch", |[a, b]| {
            let [c, d] = kernels::fork(a.tanh());
            let [e, f] = kernels::fork(b);
            c * e + d * f.tanh()
        }),
    ];
    for backend in backends() {
        for (name, read) in reads {
            let shape = [2, 3, 4, 5];
            let run = |fork: fn(Tensor<4>) -> [Tensor<4>; 2]| {
                let leaf = tensor(smooth(3, 120, 1.0), shape, &backend.device);
                let leaf = leaf.autodiff().require_grad();
                // A node before it, and the leaf itself.
                let output = read(fork(leaf.clone() * 1.5)) + read(fork(leaf.clone()));
                let gradients = weighted(output.clone()).backward();
                let gradient = leaf.grad(&gradients).expect("it is read");
                vec![("output", values(output)), ("gradient", values(gradient))]
            };
            let expected = run(|x| [x.clone(), x]);
            close(&run(kernels::fork), &expected, TOLERANCE)
                .unwrap_or_else(|error| panic!("{}, {name}: {error}", backend.name));
        }
    }
}

#[test]
fn a_fork_outside_of_a_graph_is_the_tensor_twice() {
    for backend in backends() {
        let x = tensor(smooth(3, 12, 1.0), [3, 4], &backend.device);
        for x in [x.clone(), x.autodiff()] {
            let [a, b] = kernels::fork(x.clone());
            assert!(!a.is_tracked() && !b.is_tracked());
            assert_eq!(values(a), values(x.clone()));
            assert_eq!(values(b), values(x));
        }
    }
}
