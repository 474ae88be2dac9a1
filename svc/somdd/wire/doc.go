// Package wire holds what programs of SOM 3.0's DSOM say to their daemon, somdd, and it to them: object keys, the stream that
// carries an implementation's definition, error codes. It does no input or output.
//
// All of it is GIOP 1.0. What the messages look like, one by one, is in docs/somdd.md. In short:
//
//   - Every server has an object, of class SOMDServer, whose key is the server's id: [ServerKey]. Its operation
//     somdCreateObj(class, hints) makes the objects of all other classes. A hint that is not given is a string of length 0.
//   - The daemon is the server with the id [DaemonID], which is the same everywhere. It adds impl_up, impl_down and impl_failed,
//     by which servers tell it how they are.
//   - An ImplementationDef travels as a reference. Who wants its attributes has it write itself to an object
//     somStream::MemoryStreamIO, made at the daemon for that, and reads that object's buffer; or writes the buffer and
//     has it read itself.
//   - Requests name user and host in the Principal: [giop.AppendDSOMPrincipal]. System exceptions are called ::StExcep::NAME.
package wire
