package extendednaming

// Here for what is made of it, too.
//
//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out .. --go-package-prefix github.com/opendsom/dsom/std ../../idl/standard/xnaming.idl ../../idl/standard/dsomnaming.idl
