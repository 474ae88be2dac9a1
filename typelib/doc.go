// Package typelib is type information in binary form, for class libraries to carry: what a
// [model.Spec] says of SOM classes and of the types that they reach, with which any language can
// use a class for which nothing was generated. docs/typelib.md has the format, octet by octet.
//
// [Append] writes a typelib, [Parse] reads one. A class library has it in a section of its own,
// where the source that [CSource] makes puts it; [Open] finds it there, in files for any machine,
// without loading them. A library may have several; [Merge] makes one model of them.
//
// What a typelib holds of a specification: the classes of its main files in full, with their
// constants, and the types that these reach, wherever they are declared. Of all other
// classes it has but an outline, name, bases and version: they belong to other libraries, which
// may be released again and then know better. It does not hold places in the source,
// expressions of macros, passthru text, or file pragmas. An outline is recognised by its file, which is no main file.
//
// Nothing here is trusted: every length is held against the octets there are before anything is
// allocated, and every limit has a name, which is in the error that it causes.
package typelib
