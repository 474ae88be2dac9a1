package typelib

import "fmt"

// Limits of what is read and written. The error that one causes has its name in front.
const (
	// MaxSize (typelib-size) bounds the octets of one typelib.
	MaxSize = 16 << 20
	// MaxSection (typelib-section) bounds the octets of all typelibs of one library.
	MaxSection = 64 << 20
	// MaxNodes (typelib-nodes) bounds what is declared in a typelib, members, parameters,
	// modifiers, comments and so on too. Each takes up to half a kilobyte of memory.
	MaxNodes = 1 << 18
	// MaxTypes (typelib-types) bounds the different types in a typelib.
	MaxTypes = 1 << 18
	// MaxText (typelib-text) bounds the octets of all texts as often as they are used, scoped names
	// and the texts of types too: what printing a specification comes to.
	MaxText = 64 << 20
	// MaxDepth (typelib-depth) bounds how deep scopes, types and inheritance nest, each.
	MaxDepth = 255
	// MaxHeaders (typelib-headers) bounds the sections, load commands or machines that an object file lists.
	MaxHeaders = 1 << 16
)

// exceeded is the error about a limit.
func exceeded(name string, limit int, format string, args ...any) error {
	return fmt.Errorf("typelib: %s: more than %d (limit %s)", fmt.Sprintf(format, args...), limit, name)
}
