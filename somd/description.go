package somd

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// What a process says of a class is octets, so that builds of different days understand each other. They are an encapsulation (CDR): of descriptionMagic; the version of what is said; the least version
// that a reader has to know; and a sequence of classes, each in an encapsulation of its own, as is each method in that. What a later version adds stands last in these: readers pass over what
// is behind what they know, and what is not there is zero. What they must not pass over raises the least version.
const (
	descriptionMagic   = 0x534f4d43 // SOMC. Where builds before version 1 have the number of classes
	DescriptionVersion = 2          // which this build says and reads
	leastDescription   = 1          // which readers of this build's descriptions have to know
)

// A ClassDescription is what a process says of a class to those that do not have it.
type ClassDescription struct {
	Name         string
	Major, Minor uint32
	Parents      []string
	Methods      []MethodDescription // in release order
	BaseProxy    string              // from which what stands for its objects descends, or empty: som.Spec's
	// Typelib is what type information says of the class and its ancestors (docs/typelib.md): of parameters' names, of types, of what may be NULL, and comments. It is told with the last class of a description alone,
	// and nil where nobody has any, or it has more than MaxDescribedTypelib octets.
	Typelib   []byte
	Metaclass string // whose methods the class has as an object, which nobody calls from elsewhere; empty where those of SOM's own metaclasses are all
}

// A MethodDescription is one that a class introduces.
type MethodDescription struct {
	Name      string
	Kind      uint32 // a som.Kind
	Signature string // as docs/som.md has it; empty if the method cannot be called from elsewhere
	Copies    string // how objects go: som.MethodSpec's
	Owns      string // who ends what: som.MethodSpec's
	Whole     string // Signature with nothing told by a hash, where that tells more
	Oneway    bool   // nobody waits for it
}

// appendDescription appends a description. The error is of names and texts that CDR has no form for.
func appendDescription(buf []byte, all []ClassDescription) ([]byte, error) {
	e := cdr.NewEncoder(buf, false, nil)
	e.Boolean(false) // the byte order
	e.ULong(descriptionMagic)
	e.ULong(DescriptionVersion)
	e.ULong(leastDescription)
	e.Count(len(all))
	for _, x := range all {
		class := e.Begin()
		e.RawString(x.Name)
		e.ULong(x.Major)
		e.ULong(x.Minor)
		e.Count(len(x.Parents))
		for _, p := range x.Parents {
			e.RawString(p)
		}
		e.Count(len(x.Methods))
		for _, m := range x.Methods {
			method := e.Begin()
			e.RawString(m.Name)
			e.ULong(m.Kind)
			for _, text := range []string{m.Signature, m.Copies, m.Owns, m.Whole} {
				e.RawString(text)
			}
			e.Boolean(m.Oneway)
			e.End(method)
		}
		e.RawString(x.BaseProxy)
		e.RawString(x.Metaclass)
		if x.Typelib != nil {
			e.OctetSeq(x.Typelib)
		}
		e.End(class)
	}
	return e.Bytes(), e.Err()
}

// ReadDescription reads what somdDescribe returns. MARSHAL says that it is none, NO_IMPLEMENT that it is of a version which this build does not read.
func ReadDescription(octets []byte) ([]ClassDescription, error) {
	if len(octets) < 1+3+3*4 {
		return nil, noVersion(len(octets))
	}
	d := cdr.NewDecoder(octets, octets[0] != 0, nil)
	d.Octet()
	if d.ULong() != descriptionMagic {
		return nil, noVersion(len(octets))
	}
	if version, least := d.ULong(), d.ULong(); least > DescriptionVersion {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the class is described in version %d, for readers that know version %d or later: this build knows version %d of class descriptions, and is older than its peer", version, least, DescriptionVersion)
	}
	var all []ClassDescription
	for n := d.Count(4 + 1); n > 0 && d.Err() == nil; n-- {
		in := d.Encapsulation()
		all = append(all, readClass(&in))
		d.EndEncapsulation(&in)
	}
	return all, d.Err()
}

// noVersion is the error of what builds say that describe classes without a version, or of what is no description at all.
func noVersion(n int) error {
	return exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the class is described without a version, in %d octets: by a build from before version 1 of class descriptions, and this build reads version %d", n, DescriptionVersion)
}

func readClass(d *cdr.Decoder) (x ClassDescription) {
	x.Name = d.RawString()
	x.Major, x.Minor = d.ULong(), d.ULong()
	for n := d.Count(4); n > 0 && d.Err() == nil; n-- {
		x.Parents = append(x.Parents, d.RawString())
	}
	for n := d.Count(4 + 1); n > 0 && d.Err() == nil; n-- {
		in := d.Encapsulation()
		x.Methods = append(x.Methods, readMethod(&in))
		d.EndEncapsulation(&in)
	}
	x.BaseProxy, x.Metaclass = laterText(d), laterText(d)
	if d.Remaining() > 0 {
		x.Typelib = d.OctetSeq()
	}
	return x
}

func readMethod(d *cdr.Decoder) (m MethodDescription) {
	m.Name, m.Kind, m.Signature = d.RawString(), d.ULong(), d.RawString()
	m.Copies, m.Owns, m.Whole = laterText(d), laterText(d), laterText(d)
	m.Oneway = d.Remaining() > 0 && d.Boolean()
	return m
}

// laterText is a text that need not be there.
func laterText(d *cdr.Decoder) string {
	if d.Remaining() == 0 {
		return ""
	}
	return d.RawString()
}
