// Package somd makes objects of the object model (package som) objects of an ORB: DSOM.
//
//	d := somd.New(adapter, somd.Config{})
//	ref, err := d.Export(dog)      // any object of any class, in Go or another language: no skeleton is generated
//	dog, err := d.Import(ctx, ref) // elsewhere: a proxy, an object of a class with Dog's methods
//
// What a class's methods take and return is told by the class itself (som.Method.Signature), so that neither side needs generated
// code, and a client needs not even the class: the server describes it. A proxy's class inherits the interface of the
// target's class, so that som.Ref.IsA is true of it for all ancestors, and the implementation of [ClientProxy], IBM's SOMDClientProxy.
//
// Objects that are passed, wherever they stand in a value, go as references: one of this process is exported on its way out, and
// what comes back of it is the object itself. Whoever gets a reference owns it, as within a process: what comes in is borrowed
// for the call, what goes out or is returned is the caller's: in Go what _get_x returns, too.
//
// [Server] is SOMDServer, by which clients elsewhere make objects by the names of classes; [Place] makes a class whose instances are there.
package somd
