//! An evaluation as text: figures, scores of each class, confusion matrix.

use std::fmt;

use super::evaluate::Evaluation;
use super::metrics::Scores;
use crate::text::{grouped, table};

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.2}%", 100.0 * share);
        writeln!(
            f,
            "{} images of the {} split: accuracy {} (95% interval {} to {}), top-5 {}, loss {:.4}\n",
            grouped(self.images),
            self.split,
            percent(self.accuracy),
            percent(self.accuracy_interval.low),
            percent(self.accuracy_interval.high),
            percent(self.top5_accuracy),
            self.loss,
        )?;
        let mut scores = table(["class", "precision", "recall", "F1", "images"], 1);
        let row = |name: &str, s: &Scores, images: usize| {
            let [p, r, f1] = [s.precision, s.recall, s.f1].map(|share| format!("{share:.4}"));
            [name.to_string(), p, r, f1, grouped(images)]
        };
        for class in &self.classes {
            scores.add_row(row(&class.name, &class.scores, class.support));
        }
        scores.add_row(row("mean over classes", &self.macro_mean, self.images));
        scores.add_row(row("mean over images", &self.weighted_mean, self.images));
        writeln!(f, "{scores}\n")?;
        writeln!(
            f,
            "confusion matrix (rows: true class, columns: predicted class)"
        )?;
        let mut matrix = comfy_table::Table::new();
        matrix.load_preset(comfy_table::presets::NOTHING);
        let numbers = 0..self.classes.len();
        matrix.set_header(
            [String::new()]
                .into_iter()
                .chain(numbers.map(|n| n.to_string())),
        );
        for (number, (class, row)) in self.classes.iter().zip(self.confusion.counts()).enumerate() {
            let name = format!("{number} {}", class.name);
            matrix.add_row([name].into_iter().chain(row.iter().map(usize::to_string)));
        }
        write!(f, "{matrix}")
    }
}
