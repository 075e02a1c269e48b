//! The charts of the pages: training curves and reliability diagrams.

use plotters::prelude::*;

use super::error::ReportError;
use super::messages::Messages;
use super::svg::{Axes, COLORS, TEXT, dashes, draw, stroke};
use crate::evaluation::Reliability;
use crate::training::EpochRecord;

/// A named line of a chart.
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// Dashed lines are validation images, solid ones training images.
    pub dashed: bool,
    /// Index of the colour, which repeats after the last.
    pub color: usize,
}

/// The loss on training and validation images over the epochs.
pub fn losses(records: &[EpochRecord], names: [String; 2], color: usize) -> Vec<Series> {
    let figure = |record: &EpochRecord| (record.train_loss, record.valid_loss);
    history(records, figure, names, color)
}

/// The accuracy on training and validation images over the epochs.
pub fn accuracies(records: &[EpochRecord], names: [String; 2], color: usize) -> Vec<Series> {
    let figure = |record: &EpochRecord| (record.train_accuracy, record.valid_accuracy);
    history(records, figure, names, color)
}

fn history(
    records: &[EpochRecord],
    figure: impl Fn(&EpochRecord) -> (f64, Option<f64>),
    [train, valid]: [String; 2],
    color: usize,
) -> Vec<Series> {
    let points = |pick: &dyn Fn((f64, Option<f64>)) -> Option<f64>| -> Vec<(f64, f64)> {
        let points = (records.iter())
            .filter_map(|record| Some((record.epoch as f64, pick(figure(record))?)));
        points.filter(|(_, value)| value.is_finite()).collect()
    };
    let lines = [
        (train, points(&|(train, _)| Some(train)), false, color),
        (valid, points(&|(_, valid)| valid), true, color),
    ];
    (lines.into_iter())
        .filter(|(_, points, ..)| !points.is_empty())
        .map(|(name, points, dashed, color)| Series {
            name,
            points,
            dashed,
            color,
        })
        .collect()
}

/// Lines over epochs, with a legend or without. A vertical line marks each epoch in `marks`, which also
/// has the key of the message that names it.
///
/// # Errors
/// [`ReportError::Chart`]
pub fn over_epochs(
    series: &[Series],
    y: &str,
    marks: &[(usize, &str)],
    legend: bool,
    t: &Messages,
) -> Result<String, ReportError> {
    let values = series.iter().flat_map(|line| &line.points);
    let last = values.clone().map(|point| point.0).fold(1.0, f64::max);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
        (low.min(point.1), high.max(point.1))
    });
    let ends = series.first().map(|line| &line.points);
    let falls = ends.is_some_and(|points| match points.as_slice() {
        [first, .., last] => last.1 < first.1,
        _ => true,
    });
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    let room = ((high - low) * 0.08).max(high.abs() * 0.01).max(1e-6);
    let axes = Axes {
        x: match last > 1.0 {
            // Room between the last epoch, or its mark, and the border.
            true => 1.0..last + 0.03 * (last - 1.0),
            false => 0.5..1.5,
        },
        y: low - room..high + room,
        names: [t.get("chart_epoch"), y],
        whole: true,
        // The corner that falling, or rising, lines leave free.
        legend: legend.then_some(match falls {
            true => SeriesLabelPosition::UpperRight,
            false => SeriesLabelPosition::LowerRight,
        }),
        language: t.language,
    };
    draw(&axes, |chart| {
        for (&(epoch, key), dash) in marks.iter().zip([3, 1]) {
            let x = epoch as f64;
            let ends = [(x, low - room), (x, high + room)];
            chart
                .draw_series(DashedLineSeries::new(ends, dash, 4, TEXT.stroke_width(1)))?
                .label(t.get(key))
                .legend(move |(x, y)| dashes(x, y, dash, TEXT));
        }
        for line in series {
            let color = COLORS[line.color % COLORS.len()];
            let points = line.points.iter().copied();
            let drawn = match line.dashed {
                true => {
                    let style = color.stroke_width(2);
                    chart.draw_series(DashedLineSeries::new(points.clone(), 6, 4, style))?
                }
                false => {
                    chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?
                }
            };
            drawn.label(line.name.as_str());
            match line.dashed {
                true => drawn.legend(move |(x, y)| dashes(x, y, 4, color)),
                false => drawn.legend(move |(x, y)| stroke(x, y, color)),
            };
            if line.points.len() < 30 {
                // A single epoch has no line, so its points must differ: hollow for dashed lines.
                let style = match line.dashed {
                    true => color.stroke_width(2),
                    false => color.filled(),
                };
                chart.draw_series(points.map(|point| Circle::new(point, 3, style)))?;
            }
        }
        Ok(())
    })
}

/// Accuracy over confidence, before and after temperature scaling.
///
/// # Errors
/// [`ReportError::Chart`]
pub fn reliability(
    before: &Reliability,
    after: Option<&Reliability>,
    t: &Messages,
) -> Result<String, ReportError> {
    let axes = Axes {
        x: 0.0..1.0,
        y: 0.0..1.0,
        names: [t.get("chart_confidence"), t.get("chart_accuracy")],
        whole: false,
        legend: Some(SeriesLabelPosition::UpperLeft),
        language: t.language,
    };
    draw(&axes, |chart| {
        let ends = [(0.0, 0.0), (1.0, 1.0)];
        chart
            .draw_series(DashedLineSeries::new(ends, 3, 4, TEXT.stroke_width(1)))?
            .label(t.get("chart_perfect"))
            .legend(|(x, y)| dashes(x, y, 3, TEXT));
        let lines = [
            Some(("chart_before", before)),
            after.map(|after| ("chart_after", after)),
        ];
        for ((name, reliability), color) in lines.into_iter().flatten().zip(COLORS) {
            let filled = reliability.bins.iter().filter(|bin| bin.count > 0);
            let points: Vec<(f64, f64)> =
                filled.map(|bin| (bin.confidence, bin.accuracy)).collect();
            chart
                .draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?
                .label(t.get(name))
                .legend(move |(x, y)| stroke(x, y, color));
            let circles = points.into_iter();
            chart.draw_series(circles.map(|point| Circle::new(point, 3, color.filled())))?;
        }
        Ok(())
    })
}
