//! Requests that differ in one attribute alone.

use super::{Chosen, Set, Space};
use crate::atoms::{FieldKey, Kind};
use crate::undecided::Undecided;
use oxidd::{BooleanFunction, BooleanFunctionQuant};

impl Space<'_> {
    /// The requests that differ from one of the set in nothing but an attribute.
    ///
    /// # Errors
    /// The diagram outgrows its memory.
    pub fn whatever(&self, set: &Set, key: &FieldKey) -> Result<Set, Undecided> {
        let field = self.atoms.fields.iter().position(|field| field.key == *key);
        let bits = field.and_then(|field| self.bits.get(field)).cloned().unwrap_or_default();
        let own = self.diagrams.variables.get(bits).unwrap_or_default();
        let cube = own.iter().try_fold(self.all().clone(), |cube, bit| cube.and(bit));
        let all = Undecided::of(cube).and_then(|cube| Undecided::of(set.exists(&cube)))?;
        Ok(all)
    }

    /// The requests that have values in exactly these classes of an attribute that is a list.
    ///
    /// # Errors
    /// The diagram outgrows its memory.
    pub fn exactly(&self, key: &FieldKey, classes: &[u32]) -> Result<Set, Undecided> {
        let Some((number, field)) = self.atoms.fields.iter().enumerate().find(|(_, field)| field.key == *key)
        else {
            return Ok(self.all().clone());
        };
        let mut all = self.all().clone();
        for class in (0_u32..).take(field.classes.len()) {
            let has = Undecided::of(self.some(number, class))?;
            let has = if classes.contains(&class) { has } else { Undecided::of(has.not())? };
            all = Undecided::of(all.and(&has))?;
        }
        Ok(all)
    }

    /// The requests that have what was chosen, but for an attribute.
    ///
    /// # Errors
    /// The diagram outgrows its memory.
    pub fn alike(&self, chosen: &Chosen, but: &FieldKey) -> Result<Set, Undecided> {
        let mut all = self.all().clone();
        for (number, field) in self.atoms.fields.iter().enumerate().filter(|(_, field)| field.key != *but) {
            let own = chosen.get(&number).map(Vec::as_slice).unwrap_or_default();
            match field.kind {
                Kind::One => all = Undecided::of(self.member(number, own).and_then(|own| all.and(&own)))?,
                Kind::List => all = Undecided::of(all.and(&self.exactly(&field.key, own)?))?,
            }
        }
        Ok(all)
    }
}
