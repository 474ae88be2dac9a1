// Package c89 is no Go but its tests: a client of CORBA objects in C89 and BSD sockets, for systems to which Go does not come, such as OS/2
// (docs/os2.md). It speaks IIOP 1.0, in the machine's order of octets or the other.
package c89
