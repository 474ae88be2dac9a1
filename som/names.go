package som

import "strings"

// Limits of what is defined; each error that a limit causes says it.
const (
	MaxName        = 255       // octets of the name of a class or method
	MaxDerivedName = 4095      // octets of the name of a derived metaclass
	MaxParents     = 255       // of a class
	MaxMethods     = 65535     // that a class introduces
	MaxDepth       = 255       // of inheritance: SOMObject 0, a class one more than its deepest parent
	MaxSize        = 1<<30 - 1 // octets of an instance's data
	MaxAlign       = 64        // of a class's data
	MaxClasses     = 65535     // in a manager
)

// checkName refuses what is no name of a class: identifiers joined by "::".
func checkName(name string) error {
	if len(name) > MaxName {
		return fail(CodeName, name[:20]+"…", "a name has at most %d octets (MaxName), this one has %d", MaxName, len(name))
	}
	for part := range strings.SplitSeq(name, "::") {
		if !isIdentifier(part) {
			return fail(CodeName, name, "a name is identifiers joined by ::, of ASCII letters, digits and _, and %q is none", part)
		}
	}
	return nil
}

// CheckName is the error of what is no name of a class: identifiers joined by ::, of up to [MaxName] octets.
func CheckName(name string) error { return checkName(name) }

// isIdentifier reports whether s is one of IDL.
func isIdentifier(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != ""
}

// split parts Zoo::Dog::bark into the class's name, which may be absent, and the method's.
func split(name string) (class, method string, qualified bool) {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		return name[:i], name[i+2:], true
	}
	return "", name, false
}
