// Package somd gives programs in C, C++ and Go that use libsom objects in other processes: [github.com/opendsom/dsom/bind/somd/classes] is
// the program that serves class libraries, and [github.com/opendsom/dsom/bind/somd/place] the library that stands where a class library
// stood, whose classes are elsewhere. docs/somd.md says how both are used.
package somd
