//! Convolution blocks on the CPU: convolution, bias, activation and pooling in one pass over each
//! image, and the backward pass of the whole.

mod backward;
mod depthwise;
mod forward;
mod geometry;
mod layout;
mod pooling;
mod sparse;

use std::cell::RefCell;
use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use self::geometry::Geometry;
use self::layout::{Panels, channel_stride, largest_magnitude, panel_vectors};
use super::buffer::Room;
use super::extension::Bias;
use super::host::{HostTensor, View};
use super::simd::arch;
use super::spec::ConvBlock;

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub struct Tape<B: HostTensor> {
    block: ConvBlock,
    images: FloatTensor<B>,
    weight: FloatTensor<B>,
    /// Where an activation comes last.
    output: Option<FloatTensor<B>>,
    picked: Option<Arc<Vec<u8>>>,
    activated: Option<Arc<Vec<f32>>>,
}

thread_local! {
    static FORWARD: RefCell<forward::Scratch> = RefCell::default();
    static BACKWARD: RefCell<backward::Scratch> = RefCell::default();
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        S::F32_LANES
    }
}

/// Runs the block; with a tape where `keep` asks for one.
///
/// `None` where a case is not covered, or where a value on the way was NaN or infinite: Burn's
/// own operations then say what becomes of it.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - `weight`: `[out channels, channels / groups, height, width]`
/// - output: `[batch, out channels, height, width]`
pub fn forward<B: HostTensor>(
    images: &FloatTensor<B>,
    weight: &FloatTensor<B>,
    bias: &Bias<B>,
    block: &ConvBlock,
    keep: bool,
) -> Option<(FloatTensor<B>, Option<Tape<B>>)> {
    let view = View::of::<B>(images)?;
    let kernel = View::of::<B>(weight)?;
    let Some(geometry) = Geometry::new(view.shape, kernel.shape, block) else {
        log::debug!(
            "convolution by Burn's own operations: images {:?}, weight {:?}, {block:?}",
            view.shape,
            kernel.shape
        );
        return None;
    };
    let g = &geometry;
    // Measured in `benches/kernels`: the way to channels-last costs more than is won after it.
    let rows_of_channels = view.strides[1] > 1;
    if !keep && g.depthwise() && g.unpooled() && g.stride == [1, 1] && rows_of_channels {
        log::debug!(
            "depthwise convolution by Burn's own operation, which is faster on row-major images"
        );
        return None;
    }
    let biases = bias
        .as_ref()
        .map_or(g.out_channels, |bias| bias.shape().num_elements());
    if biases != g.out_channels {
        return None; // and Burn says what is wrong
    }
    let arch = arch();
    let lanes = arch.dispatch(Lanes);
    let kernel = B::into_values(weight.clone());
    let Some(largest_weight) = largest_magnitude(&kernel) else {
        log::debug!("convolution by Burn's own operations: a weight is NaN or infinite");
        return None;
    };
    let weights = match g.depthwise() {
        true => vec![Panels::depthwise(g, lanes, &kernel)],
        false => (0..g.groups)
            .map(|group| Panels::by_tap(g, lanes, group, &kernel))
            .collect(),
    };
    let mut offsets = vec![0.0; channel_stride(g, lanes) + lanes];
    if let Some(bias) = bias.as_ref() {
        offsets[..g.out_channels].copy_from_slice(&B::into_values(bias.clone()));
    }

    let row = g.out[1] * g.out_channels;
    let size = g.batch * g.out[0] * row;
    let mut output = Room::new(size);
    let picks = keep && g.picks();
    let mut picked = picks.then(|| Room::new(size));
    let averages = keep && !g.unpooled() && !g.picks() && g.activation.is_some();
    let convolved = g.conv[0] * g.conv[1] * g.out_channels;
    let mut activated = averages.then(|| Room::new(g.batch * convolved));

    let threads = rayon::current_num_threads();
    // One image is cut into bands where there are fewer images than threads.
    let bands = match averages {
        true => 1,
        false => threads.div_ceil(g.batch).min(g.out[0]),
    };
    let band_rows = g.out[0].div_ceil(bands);
    let mut work = Vec::with_capacity(g.batch * bands);
    let mut rest = output.all();
    let mut rest_picked = picked.as_mut().map(Room::all);
    let mut rest_activated = activated.as_mut().map(Room::all);
    for image in 0..g.batch {
        for first in (0..g.out[0]).step_by(band_rows) {
            let rows = first..(first + band_rows).min(g.out[0]);
            let len = rows.len() * row;
            work.push(forward::Band {
                image,
                rows,
                output: rest.take(len),
                picked: rest_picked.as_mut().map(|rest| rest.take(len)),
                activated: rest_activated.as_mut().map(|rest| rest.take(convolved)),
            });
        }
    }
    let shared = forward::Shared {
        geometry: g,
        images: &view,
        weights: &weights,
        largest_weight,
        largest_bias: largest_magnitude(&offsets).unwrap_or(f32::INFINITY),
        bias: &offsets,
    };
    let share = work.len().div_ceil(threads);
    let mut finite = vec![true; threads];
    let mut work = work.into_iter();
    rayon::scope(|scope| {
        for finite in &mut finite {
            let bands: Vec<_> = work.by_ref().take(share).collect();
            let shared = &shared;
            scope.spawn(move |_| {
                FORWARD.with_borrow_mut(|scratch| {
                    *finite = arch.dispatch(forward::Forward {
                        shared,
                        bands,
                        scratch,
                    });
                });
            });
        }
    });
    if finite.contains(&false) {
        log::debug!("convolution by Burn's own operations: a value is NaN or infinite");
        return None;
    }
    let output = output.into_values();
    let device = images.device();
    let shape = [g.batch, g.out[0], g.out[1], g.out_channels];
    let flat = block.channels_first.then(|| {
        let values = channels_first(&output, g.out_channels, g.out[0] * g.out[1]);
        B::from_values(
            values,
            &[g.batch, g.out_channels, g.out[0], g.out[1]],
            &device,
        )
    });
    let output = B::float_permute(B::from_values(output, &shape, &device), &[0, 3, 1, 2]);
    let tape = keep.then(|| Tape {
        block: *block,
        images: images.clone(),
        weight: weight.clone(),
        output: (g.activation.is_some() && !averages).then(|| output.clone()),
        picked: picked.map(|picked| Arc::new(picked.into_values())),
        activated: activated.map(|activated| Arc::new(activated.into_values())),
    });
    Some((flat.unwrap_or(output), tape))
}

/// Images `[place][channel]` as `[channel][place]`.
fn channels_first(images: &[f32], channels: usize, places: usize) -> Vec<f32> {
    let size = channels * places;
    let mut room = Room::new(images.len());
    let mut rest = room.all();
    let work: Vec<_> = (images.chunks_exact(size))
        .map(|image| (rest.take(size), image))
        .collect();
    let least = (1usize << 15).div_ceil(size);
    (work.into_par_iter().with_min_len(least)).for_each(|(values, image)| {
        let values = values.open();
        for (channel, values) in values.chunks_exact_mut(places).enumerate() {
            let channel = image[channel..].iter().step_by(channels);
            (values.iter_mut().zip(channel)).for_each(|(to, value)| *to = *value);
        }
    });
    room.into_values()
}

/// Gradients of the loss with respect to images, weight and bias, as far as `wanted`, from the
/// one with respect to the output.
pub fn backward<B: HostTensor>(
    tape: &Tape<B>,
    gradient: &FloatTensor<B>,
    wanted: [bool; 3],
) -> Option<[Option<FloatTensor<B>>; 3]> {
    let images = View::of::<B>(&tape.images)?;
    let gradient = View::of::<B>(gradient)?;
    let weight_shape: [usize; 4] = tape.weight.shape().to_vec().try_into().ok()?;
    let geometry = Geometry::new(images.shape, weight_shape, &tape.block)?;
    let g = &geometry;
    let arch = arch();
    let lanes = arch.dispatch(Lanes);
    let stride = channel_stride(g, lanes);
    let [group_in, group_out] = g.group();
    let places = g.kernel[0] * g.kernel[1];
    let sparse = sparse::pays(g, lanes);
    let weights: Vec<Panels> = match wanted[0] {
        false => Vec::new(),
        true => {
            let kernel = B::into_values(tape.weight.clone());
            if g.depthwise() {
                vec![Panels::depthwise(g, lanes, &kernel)]
            } else if sparse {
                vec![Panels::filters(g, &kernel)]
            } else {
                (0..g.groups)
                    .flat_map(|group| Panels::by_run(g, lanes, group, &kernel))
                    .collect()
            }
        }
    };
    let taps: Vec<usize> = (g.runs.iter())
        .flat_map(|run| (0..g.run).map(move |at| run + at))
        .collect();
    let width = panel_vectors(group_out, lanes) * lanes;
    let panels = group_out.div_ceil(width);
    let output = match &tape.output {
        Some(output) => View::of::<B>(output)?.values,
        None => (&[][..]).into(),
    };
    let shared = backward::Shared {
        geometry: g,
        images: &images,
        gradient: &gradient,
        output: &output,
        picked: tape.picked.as_deref().map(Vec::as_slice),
        activated: tape.activated.as_deref().map(Vec::as_slice),
        weights: &weights,
        taps: &taps,
        stride,
        sparse,
        weight_gradient: wanted[1],
    };
    let size = g.height * g.width * g.channels;
    let mut image_gradient = Room::new(match wanted[0] {
        true => g.batch * size,
        false => 0,
    });
    let threads = rayon::current_num_threads();
    let share = g.batch.div_ceil(threads);
    let channels = g.channels.next_multiple_of(lanes);
    let weight_sums = if g.depthwise() {
        g.runs.len() * channels
    } else if sparse {
        g.out_channels * taps.len()
    } else {
        g.groups * panels * taps.len() * width
    };
    let fresh = backward::Sums::new(weight_sums, stride);
    let mut sums = vec![fresh; g.batch.div_ceil(share)];
    let mut rest = image_gradient.all();
    rayon::scope(|scope| {
        for (task, sums) in sums.iter_mut().enumerate() {
            let first = task * share;
            let count = share.min(g.batch - first);
            let out = rest.take(match wanted[0] {
                true => count * size,
                false => 0,
            });
            let shared = &shared;
            scope.spawn(move |_| {
                BACKWARD.with_borrow_mut(|scratch| {
                    arch.dispatch(backward::Backward {
                        shared,
                        first,
                        count,
                        image_gradient: out.open(),
                        sums,
                        scratch,
                    });
                });
            });
        }
    });
    // In the order of the images, whichever thread was first.
    let (total, others) = sums.split_first_mut()?;
    for other in others {
        for (to, from) in total.weights.iter_mut().zip(other.weights.iter()) {
            *to += from;
        }
        for (to, from) in total.bias.iter_mut().zip(other.bias.iter()) {
            *to += from;
        }
    }
    let device = tape.images.device();
    let image_gradient = wanted[0].then(|| {
        let shape = [g.batch, g.height, g.width, g.channels];
        B::float_permute(
            B::from_values(image_gradient.into_values(), &shape, &device),
            &[0, 3, 1, 2],
        )
    });
    let weight_gradient = wanted[1].then(|| {
        let mut values = vec![0.0; weight_shape.iter().product()];
        let sums = &total.weights;
        let least = (1usize << 17).div_ceil(taps.len());
        (values
            .par_chunks_exact_mut(taps.len())
            .enumerate()
            .with_min_len(least))
        .for_each(|(filter, values)| {
            // Where the sum of the filter's first tap is, and how far apart its taps are.
            let (start, step) = if g.depthwise() {
                (filter, channels)
            } else if sparse {
                (filter * taps.len(), 1)
            } else {
                let (group, channel) = (filter / group_out, filter % group_out);
                let panel = (group * panels + channel / width) * taps.len() * width;
                (panel + channel % width, width)
            };
            for (input, values) in values.chunks_exact_mut(places).enumerate() {
                for (place, value) in values.iter_mut().enumerate() {
                    *value = sums[start + (place * group_in + input) * step];
                }
            }
        });
        B::from_values(values, &weight_shape, &device)
    });
    let bias_gradient = wanted[2].then(|| {
        let values = total.bias[..g.out_channels].to_vec();
        B::from_values(values, &[g.out_channels], &device)
    });
    Some([image_gradient, weight_gradient, bias_gradient])
}
