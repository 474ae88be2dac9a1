// Package dsom has DSOM's classes by their names, as objects of the object model: ORB, SOMDObjectMgr, ImplementationDef, ImplRepository, SOMDServerMgr, SOMOA,
// Principal, NVList, Request and Context. A program of DSOM finds what it knows; what is new in it is package somd's.
//
//	g, err := dsom.Init(d, dsom.Options{}) // SOMD_Init
//	defer g.Uninit()
//	car, err := g.ObjectMgr.Invoke(ctx, "somdNewObject", "Car", "east")
//
// The release orders are SOM 3.0's, held against the compiler's own IDL files (idl/standard). What has no form in Go or means nothing any more
// keeps its place, and a call of it is the error that there is no implementation: docs/somd.md lists it.
//
// Each object may be exported by its domain, and is then a CORBA object like any other. A domain serves nobody these by itself:
// through an ImplRepository a peer could have the daemon run programs, with the rights of this process.
package dsom
