// Package syntax reads OMG IDL: it preprocesses, scans and parses a text into a tree, and
// prints a tree as IDL. It knows the grammar of CORBA 3.0 chapter 3 and C's preprocessor
// (3.3), but not what names mean; that is for package check.
//
// The stages are a pull pipeline: lexer (characters to preprocessing tokens, comments apart),
// Preprocessor (directives, includes, macros), scanner (keywords, literals), parser. Each token
// knows where it was written, whichever file it came from and whatever macro made it.
//
// Nothing here prints, and files are opened through a Resolver only. A malformed text gives
// diagnostics and as much of a tree as could be read; Limits bound time and memory.
package syntax
