// Package interop holds this project against object request brokers that others wrote: each peer is a folder with its
// programs and a recipe that builds and runs them, and the tests are the matrix of clients and servers.
//
// All programs speak the IDL in folder idl and run the same cases under the same names; what each case calls and what
// must come back is said there. A test starts a server, runs a client against it, and reads one line a case.
//
// Peers come from Debian packages (script install-peers). A test whose peer is missing is skipped and says so; where the
// environment has CI=true it fails.
package interop
