// Package idl carries the IDL of the interoperability suite, the one source from which every peer's stubs are generated.
package idl

import "embed"

// Files are the IDL files, by their names: interop.idl, values.idl, fixed.idl, types.idl, graphs.idl, custom.idl and bidir.idl.
//
//go:embed *.idl
var Files embed.FS
