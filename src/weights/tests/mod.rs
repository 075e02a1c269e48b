//! Files of weights, whole and hostile; all but the published ones are made here.

mod allocation;
mod fixtures;
mod flipped;
mod hostile;
mod keras;
mod published_weights;
mod readable;
mod sources;
mod strangers;
