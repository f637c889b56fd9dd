//! The typed program, how trees become one, and what it means for one request.
