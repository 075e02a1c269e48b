//! Layers that can be computed at the end of the kernel of the layer before them.

use burn::nn::BatchNorm;
use kernels::{Activation, Pool};

/// A layer, as the end of the kernel of the layer before it.
#[derive(Clone, Copy)]
pub enum Epilogue<'a> {
    BatchNorm(&'a BatchNorm),
    Activation(Activation),
    Pool(Pool),
    /// Not computed at all where the channels lie one after the other in memory.
    Flatten,
}

/// The layers after the one that is applied.
pub struct NextLayers<'a> {
    epilogues: &'a [Option<Epilogue<'a>>],
    fused: usize,
}

impl<'a> NextLayers<'a> {
    /// No layers.
    pub fn none() -> Self {
        Self::new(&[])
    }

    pub fn new(epilogues: &'a [Option<Epilogue<'a>>]) -> Self {
        Self {
            epilogues,
            fused: 0,
        }
    }

    /// How many layers were taken: they are computed, and must not be applied again.
    pub fn fused(&self) -> usize {
        self.fused
    }

    fn first(&self) -> Option<Epilogue<'a>> {
        *self.epilogues.get(self.fused)?
    }

    /// Takes the next layer if `fit` accepts it.
    fn take<T>(&mut self, fit: impl FnOnce(Epilogue<'a>) -> Option<T>) -> Option<T> {
        let taken = fit(self.first()?)?;
        self.fused += 1;
        Some(taken)
    }

    /// Takes the next layer if it is a batch norm that `fits`.
    pub fn batch_norm(&mut self, fits: impl FnOnce(&BatchNorm) -> bool) -> Option<&'a BatchNorm> {
        self.take(|epilogue| match epilogue {
            Epilogue::BatchNorm(norm) if fits(norm) => Some(norm),
            _ => None,
        })
    }

    /// Takes the next layer if it is an activation.
    pub fn activation(&mut self) -> Option<Activation> {
        self.take(|epilogue| match epilogue {
            Epilogue::Activation(activation) => Some(activation),
            _ => None,
        })
    }

    /// Takes the next layer if it is a pooling.
    pub fn pool(&mut self) -> Option<Pool> {
        self.take(|epilogue| match epilogue {
            Epilogue::Pool(pool) => Some(pool),
            _ => None,
        })
    }

    /// Whether the next layer flattens. It is not taken, but costs nothing if the kernel leaves the
    /// channels one after the other in memory.
    pub fn is_flatten(&self) -> bool {
        matches!(self.first(), Some(Epilogue::Flatten))
    }
}
