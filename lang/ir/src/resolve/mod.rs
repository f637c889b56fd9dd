//! What names stand for.
//!
//! Each file says what it declares ([`declarations`]); [`Names::join`] puts that together for the workspace; and
//! [`Names::find`] answers what a reference in one file stands for. None of it looks into bodies, so an edit there
//! changes no answer.

mod declarations;
mod find;
mod kind;
mod names;
pub mod suggest;
mod uses;

pub use declarations::{
    DeclarationId, Declarations, Declared, ListenerShape, PortShape, Shape, Used, declarations,
    declared_nodes, templates,
};
pub use find::{Hit, Miss};
pub use kind::{Kind, Kinds};
pub use names::{Duplicate, Names, module_of};
pub use uses::{Brought, UseProblem};
