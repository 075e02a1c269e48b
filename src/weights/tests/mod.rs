//! Files of weights made here, whole and hostile; nothing of others is needed.

mod fixtures;
mod hostile;
mod keras;
mod published;
mod readable;
mod sources;
mod strangers;
