// Package tree is the naming service's logic without its servants: contexts and bindings
// kept in a store, with the semantics of CosNaming (OMG Naming Service 1.3, clause 2).
package tree
