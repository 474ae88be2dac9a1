package ior

import "strings"

// ObjectID is the repository id of Object, the base of all interfaces.
const ObjectID = "IDL:omg.org/CORBA/Object:1.0"

// SameType reports whether two repository ids name the same type. Older ORBs leave the
// prefix omg.org out of the ids of CORBA's own types.
func SameType(a, b string) bool { return a == b || withoutPrefix(a) == withoutPrefix(b) }

func withoutPrefix(id string) string {
	if rest, ok := strings.CutPrefix(id, "IDL:omg.org/"); ok {
		return rest
	}
	return strings.TrimPrefix(id, "IDL:")
}

// ScopedName returns the name that an id of the IDL format gives, such as Bank::Account for
// IDL:acme.com/Bank/Account:1.0 with the prefix acme.com, and the version. An id of another
// format has no name. The prefix is recognised by its dots.
func ScopedName(id string) (prefix, name, version string, ok bool) {
	rest, ok := strings.CutPrefix(id, "IDL:")
	if !ok {
		return "", "", "", false
	}
	i := strings.LastIndexByte(rest, ':')
	if i < 0 {
		return "", "", "", false
	}
	path, version := rest[:i], rest[i+1:]
	parts := strings.Split(path, "/")
	n := 0
	for i, p := range parts[:len(parts)-1] {
		if strings.ContainsAny(p, ".-") {
			n = i + 1
		}
	}
	return strings.Join(parts[:n], "/"), strings.Join(parts[n:], "::"), version, true
}
