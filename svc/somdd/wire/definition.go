package wire

import "slices"

// Flags of an implementation.
const (
	MultiThread  = 0x01 // the server takes requests in several threads
	Disabled     = 0x04 // the server is not to be started
	IDSet        = 0x08 // the id was given, not made
	NonStoppable = 0x10 // the server is not to be stopped by somdShutdownServer
	SecureMode   = 0x20 // the server wants authenticated clients
	Managed      = 0x40 // the server is managed
)

// Limits of a definition, in octets and of SOM's own IDL but for the last two, which it leaves open.
const (
	MaxID        = idLength
	MaxAlias     = 255
	MaxProgram   = 255
	MaxFilename  = 255
	MaxHostName  = 32
	MaxClassName = 255
	MaxObjRef    = 4096
	MaxProtocols = 255
)

// MaxDefinition is the most octets that a definition takes in a stream.
const MaxDefinition = 3 + 10*2 + MaxID + MaxAlias + 2*MaxClassName + MaxProgram + 3*MaxFilename + MaxHostName + 5 + 2 + 5 + 2*MaxObjRef + MaxProtocols

// version is what begins a definition in a stream: that of SOM 3.0.
const version = 30

// TCPIP is the protocol of a server that is reached over TCP/IP, and of all that are known here.
const TCPIP = "SOMD_TCPIP"

// A Definition is what an ImplementationDef holds: how a server is called, and how it is started. An empty string is one that is
// not given.
type Definition struct {
	Alias         string
	ID            string // see ParseID; empty: none yet
	Class         string // of the definition itself; empty: ImplementationDef
	Program       string // a path or the name of a program; empty: somdsvr
	Flags         uint32
	Secure        bool
	ServerClass   string // empty: SOMDServer
	RefDataFile   string
	RefDataBackup string
	HostName      string
	ConfigFile    string
	ObjRef        []byte // opaque
	Protocols     string // empty: TCPIP
}

// Append appends d as it stands in a stream.
func (d *Definition) Append(dst []byte) []byte {
	dst = putUShort(dst, version)
	for _, s := range []string{d.Alias, d.ID, d.Class, d.Program} {
		dst = putText(dst, s)
	}
	dst = putBoolean(putULong(dst, d.Flags), d.Secure)
	for _, s := range []string{d.ServerClass, d.RefDataFile, d.RefDataBackup, d.HostName, d.ConfigFile} {
		dst = putText(dst, s)
	}
	protocols := d.Protocols
	if protocols == "" {
		protocols = TCPIP
	}
	return putText(putOctets(dst, d.ObjRef), protocols)
}

// ParseDefinition reads what is in a stream, all of it. Its error is a [*StreamError].
func ParseDefinition(b []byte) (Definition, error) {
	r := reader{b: b}
	if v := r.ushort("version"); v != version {
		r.fail("version", "it is %d, and %d is known here", v, version)
	}
	d := Definition{
		Alias:         r.text("impl_alias", MaxAlias),
		ID:            r.text("impl_id", MaxID),
		Class:         r.text("impldef_class", MaxClassName),
		Program:       r.text("impl_program", MaxProgram),
		Flags:         r.ulong("impl_flags"),
		Secure:        r.boolean("secure"),
		ServerClass:   r.text("impl_server_class", MaxClassName),
		RefDataFile:   r.text("impl_refdata_file", MaxFilename),
		RefDataBackup: r.text("impl_refdata_bkup", MaxFilename),
		HostName:      r.text("impl_hostname", MaxHostName),
		ConfigFile:    r.text("config_file", MaxFilename),
		ObjRef:        r.octets("svr_objref", MaxObjRef),
		Protocols:     r.text("protocols", MaxProtocols),
	}
	if err := r.done("definition"); err != nil {
		return Definition{}, err
	}
	return d, nil
}

// Clone returns a copy that shares no memory with d.
func (d *Definition) Clone() Definition {
	c := *d
	c.ObjRef = slices.Clone(d.ObjRef)
	return c
}
