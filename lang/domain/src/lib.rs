//! Patterns of one request attribute as sets: member, meet, complement, emptiness, witness, minterms.
