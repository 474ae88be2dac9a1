// Package gen holds the stubs that dsom generates from the suite's IDL; see its folders.
package gen

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out . --go-package-prefix github.com/opendsom/dsom/interop/gen ../idl/values.idl ../idl/interop.idl ../idl/fixed.idl ../idl/types.idl ../idl/graphs.idl
