//go:build cgo && unix

package native

// Description is what other languages are told of a class that was made without IDL.
var Description = description
