package cosnaming

// Here for all of the OMG's services, whose IDL the compiler carries.
//
//go:generate sh -c "go run github.com/opendsom/dsom/cmd/dsom idl build --out .. --go-package-prefix github.com/opendsom/dsom/std -I ../../idl/standard/cos ../../idl/standard/cos/*.idl"
