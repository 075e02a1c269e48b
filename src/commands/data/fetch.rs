//! `convlab data fetch`

use std::path::Path;

use anyhow::Result;

use super::list::{Listed, describe};
use crate::commands::DONE;
use crate::commands::output::print;
use crate::data::catalog::{self, data_dir, download};
use crate::terminal::Bars;

/// Downloads a data set, unless it is there.
pub fn run(name: &str, explicit_dir: Option<&Path>) -> Result<u8> {
    let entry = catalog::find(name)?;
    let dir = data_dir(explicit_dir)?;
    download(entry, &dir, &Bars::default())?;
    let Listed {
        place,
        licence,
        citation,
        ..
    } = describe(entry, &dir);
    print(format!(
        "{name}: {place}\nlicence: {licence}\nplease cite: {citation}"
    ))?;
    Ok(DONE)
}
