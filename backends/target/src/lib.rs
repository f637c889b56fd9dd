//! Program and cluster to a target-neutral plan; capabilities; artifacts.
