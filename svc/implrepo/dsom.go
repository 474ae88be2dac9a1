package implrepo

import "slices"

// A DSOM is what programs of SOM 3.0's DSOM have said of a server, and want to be told again. The record says the same of its name, its
// identity and its program, and is right where they differ: people may have changed it.
type DSOM struct {
	Definition Definition `json:"definition"`
	Classes    []string   `json:"classes,omitempty"` // as older daemons kept them: a newer moves them to the naming service
}

// A Definition has the attributes of an ImplementationDef.
type Definition struct {
	Alias         string `json:"alias,omitempty"`
	ID            string `json:"id,omitempty"`
	Class         string `json:"impldef_class,omitempty"`
	Program       string `json:"program,omitempty"`
	Flags         uint32 `json:"flags,omitempty"`
	Secure        bool   `json:"secure,omitempty"`
	ServerClass   string `json:"server_class,omitempty"`
	RefDataFile   string `json:"refdata_file,omitempty"`
	RefDataBackup string `json:"refdata_bkup,omitempty"`
	HostName      string `json:"hostname,omitempty"`
	ConfigFile    string `json:"config_file,omitempty"`
	ObjRef        []byte `json:"svr_objref,omitempty"`
	Protocols     string `json:"protocols,omitempty"`
}

// secureMode is the bit of Definition.Flags that says so (SECUREMODE of SOM's ImplementationDef).
const secureMode = 0x20

// IsSecure reports whether the server serves identified callers alone. Of a record that was made before there were such servers a program of DSOM has
// said so.
func (r *Record) IsSecure() bool {
	return r.Secure || r.DSOM != nil && (r.DSOM.Definition.Secure || r.DSOM.Definition.Flags&secureMode != 0)
}

// SetSecure says whether the server serves identified callers alone, and has DSOM's definition say the same.
func (r *Record) SetSecure(to bool) {
	r.Secure = to
	if r.DSOM == nil {
		return
	}
	r.DSOM = r.DSOM.clone()
	d := &r.DSOM.Definition
	d.Secure, d.Flags = to, d.Flags&^secureMode
	if to {
		d.Flags |= secureMode
	}
}

// clone returns a copy that shares no memory with d.
func (d *DSOM) clone() *DSOM {
	if d == nil {
		return nil
	}
	c := *d
	c.Classes, c.Definition.ObjRef = slices.Clone(d.Classes), slices.Clone(d.Definition.ObjRef)
	return &c
}
