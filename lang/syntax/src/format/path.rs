//! Methods, and gRPC's way to say a path.

use super::writer::Writer;
use crate::ast::{Methods, MethodsKind};
use crate::token::Token;

impl Writer<'_> {
    pub fn methods(&mut self, it: &Methods) {
        match &it.kind {
            MethodsKind::Any => self.tight(1),
            // `|` between each two.
            MethodsKind::Listed(methods) => self.tight(methods.len() * 2 - usize::from(!methods.is_empty())),
        }
    }

    /// `shop.Cart/AddItem` or a string: the tokens up to the path or the string.
    pub fn grpc_method(&mut self) {
        while let Some(token) = self.peek() {
            self.tight(1);
            if matches!(token, Token::Path | Token::String) {
                return;
            }
        }
    }
}
