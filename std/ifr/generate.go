package ifr

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --included --no-standard --out .. --go-package-prefix github.com/opendsom/dsom/std -M CORBA=github.com/opendsom/dsom/std/ifr ifr.idl
