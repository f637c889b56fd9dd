//! Minterms: the classes into which sets cut an attribute.
//!
//! Two values are of one class if every set holds both or neither. The classes are disjoint, none is empty, together
//! they are the whole attribute, and each set is the union of some of them: so a question about sets of values becomes
//! one about finitely many classes, and the answer is exact.

/// One class: which sets hold it, and one member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minterm<W> {
    /// The indices of the sets that hold the class, ascending; all other sets are disjoint from it.
    pub members: Vec<u32>,
    /// A member of the class, the most readable that was found.
    pub witness: W,
}

impl<W> Minterm<W> {
    /// The same class with another form of its witness.
    pub fn map<V>(self, form: impl FnOnce(W) -> V) -> Minterm<V> {
        Minterm { members: self.members, witness: form(self.witness) }
    }
}

/// For each of `count` sets the indices of the classes that make it up, ascending.
#[must_use]
pub fn classes_of_sets<W>(minterms: &[Minterm<W>], count: usize) -> Vec<Vec<u32>> {
    let mut classes = vec![Vec::new(); count];
    for (class, minterm) in (0_u32..).zip(minterms) {
        for &set in &minterm.members {
            if let Some(classes) = classes.get_mut(set as usize) {
                classes.push(class);
            }
        }
    }
    classes
}
