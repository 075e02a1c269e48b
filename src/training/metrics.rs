//! What Burn's dashboard and logs show of every batch.
//!
//! Burn's own metrics compute again, from the logits, what the step has computed already; these
//! only read it.

use std::marker::PhantomData;
use std::sync::Arc;

use burn::tensor::{Tensor, TensorReadError};
use burn::train::metric::state::{FormatOptions, NumericMetricState};
use burn::train::metric::{
    Adaptor, Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes,
    NumericEntry, SerializedEntry,
};

use super::classifier::StepOutput;

/// A figure of a batch, a mean over its images.
pub trait Figure: Clone + Send + Sync + 'static {
    /// The name that Burn's own metric has.
    const NAME: &'static str;
    const UNIT: Option<&'static str>;
    const HIGHER_IS_BETTER: bool;

    /// What is read from the device, one value.
    fn tensor(output: &StepOutput) -> Tensor<1>;

    /// The mean in [`UNIT`](Self::UNIT), from the value read.
    fn mean(value: f64, images: usize) -> f64;
}

/// Share of the images that were classified correctly, in percent.
#[derive(Clone)]
pub struct Accuracy;

impl Figure for Accuracy {
    const NAME: &'static str = "Accuracy";
    const UNIT: Option<&'static str> = Some("%");
    const HIGHER_IS_BETTER: bool = true;

    fn tensor(output: &StepOutput) -> Tensor<1> {
        output.correct.clone()
    }

    fn mean(value: f64, images: usize) -> f64 {
        100.0 * value / images.max(1) as f64
    }
}

/// Mean loss, classes unweighted.
#[derive(Clone)]
pub struct MeanLoss;

impl Figure for MeanLoss {
    const NAME: &'static str = "Loss";
    const UNIT: Option<&'static str> = None;
    const HIGHER_IS_BETTER: bool = false;

    fn tensor(output: &StepOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn mean(value: f64, _images: usize) -> f64 {
        value
    }
}

/// A figure as one of Burn's metrics.
#[derive(Clone)]
pub struct FigureMetric<F> {
    name: MetricName,
    state: NumericMetricState,
    figure: PhantomData<F>,
}

/// A figure of one batch, still on the device.
pub struct Reading<F> {
    value: Tensor<1>,
    images: usize,
    figure: PhantomData<F>,
}

impl<F: Figure> Adaptor<Reading<F>> for StepOutput {
    fn adapt(&self) -> Reading<F> {
        Reading {
            value: F::tensor(self),
            images: self.images,
            figure: PhantomData,
        }
    }
}

impl<F: Figure> FigureMetric<F> {
    pub fn new() -> Self {
        Self {
            name: Arc::new(F::NAME.into()),
            state: NumericMetricState::new(),
            figure: PhantomData,
        }
    }

    fn format(&self) -> FormatOptions {
        let format = FormatOptions::new(self.name()).precision(2);
        match F::UNIT {
            Some(unit) => format.unit(unit),
            None => format,
        }
    }
}

impl<F: Figure> Metric for FigureMetric<F> {
    type Input = Reading<F>;

    fn name(&self) -> MetricName {
        self.name.clone()
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes {
            unit: F::UNIT.map(String::from),
            higher_is_better: F::HIGHER_IS_BETTER,
        }
        .into()
    }

    fn update(
        &mut self,
        reading: &Reading<F>,
        _metadata: &MetricMetadata,
    ) -> Result<SerializedEntry, TensorReadError> {
        let value = reading.value.clone().try_into_scalar::<f64>()?;
        let mean = F::mean(value, reading.images);
        self.state.update(mean, reading.images);
        Ok(self.state.compute_update(self.format()))
    }

    fn compute(&mut self) -> Result<SerializedEntry, TensorReadError> {
        Ok(self.state.compute_final(self.format()))
    }

    fn clear(&mut self) {
        self.state.reset();
    }
}

impl<F: Figure> Numeric for FigureMetric<F> {
    fn value(&self) -> Option<NumericEntry> {
        Some(self.state.current_value())
    }

    fn running_value(&self) -> Option<NumericEntry> {
        Some(self.state.running_value())
    }

    fn final_value(&self) -> NumericEntry {
        self.state.final_value()
    }
}
