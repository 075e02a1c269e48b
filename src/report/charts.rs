//! Charts as SVG.
//!
//! Text, axes and grid have colours of their own so that a page can restyle them, see `style.css`.

use std::error::Error;
use std::ops::Range;

use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::ReportError;
use super::messages::{Language, Messages};
use crate::evaluation::Reliability;
use crate::training::EpochRecord;

/// In pixels; a page enlarges it where there is room.
const SIZE: (u32, u32) = (440, 300);
const TEXT: RGBColor = RGBColor(0x11, 0x11, 0x11);
const AXIS: RGBColor = RGBColor(0x11, 0x11, 0x12);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Told apart by people who see colours differently (after Okabe and Ito 2008), the last two darker to
/// be seen on white.
const COLORS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xb0, 0x78, 0x00),
    RGBColor(0x7a, 0x52, 0xa8),
];

/// A named line of a chart.
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// Drawn with dashes: a second measurement of what the line before shows.
    pub dashed: bool,
    /// Position in the list of colours.
    pub color: usize,
}

/// The colour of a position in the list, as `#rrggbb`.
pub fn color(position: usize) -> String {
    let RGBColor(r, g, b) = COLORS[position % COLORS.len()];
    format!("#{r:02x}{g:02x}{b:02x}")
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

/// Lines over epochs, with a legend or without; epochs in `marks` are marked, with the key of their name.
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
            // The last epoch, and what marks it, keeps clear of the border.
            true => 1.0..last + 0.03 * (last - 1.0),
            false => 0.5..1.5,
        },
        y: low - room..high + room,
        names: [t.get("chart_epoch"), y],
        whole: true,
        // Where lines that fall, or rise, leave room.
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
                // A single epoch has no line to tell the two by.
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

struct Axes<'a> {
    x: Range<f64>,
    y: Range<f64>,
    names: [&'a str; 2],
    /// Whether only whole numbers make sense on the first.
    whole: bool,
    /// Where it is, if it is.
    legend: Option<SeriesLabelPosition>,
    language: Language,
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn draw(
    axes: &Axes,
    lines: impl FnOnce(&mut Chart) -> Result<(), Box<dyn Error>>,
) -> Result<String, ReportError> {
    let mut svg = String::new();
    let attempt = || -> Result<(), Box<dyn Error>> {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(axes.x.clone(), axes.y.clone())?;
        let text = ("sans-serif", 13).into_font().color(&TEXT);
        // Six labels or so: as many decimals as tell them apart.
        let step = (axes.y.end - axes.y.start) / 6.0;
        let digits = (-step.log10()).ceil().clamp(1.0, 8.0) as usize;
        let steps = (axes.x.end - axes.x.start).round() as usize + 1;
        chart
            .configure_mesh()
            .x_desc(axes.names[0])
            .y_desc(axes.names[1])
            .x_labels(if axes.whole { steps.min(10) } else { 10 })
            .x_label_formatter(&|x| match axes.whole {
                true if (x - x.round()).abs() > 1e-6 => String::new(),
                true => format!("{x:.0}"),
                false => axes.language.number(*x, 1),
            })
            .y_label_formatter(&|y| axes.language.number(*y, digits))
            .y_labels(6)
            .label_style(text.clone())
            .axis_desc_style(text.clone())
            .axis_style(AXIS)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        lines(&mut chart)?;
        if let Some(position) = axes.legend.clone() {
            chart
                .configure_series_labels()
                .position(position)
                .label_font(text)
                .border_style(TRANSPARENT)
                .draw()?;
        }
        root.present()?;
        Ok(())
    };
    attempt().map_err(|error| ReportError::Chart(error.to_string()))?;
    Ok(svg)
}

fn stroke(x: i32, y: i32, color: RGBColor) -> PathElement<(i32, i32)> {
    PathElement::new(vec![(x, y), (x + 16, y)], color.stroke_width(2))
}

fn dashes(
    x: i32,
    y: i32,
    dash: u32,
    color: RGBColor,
) -> DashedPathElement<std::array::IntoIter<(i32, i32), 2>, u32> {
    DashedPathElement::new([(x, y), (x + 16, y)], dash, 3, color.stroke_width(2))
}
