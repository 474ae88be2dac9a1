//! Classes of SOM, written in C, C++, Go or whatever else, as types of Rust; and classes of Rust that the others call. See docs/som-rust.md of the repository.
//!
//! Without generated code a class is there by its name:
//!
//! ```no_run
//! # fn main() -> dsom::Result<()> {
//! let dog = dsom::Class::named("Zoo::Dog")?.new()?;
//! let heard = dog.call("speak", &[3i64.into()])?;
//! # Ok(()) }
//! ```
//!
//! `dsom-rust interfaces libzoo.so --out src/zoo.rs`, or [`build::interfaces`] in a build script, writes a trait for each interface, and types for those of the IDL.
#![warn(unsafe_op_in_unsafe_fn)]

pub mod build;
#[doc(hidden)]
pub mod call;
mod class;
mod define;
mod error;
mod generate;
#[doc(hidden)]
pub mod macros;
mod names;
mod object;
#[doc(hidden)]
pub mod sys;
mod table;
#[doc(hidden)]
pub mod typed;
mod value;

pub use call::Operation;
pub use class::Class;
pub use define::{subclass, Closure, Incoming, Made, Override, Own, Subclass, Super};
pub use error::{Completed, Error, Exception, Result, SystemException, UserException, ValueError, ValueErrorKind, RUST_ERROR};
pub use object::{make, Interface, IsA, Make, Object, Receiver, Target, Weak};
pub use typed::{Token, WString, MAX_NESTING};
pub use value::Value;
