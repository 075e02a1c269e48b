//! The command that continues a run.

use std::path::Path;

use clap::ValueEnum;

use super::args::TrainArgs;
use crate::device::DeviceChoice;
use crate::report::Language;
use crate::text::shell_word;

/// The command that continues the run in the folder `run` as `args` began it.
pub fn resume_command(args: &TrainArgs, run: &Path) -> String {
    let word = |path: &Path| shell_word(&path.to_string_lossy());
    let mut command = format!("convlab train --resume {}", word(run));
    if let Some(dir) = &args.data.data_dir {
        command += &format!(" --data-dir {}", word(dir));
    }
    if let Some(dir) = &args.weights.weights_dir {
        command += &format!(" --weights-dir {}", word(dir));
    }
    if args.device.device != DeviceChoice::Auto
        && let Some(device) = args.device.device.to_possible_value()
    {
        command += &format!(" --device {}", device.get_name());
    }
    if args.lang != Language::default() {
        command += &format!(" --lang {}", args.lang.code());
    }
    if args.no_report {
        command += " --no-report";
    }
    command
}
