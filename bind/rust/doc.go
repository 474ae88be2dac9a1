// Package rust has no Go but tests: it holds the crate dsom, by which classes of SOM are types of Rust, and classes of Rust are classes of SOM (docs/som-rust.md).
package rust
