package messaging

//go:generate go run github.com/opendsom/dsom/cmd/dsom idl build --out .. --go-package-prefix github.com/opendsom/dsom/std ../../idl/standard/Messaging.idl
