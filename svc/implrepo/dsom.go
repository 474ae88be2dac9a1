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

// clone returns a copy that shares no memory with d.
func (d *DSOM) clone() *DSOM {
	if d == nil {
		return nil
	}
	c := *d
	c.Classes, c.Definition.ObjRef = slices.Clone(d.Classes), slices.Clone(d.Definition.ObjRef)
	return &c
}
