//! What a long command shows while it works.

use indicatif::ProgressBar;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// What takes less time shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// The time between two turns of the wheel.
const TURN: Duration = Duration::from_millis(100);

/// A wheel on standard error, from when the work has taken half a second until this is dropped.
#[derive(Default)]
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Begins; `doing` says what is done, as "checking".
    pub fn new(doing: &'static str) -> Self {
        let (done, waiting) = mpsc::channel();
        let shown = std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let wheel = ProgressBar::new_spinner().with_message(doing);
                wheel.enable_steady_tick(TURN);
                let _ = waiting.recv();
                wheel.finish_and_clear();
            }
        });
        Self(Some((done, shown)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, shown)) = self.0.take() {
            drop(done);
            // A wheel that failed to turn is no reason to fail.
            let _ = shown.join();
        }
    }
}
