//! A chart's axes, legend and colours, as SVG.
//!
//! Text, axes and grid each have a colour that nothing else has, so that `style.css` can restyle them.

use std::error::Error;
use std::ops::Range;

use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::error::ReportError;
use super::messages::Language;

/// Width and height in pixels; the page enlarges a chart where there is room.
const SIZE: (u32, u32) = (440, 300);
/// Of text and marks.
pub const TEXT: RGBColor = RGBColor(0x11, 0x11, 0x11);
const AXIS: RGBColor = RGBColor(0x11, 0x11, 0x12);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Distinguishable with colour blindness (after Okabe and Ito 2008); the last two are darker, for
/// contrast on white.
pub const COLORS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xb0, 0x78, 0x00),
    RGBColor(0x7a, 0x52, 0xa8),
];

/// The colour with an index, as `#rrggbb`.
pub fn color(index: usize) -> String {
    let RGBColor(r, g, b) = COLORS[index % COLORS.len()];
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The axes and the legend of a chart.
pub struct Axes<'a> {
    pub x: Range<f64>,
    pub y: Range<f64>,
    /// Of the x and the y axis.
    pub names: [&'a str; 2],
    /// Whether the x axis has labels at whole numbers only.
    pub whole: bool,
    /// Position of the legend; `None` for a chart without one.
    pub legend: Option<SeriesLabelPosition>,
    pub language: Language,
}

pub type Chart<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Draws axes, then `lines`, then the legend.
///
/// # Errors
/// [`ReportError::Chart`]
pub fn draw(
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
        // About six labels, with as many decimals as distinguish them.
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

/// A line of the legend.
pub fn stroke(x: i32, y: i32, color: RGBColor) -> PathElement<(i32, i32)> {
    PathElement::new(vec![(x, y), (x + 16, y)], color.stroke_width(2))
}

/// A dashed line of the legend.
pub fn dashes(
    x: i32,
    y: i32,
    dash: u32,
    color: RGBColor,
) -> DashedPathElement<std::array::IntoIter<(i32, i32), 2>, u32> {
    DashedPathElement::new([(x, y), (x + 16, y)], dash, 3, color.stroke_width(2))
}
