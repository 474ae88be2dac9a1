package subject

import (
	"cmp"
	"strings"
)

// types are the types of attributes that have names: how they are written, and what else they are called. The first nine are the table of RFC 4514, 3; the others are called as
// programs such as openssl do, whose order of names is: the short one, the long one, what others say.
var types = []struct{ oid, names string }{
	{"2.5.4.3", "CN commonName"},
	{"2.5.4.7", "L localityName"},
	{"2.5.4.8", "ST stateOrProvinceName"},
	{"2.5.4.10", "O organizationName"},
	{"2.5.4.11", "OU organizationalUnitName"},
	{"2.5.4.6", "C countryName"},
	{"2.5.4.9", "STREET streetAddress"},
	{"0.9.2342.19200300.100.1.25", "DC domainComponent"},
	{"0.9.2342.19200300.100.1.1", "UID userId"},

	{"1.2.840.113549.1.9.1", "emailAddress E email"},
	{"1.2.840.113549.1.9.2", "unstructuredName"},
	{"0.9.2342.19200300.100.1.3", "mail rfc822Mailbox"},
	{"2.5.4.4", "SN surname"},
	{"2.5.4.5", "serialNumber"},
	{"2.5.4.12", "title"},
	{"2.5.4.13", "description"},
	{"2.5.4.15", "businessCategory"},
	{"2.5.4.17", "postalCode"},
	{"2.5.4.18", "postOfficeBox"},
	{"2.5.4.20", "telephoneNumber"},
	{"2.5.4.41", "name"},
	{"2.5.4.42", "GN givenName"},
	{"2.5.4.43", "initials"},
	{"2.5.4.44", "generationQualifier"},
	{"2.5.4.46", "dnQualifier"},
	{"2.5.4.65", "pseudonym"},
	{"2.5.4.72", "role"},
	{"2.5.4.97", "organizationIdentifier"},
	{"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL jurisdictionLocalityName"},
	{"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST jurisdictionStateOrProvinceName"},
	{"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC jurisdictionCountryName"},
}

// nameOf returns how the name of a type is written, "" if it has none.
func nameOf(oid string) string {
	for _, t := range types {
		if t.oid == oid {
			name, _, _ := strings.Cut(t.names, " ")
			return name
		}
	}
	return ""
}

// oidOf returns the type that has a name, in whatever case (RFC 4514, 2.3), "" if none has it.
func oidOf(name string) string {
	for _, t := range types {
		for n := range strings.FieldsSeq(t.names) {
			if strings.EqualFold(n, name) {
				return t.oid
			}
		}
	}
	return ""
}

// typeText returns how a type is written.
func typeText(oid string) string { return cmp.Or(nameOf(oid), oid) }
