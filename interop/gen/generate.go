// Package gen holds the stubs that dsom generates from the suite's IDL; see its folders.
package gen

//go:generate go run -C ../.. ./cmd/dsom idl build --out interop/gen --go-package-prefix github.com/opendsom/dsom/interop/gen interop/idl/values.idl interop/idl/interop.idl interop/idl/fixed.idl interop/idl/types.idl interop/idl/graphs.idl interop/idl/custom.idl interop/idl/bidir.idl interop/idl/grown.idl
//go:generate go run -C ../.. ./cmd/dsom idl build --ami --out interop/gen --go-package-prefix github.com/opendsom/dsom/interop/gen interop/idl/asynchronous.idl
