// Package readmetest holds the README to its word: its tests write down the files that it shows, type the commands
// that it shows, in the terminals that it names, and compare what they print.
//
// What a fenced block is stands behind its three backticks:
//
//	idl FILE, go FILE        the text of a file, below the folder in which the reader is
//	console                  lines that begin with "$ " are typed, the others are what is then seen
//	console FOLDER TERMINAL  the same in another terminal, which is opened in FOLDER; its last command goes on
//	                         until a block of that terminal says ^C
//	(nothing)                targets of the Makefile
//
// In what is seen, a line with … alone stands for any lines. What differs from run to run (process ids, addresses,
// folders above the last one, times) may differ.
//
// Of the other pages it holds that the names in Go are there which they name, and that the Go on those about CORBA in Go compiles, with what
// the compiler makes of the IDL beside it.
package readmetest
