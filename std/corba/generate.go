package corba

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --included --no-standard --out .. --go-package-prefix github.com/opendsom/dsom/std corba.idl
