//! Threads that answer requests.

use crossbeam_channel::{Sender, unbounded};
use std::num::NonZero;

type Job = Box<dyn FnOnce() + Send>;

/// A few threads that take one job after the other.
pub struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    /// As many threads as there are processors, from two to four. They end with the pool.
    #[must_use]
    pub fn new() -> Self {
        let (jobs, taken) = unbounded::<Job>();
        let processors = std::thread::available_parallelism().map_or(2, NonZero::get);
        for _ in 0..processors.clamp(2, 4) {
            let taken = taken.clone();
            begin(move || taken.iter().for_each(|job| job()));
        }
        Self { jobs }
    }

    /// Does something on one of the threads. It must not panic: the thread would be gone.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) {
        // There are takers as long as there is a pool.
        let _ = self.jobs.send(Box::new(job));
    }
}

/// Begins a thread with as much stack as the command line has: texts may nest deep.
pub fn begin(work: impl FnOnce() + Send + 'static) {
    const STACK: usize = 8 << 20;
    // Where no thread can be had, nothing can be answered.
    drop(std::thread::Builder::new().stack_size(STACK).spawn(work));
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}
