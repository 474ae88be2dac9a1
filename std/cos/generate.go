// Package cos holds the IDL of the OMG's services, from which the packages beside it are
// generated, one a module: coseventcomm, cosnotifychanneladmin, costrading and so on. Programs
// compile their own IDL against it with -I on this folder, or by [Files]; what they include of
// it is imported from those packages and not generated again.
//
// The declarations are those of the specifications as Debian's omniorb-idl carries them, printed by
// the compiler, without comments. Naming is in package cosnaming, beside its IDL.
package cos

import "embed"

// Files are the IDL files, by their names, such as CosEventComm.idl.
//
//go:embed *.idl
var Files embed.FS

//go:generate sh -c "go run github.com/opendsom/dsom/cmd/dsom idl build --out .. --go-package-prefix github.com/opendsom/dsom/std -I . -I ../cosnaming *.idl"
