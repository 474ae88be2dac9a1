package dsomtalk

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// shapes say what the operations take and give: s a string, o octets, l a number, r a reference, R a sequence of references,
// t a string that is a reference.
var shapes = map[string]struct{ in, out string }{
	"somdCreateObj":           {"ss", "r"},
	"somGetClassName":         {"", "s"},
	"somFree":                 {"", ""},
	"find_impldef_by_class":   {"s", "R"},
	"find_all_impldefs":       {"", "lR"},
	"find_impldef":            {"s", "r"},
	"add_impldef":             {"r", "l"},
	"_get_impldef_class":      {"", "s"},
	"externalize_to_stream":   {"r", ""},
	"internalize_from_stream": {"rr", ""},
	"get_buffer":              {"", "o"},
	"set_buffer":              {"o", ""},
	"somdListServer":          {"s", "l"},
	"somdStartServer":         {"s", "l"},
	"somdShutdownServer":      {"s", "l"},
	"impl_up":                 {"st", ""},
	"impl_down":               {"s", ""},
	"interrupt_server":        {"", ""},
}

// An Item is a part of a message, in words.
type Item struct {
	End  int // where it ends
	Text string
}

// A Reader puts messages into words. Objects that end with their process have keys that no other process has: they are named in the
// order in which they come. Behind somFree a key is another object's.
type Reader struct {
	names map[string]string
	count int
}

// Request puts a request into words, and returns its operation.
func (r *Reader) Request(b []byte) (operation string, items []Item, err error) {
	h, d, err := open(b)
	if err != nil {
		return "", nil, err
	}
	var m giop.Request
	if err := m.Parse(h, d); err != nil {
		return "", nil, err
	}
	user, host, ok := giop.DSOMPrincipal(m.Principal)
	if !ok {
		return "", nil, fmt.Errorf("the principal % x is none of DSOM", m.Principal)
	}
	items = append(items, Item{d.Pos(), fmt.Sprintf("%s of %s, reply wanted: %v, by %s at %s", m.Operation, r.key(m.Key), m.Expected(), user, host)})
	if string(m.Operation) == "somFree" {
		delete(r.names, string(m.Key))
	}
	s, ok := shapes[string(m.Operation)]
	if !ok {
		return "", nil, fmt.Errorf("operation %s is not known", m.Operation)
	}
	more, err := r.items(d, s.in)
	return string(m.Operation), append(items, more...), err
}

// Reply puts the reply to an operation into words.
func (r *Reader) Reply(b []byte, operation string) ([]Item, error) {
	h, d, err := open(b)
	if err != nil {
		return nil, err
	}
	var m giop.Reply
	if err := m.Parse(h, d); err != nil {
		return nil, err
	}
	items := []Item{{d.Pos(), fmt.Sprintf("reply to %s, %v", operation, m.Status)}}
	if m.Status == giop.SystemException {
		id := d.RawString()
		items = append(items, Item{d.Pos(), id})
		minor := d.ULong()
		items = append(items, Item{d.Pos(), fmt.Sprintf("minor code %d", minor)})
		completed := d.ULong()
		return append(items, Item{d.Pos(), fmt.Sprintf("completion status %d", completed)}), d.Done()
	}
	more, err := r.items(d, shapes[operation].out)
	return append(items, more...), err
}

func open(b []byte) (giop.Header, *cdr.Decoder, error) {
	h, err := giop.ParseHeader(b)
	if err != nil {
		return h, nil, err
	}
	if h.Version != cdr.V10 {
		return h, nil, fmt.Errorf("the message is of GIOP %v", h.Version)
	}
	d := cdr.NewDecoder(nil, false, nil)
	d.Reset(b, giop.HeaderSize, h.Little, nil)
	return h, d, nil
}

func (r *Reader) items(d *cdr.Decoder, shape string) (items []Item, err error) {
	for _, c := range shape {
		text := ""
		switch c {
		case 's':
			text = fmt.Sprintf("string %q", d.RawString())
		case 'l':
			text = fmt.Sprintf("number %d", d.ULong())
		case 'o':
			text = "octets " + octets(d.OctetSeqView())
		case 'r':
			text = r.ref(ior.Get(d))
		case 't':
			u, err := ior.ParseURL(d.RawString())
			if err != nil {
				return items, err
			}
			text = "as a string, " + r.ref(u.IOR)
		case 'R':
			n := d.Count(8)
			items = append(items, Item{d.Pos(), fmt.Sprintf("references: %d", n)})
			for range n {
				ref := ior.Get(d)
				items = append(items, Item{d.Pos(), r.ref(ref)})
			}
			continue
		}
		items = append(items, Item{d.Pos(), text})
	}
	return items, d.Done()
}

// octets puts what is in a stream into words.
func octets(b []byte) string {
	def, err := wire.ParseDefinition(b)
	if err != nil {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("of a definition %+v", def)
}

func (r *Reader) ref(i *ior.IOR) string {
	if i.IsNil() {
		return "nil reference"
	}
	var all []string
	for _, p := range i.Profiles {
		at, err := p.IIOP()
		if err != nil {
			return err.Error()
		}
		all = append(all, fmt.Sprintf("IIOP %v %s:%d, %s", at.Version, at.Host, at.Port, r.key(at.Key)))
	}
	return fmt.Sprintf("reference to %s: %s", i.TypeID, strings.Join(all, "; "))
}

func (r *Reader) key(b []byte) string {
	k, ok := wire.ParseKey(b)
	if !ok {
		return fmt.Sprintf("an object with the key %x", b)
	}
	whose := k.Server.String()
	if k.Server == wire.DaemonID {
		whose = "the daemon"
	}
	if k.Transient {
		if r.names == nil {
			r.names = map[string]string{}
		}
		name := r.names[string(b)]
		if name == "" {
			r.count++
			name = fmt.Sprintf("transient object %d", r.count)
			r.names[string(b)] = name
		}
		return name + " of " + whose
	}
	what, id := k.Object()
	switch what {
	case wire.TheServer:
		return "the server object of " + whose
	case wire.TheRepository:
		return "the ImplRepository of " + whose
	case wire.TheServerMgr:
		return "the SOMDServerMgr of " + whose
	case wire.ADefinition:
		return "the ImplementationDef of " + id.String() + " at " + whose
	}
	if len(k.Ref) == 0 {
		return "the server object of " + whose
	}
	return fmt.Sprintf("the object %x of %s", k.Ref, whose)
}

// Words returns what items say, a line each.
func Words(items []Item) string {
	var b strings.Builder
	for _, i := range items {
		b.WriteString(i.Text + "\n")
	}
	return b.String()
}
