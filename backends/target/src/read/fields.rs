//! An object that is read to its last field.

use serde_json::{Map, Value};
use std::fmt::{Display, Formatter};

/// What of a document can't be read: it means something that no program says, or nobody knows what it means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file, relative to the folder of the cluster.
    pub file: String,
    /// Where in the document: `spec.http[2].match[0].uri`; empty for all of it.
    pub at: String,
    /// Why, in words.
    pub what: String,
}

impl Display for Unread {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.file)?;
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Unread {}

/// An object whose fields are taken out one by one. Whoever reads it calls [`done`](Self::done) at the end: what is left
/// then has not been understood.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    file: &'a str,
    at: String,
    left: Vec<(&'a str, &'a Value)>,
}

impl<'a> Fields<'a> {
    /// The fields of an object at a place of a file.
    ///
    /// # Errors
    /// It isn't an object.
    pub fn of(file: &'a str, at: impl Into<String>, value: &'a Value) -> Result<Self, Unread> {
        let at = at.into();
        match value.as_object() {
            Some(object) => Ok(Self { file, at, left: fields(object) }),
            None => Err(Unread { file: file.to_owned(), at, what: "an object is expected here".to_owned() }),
        }
    }

    /// Why the object, or a field of it, can't be read.
    pub fn unread(&self, field: &str, what: impl Into<String>) -> Unread {
        Unread { file: self.file.to_owned(), at: self.place(field), what: what.into() }
    }

    /// Where a field of it is; of the empty name, itself.
    #[must_use]
    pub fn place(&self, field: &str) -> String {
        match (self.at.is_empty(), field.is_empty()) {
            (_, true) => self.at.clone(),
            (true, false) => field.to_owned(),
            (false, false) => format!("{}.{field}", self.at),
        }
    }

    /// Takes a field; `null` is as good as none.
    pub fn take(&mut self, field: &str) -> Option<&'a Value> {
        let index = self.left.iter().position(|(name, _)| *name == field)?;
        let (_, value) = self.left.remove(index);
        Some(value).filter(|value| !value.is_null())
    }

    /// Takes an object.
    ///
    /// # Errors
    /// It is something else.
    pub fn object(&mut self, field: &str) -> Result<Option<Fields<'a>>, Unread> {
        let place = self.place(field);
        self.take(field).map(|value| Fields::of(self.file, place, value)).transpose()
    }

    /// Takes a list; an absent one is empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn list(&mut self, field: &str) -> Result<Vec<&'a Value>, Unread> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(all)) => Ok(all.iter().collect()),
            Some(_) => Err(self.unread(field, "a list is expected here")),
        }
    }

    /// Takes a list of objects; an absent one is empty.
    ///
    /// # Errors
    /// It, or something in it, is something else.
    pub fn objects(&mut self, field: &str) -> Result<Vec<Fields<'a>>, Unread> {
        let all = self.list(field)?;
        let each = all.into_iter().enumerate();
        each.map(|(index, value)| Fields::of(self.file, self.place(&format!("{field}[{index}]")), value))
            .collect()
    }

    /// Takes a text.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&mut self, field: &str) -> Result<Option<&'a str>, Unread> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.unread(field, "a text is expected here")),
        }
    }

    /// Takes a text that has to be there.
    ///
    /// # Errors
    /// It is absent or something else.
    pub fn needed_text(&mut self, field: &str) -> Result<&'a str, Unread> {
        let found = self.text(field)?;
        found.ok_or_else(|| self.unread(field, "a text is missing here"))
    }

    /// Takes a list of texts; an absent one is empty.
    ///
    /// # Errors
    /// It, or something in it, is something else.
    pub fn texts(&mut self, field: &str) -> Result<Vec<&'a str>, Unread> {
        let all = self.list(field)?;
        let texts = all.into_iter().map(Value::as_str).collect::<Option<Vec<_>>>();
        texts.ok_or_else(|| self.unread(field, "texts are expected here"))
    }

    /// Takes a whole number that isn't negative.
    ///
    /// # Errors
    /// It is something else.
    pub fn number(&mut self, field: &str) -> Result<Option<u64>, Unread> {
        match self.take(field) {
            None => Ok(None),
            Some(value) => {
                value.as_u64().map(Some).ok_or_else(|| self.unread(field, "a number is expected here"))
            }
        }
    }

    /// Takes a truth value.
    ///
    /// # Errors
    /// It is something else.
    pub fn flag(&mut self, field: &str) -> Result<Option<bool>, Unread> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.unread(field, "`true` or `false` is expected here")),
        }
    }

    /// Takes a field that has to be there and to be this.
    ///
    /// # Errors
    /// It is absent or something else: `why` says what that would mean.
    pub fn expect(&mut self, field: &str, wanted: &Value, why: &str) -> Result<(), Unread> {
        match self.take(field) {
            Some(found) if found == wanted => Ok(()),
            Some(found) => Err(self.unread(field, format!("{found} instead of {wanted}: {why}"))),
            None => Err(self.unread(field, format!("{wanted} is missing: {why}"))),
        }
    }

    /// Takes fields that say nothing about requests.
    pub fn ignore(&mut self, fields: &[&str]) {
        self.left.retain(|(name, _)| !fields.contains(name));
    }

    /// The names of the fields that are left.
    #[must_use]
    pub fn names(&self) -> Vec<&'a str> {
        self.left.iter().map(|(name, _)| *name).collect()
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// A field has not been understood.
    pub fn done(self) -> Result<(), Unread> {
        let rest: Vec<&&str> =
            self.left.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).collect();
        match rest.as_slice() {
            [] => Ok(()),
            [first, ..] => Err(self.unread(first, "it isn't known what this does to requests")),
        }
    }
}

fn fields(object: &Map<String, Value>) -> Vec<(&str, &Value)> {
    object.iter().map(|(name, value)| (name.as_str(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use serde_json::json;

    #[test]
    fn what_is_left_is_named() {
        let value = json!({ "a": { "b": [{ "c": 1 }, { "c": 2, "d": true }] }, "none": null });
        let mut top = Fields::of("file.yaml", "", &value).unwrap();
        let mut a = top.object("a").unwrap().unwrap();
        let mut all = a.objects("b").unwrap();
        assert!(top.done().is_ok() && a.done().is_ok());
        let mut second = all.pop().unwrap();
        assert_eq!(second.number("c"), Ok(Some(2)));
        let error = second.done().unwrap_err();
        assert_eq!(error.to_string(), "file.yaml: a.b[1].d: it isn't known what this does to requests");
        let mut first = all.pop().unwrap();
        assert_eq!(first.text("c").unwrap_err().at, "a.b[0].c");
    }
}
